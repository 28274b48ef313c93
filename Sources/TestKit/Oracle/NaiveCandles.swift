import Domain

/// The oracle for candles: keeps all ticks of a symbol and day and works out each candle from them on every question.
public struct NaiveCandles: Sendable {
    private let session: SessionDay
    /// In order of arrival.
    private var arrivals: [CandleTick] = []

    public init(session: SessionDay) { self.session = session }

    /// Takes a tick; one outside the session is forgotten.
    public mutating func record(_ tick: CandleTick) {
        if minute(of: tick) != nil { arrivals.append(tick) }
    }

    private func minute(of tick: CandleTick) -> Int? {
        let time = tick.order.time.microseconds
        guard time >= session.preOpen.microseconds, time < session.cutOff.microseconds else { return nil }
        let lastMoment = session.close.microseconds - 1
        let sinceOpen = max(0, min(time, lastMoment) - session.open.microseconds)
        return Int(sinceOpen / 60_000_000)
    }

    /// The day's candles that have ticks, in order.
    public func candles(_ interval: CandleInterval) -> [Candle] {
        let ticks = arrivals.sorted { ($0.order.time, $0.order.offset) < ($1.order.time, $1.order.offset) }
        guard let first = ticks.first else { return [] }
        var groups: [Int: [CandleTick]] = [:]
        for tick in ticks {
            guard let minute = minute(of: tick) else { continue }
            groups[interval == .oneDay ? 0 : minute / interval.minutes, default: []].append(tick)
        }
        let isPartialDay = minute(of: first) != 0
        var seen = isPartialDay ? base(of: ticks) : 0
        var result: [Candle] = []
        for (index, group) in groups.sorted(by: { $0.key < $1.key }) {
            guard let open = group.first, let close = group.last else { continue }
            let prices = group.map(\.price)
            let start = index == 0 ? 0 : Int64(index) * Int64(interval.minutes) * 60_000_000
            result.append(
                Candle(
                    interval: interval, start: Timestamp(microseconds: session.open.microseconds + start),
                    open: open.price, high: prices.max() ?? open.price, low: prices.min() ?? open.price,
                    close: close.price, volume: volume(of: group, seen: &seen),
                    isPartial: isPartialDay && open == first, lastTickAt: close.order.time))
        }
        return result
    }

    /// What was traded before the first tick that tells a volume.
    private func base(of ticks: [CandleTick]) -> Int64 {
        guard let telling = ticks.first(where: { $0.cumulativeVolume != nil }) else { return 0 }
        return max(0, (telling.cumulativeVolume?.units ?? 0) - (telling.lastQuantity?.units ?? 0))
    }

    private func volume(of group: [CandleTick], seen: inout Int64) -> Amount {
        if arrivals.first?.cumulativeVolume == nil {
            return Amount(units: group.reduce(0) { $0 + Int128($1.lastQuantity?.units ?? 0) })
        }
        let most = group.compactMap { $0.cumulativeVolume?.units }.max() ?? 0
        let volume = max(0, most - seen)
        seen = max(seen, most)
        return Amount(units: Int128(volume))
    }
}
