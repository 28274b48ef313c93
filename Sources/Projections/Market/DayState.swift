import Domain
import Events

/// A symbol's trading day in a fold's memory.
final class DayState {
    /// Whose ticks make the day's candles.
    enum Primary: Equatable {
        /// No tick has come yet.
        case undecided
        /// `data.source` of the first tick in the log, which may be absent.
        case source(String?)
    }

    /// What became of a tick.
    enum Intake {
        case taken
        /// Its quantity was added before.
        case repeated
        case otherSource
    }

    let session: SessionDay
    var candles: CandleDay
    var primary: Primary
    /// By minute; filled only where quantities are added up.
    var summed: [Int: SummedTicks] = [:]
    /// Minutes whose candles changed since the last drain.
    private(set) var changed = MinuteSet()
    /// Minutes whose candles have a row.
    var stored = MinuteSet()
    /// The day has a row.
    var isStored = false
    var isDirty = false
    var lastUse = 0
    private var lastChanged = -1

    init(session: SessionDay) {
        self.session = session
        candles = CandleDay(session: session)
        primary = .undecided
    }

    /// Folds a tick that lies inside the session.
    @inline(__always)
    func take(_ tick: MarketUpdated, order: TickOrder, of envelope: Envelope) -> Intake {
        switch primary {
        case .undecided: primary = .source(tick.source)
        case .source(let source): guard Self.isSame(source, tick.source) else { return .otherSource }
        }
        let isSummed = candles.volumeMode.map { $0 == .perTick } ?? (tick.volume == nil)
        if isSummed, let quantity = tick.lastQuantity, quantity.isPositive, isRepeated(order, envelope) {
            return .repeated
        }
        let minutes = candles.apply(
            CandleTick(
                time: order.time, offset: order.offset, price: tick.lastPrice, lastQuantity: tick.lastQuantity,
                cumulativeVolume: tick.volume))
        if let minutes { note(minutes) }
        return .taken
    }

    @inline(__always)
    private static func isSame(_ primary: String?, _ source: String?) -> Bool {
        guard let primary, let source else { return primary == nil && source == nil }
        return primary.hasBytes(of: source)
    }

    /// Whether the tick's quantity was added before; remembers it otherwise. Only a tick that is not behind all others
    /// of its minute can be a repetition, so the rest cost no look-up.
    private func isRepeated(_ order: TickOrder, _ envelope: Envelope) -> Bool {
        guard let minute = session.minute(at: order.time) else { return false }
        let hash = EventHash.of(envelope)
        if let bucket = newestOrStored(minute), order.time <= bucket.closeOrder.time,
            summed[minute]?.contains(hash) ?? false
        {
            return true
        }
        summed[minute, default: SummedTicks()].insert(hash)
        return false
    }

    private func newestOrStored(_ minute: Int) -> MinuteBucket? {
        if let last = candles.buckets.last, last.minute <= minute { return last.minute == minute ? last : nil }
        return candles.bucket(minute: minute)
    }

    private func note(_ minutes: ClosedRange<Int>) {
        if minutes.lowerBound == minutes.upperBound {
            guard minutes.lowerBound != lastChanged else { return }
            lastChanged = minutes.lowerBound
            changed.insert(minutes.lowerBound)
            return
        }
        for minute in minutes where candles.bucket(minute: minute) != nil { changed.insert(minute) }
    }

    /// Everything that changed has been encoded.
    func markDrained() {
        changed.forEach { stored.insert($0) }
        changed.removeAll()
        lastChanged = -1
        isStored = true
        isDirty = false
    }
}
