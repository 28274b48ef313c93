/// The candles of one symbol on one trading day. It holds minutes only: every longer candle rolls up exactly from them.
///
/// Ticks may come in any order. Only the volume mode depends on arrival: the first tick folded decides it.
public struct CandleDay: Sendable {
    public let session: SessionDay
    /// `nil` before the first tick.
    public private(set) var volumeMode: VolumeMode?
    /// The minutes that have ticks, in order.
    public private(set) var buckets: [MinuteBucket] = []
    /// For each bucket the largest cumulative volume up to and with it, and no less than `baseVolume`.
    private(set) var runningVolumes: [Int64] = []
    /// What was traded before the first tick of a partial day; 0 otherwise.
    private(set) var baseVolume: Int64 = 0
    /// The first bucket that tells a cumulative volume.
    private var tellingBucket: Int?

    public init(session: SessionDay) { self.session = session }

    /// A day as it was stored: it then takes ticks as if it had never left memory. Buckets come in any order.
    public init(session: SessionDay, volumeMode: VolumeMode?, buckets: [MinuteBucket]) {
        self.session = session
        self.volumeMode = volumeMode
        self.buckets = buckets.sorted { $0.minute < $1.minute }
        rerunAll()
    }

    /// The first tick of the day, in the order of times, lies behind the day's first minute.
    public var isPartial: Bool { buckets.first.map { $0.minute != 0 } ?? false }

    /// Folds one tick and says which minutes changed, later ones whose volume it moved included; `nil` when the tick
    /// lies outside the session.
    @discardableResult
    public mutating func apply(_ tick: CandleTick) -> ClosedRange<Int>? {
        guard let minute = session.minute(at: tick.order.time) else { return nil }
        let mode = volumeMode ?? (tick.cumulativeVolume == nil ? .perTick : .cumulative)
        volumeMode = mode
        let last = buckets.count - 1
        guard last >= 0, buckets[last].minute == minute else { return applyElsewhere(tick, minute: minute, mode: mode) }
        buckets[last].take(tick)
        let isFirstToTell = buckets[last].takeVolume(of: tick, mode: mode)
        if isFirstToTell, tellingBucket == nil || tellingBucket == last {
            rerunAll()
        } else if mode == .cumulative, let told = tick.cumulativeVolume, told.units > runningVolumes[last] {
            runningVolumes[last] = told.units
        }
        return minute...minute
    }

    /// A tick that opens a new minute, or comes late.
    private mutating func applyElsewhere(_ tick: CandleTick, minute: Int, mode: VolumeMode) -> ClosedRange<Int> {
        let index = firstBucket(from: minute)
        let isNew = index == buckets.count || buckets[index].minute != minute
        if isNew {
            buckets.insert(MinuteBucket(minute: minute, tick: tick), at: index)
            runningVolumes.insert(index == 0 ? baseVolume : runningVolumes[index - 1], at: index)
            if let telling = tellingBucket, telling >= index { tellingBucket = telling + 1 }
        } else {
            buckets[index].take(tick)
        }
        let isFirstToTell = buckets[index].takeVolume(of: tick, mode: mode)
        let movesBase = isFirstToTell && index <= tellingBucket ?? index
        if movesBase || (isNew && index == 0) {
            rerunAll()
            return minute...buckets[buckets.count - 1].minute
        }
        return minute...buckets[rerun(from: index)].minute
    }

    /// Works out the running volumes from `index` on, until they are what they were, and returns the last bucket whose
    /// volume may have changed.
    private mutating func rerun(from index: Int) -> Int {
        var running = index == 0 ? baseVolume : runningVolumes[index - 1]
        for position in index..<buckets.count {
            running = max(running, buckets[position].volume?.maximum.units ?? 0)
            if runningVolumes[position] == running { return position }
            runningVolumes[position] = running
        }
        return buckets.count - 1
    }

    private mutating func rerunAll() {
        tellingBucket = buckets.firstIndex { $0.volume != nil }
        baseVolume = isPartial ? tellingBucket.flatMap { buckets[$0].volume?.before.units } ?? 0 : 0
        runningVolumes.removeAll(keepingCapacity: true)
        var running = baseVolume
        for bucket in buckets {
            running = max(running, bucket.volume?.maximum.units ?? 0)
            runningVolumes.append(running)
        }
    }

    /// The first bucket at or behind `minute`; the number of buckets when there is none.
    func firstBucket(from minute: Int) -> Int {
        var (low, high) = (0, buckets.count)
        while low < high {
            let middle = (low + high) / 2
            if buckets[middle].minute < minute { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
