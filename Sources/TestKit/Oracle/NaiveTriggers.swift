import Domain
import Events
import Projections

/// The oracle for the reactors: looks at every rule and alert with every tick, by what the events say.
public struct NaiveTriggers {
    /// One that fired.
    public struct Decision: Hashable, Sendable {
        public let userId: String
        public let id: String
        public let symbol: String
        /// Of the tick.
        public let offset: Int64

        public init(userId: String, id: String, symbol: String, offset: Int64) {
            self.userId = userId
            self.id = id
            self.symbol = symbol
            self.offset = offset
        }
    }

    private enum Condition {
        case range(Price?, Price?)
        case alert(AlertChanged)
    }

    private struct Key: Hashable {
        let instrument: InstrumentKey
        let userId: String
        let id: String
    }

    private struct Watched {
        var condition: Condition
        /// Nothing was seen yet since it was made, changed or armed.
        var isNew = true
        var lastFired: Timestamp?
        var isDone = false
    }

    private struct Seen {
        var price: Price
        var close: Price?
        var time: Timestamp
    }

    public private(set) var decisions: [Decision] = []
    private var watched: [Key: Watched] = [:]
    private var last: [InstrumentKey: Seen] = [:]
    private var known: Set<[String]> = []
    private let calendar: ExchangeCalendar

    /// In the order in which the reactor folded them.
    public init(_ events: some Sequence<FoldEvent>, calendar: ExchangeCalendar) {
        self.calendar = calendar
        for event in events { take(event) }
    }

    private mutating func take(_ event: FoldEvent) {
        let envelope = event.decoded.envelope
        switch event.decoded.payload {
        case .marketUpdated(let tick):
            take(tick, at: envelope.time, offset: event.offset)
        case .ruleChanged(let rule):
            guard isNew("rule", envelope, rule.instrument.symbol) else { return }
            let key = Key(instrument: rule.instrument, userId: rule.userId, id: rule.ruleId)
            watched[key] = rule.isActive ? Watched(condition: .range(rule.minPrice, rule.maxPrice)) : nil
        case .ruleRearmed(let rule):
            let key = Key(instrument: rule.instrument, userId: rule.userId, id: rule.ruleId)
            guard rule.isActive, isNew("rearm", envelope, rule.instrument.symbol) else { return }
            watched[key]?.isNew = true
        case .alertChanged(let alert):
            guard isNew("alert", envelope, alert.instrument.symbol) else { return }
            let key = Key(instrument: alert.instrument, userId: alert.userId, id: alert.alertId)
            watched[key] = alert.isActive ? Watched(condition: .alert(alert)) : nil
        default: break
        }
    }

    private mutating func isNew(_ kind: String, _ envelope: Envelope, _ symbol: String) -> Bool {
        known.insert([kind, symbol, envelope.source, envelope.id]).inserted
    }

    private mutating func take(_ tick: MarketUpdated, at time: Timestamp, offset: Int64) {
        let instrument = InstrumentKey(exchange: tick.exchange, symbol: tick.symbol)
        guard tick.lastPrice > .zero else { return }
        let before = last[instrument]
        if let before, time < before.time { return }
        let told = tick.previousClose.flatMap { $0 > .zero ? $0 : nil }
        let carried = before.flatMap {
            calendar.keepsClose(of: instrument.exchange, from: $0.time, to: time) ? $0.close : nil
        }
        let now = Seen(price: tick.lastPrice, close: told ?? carried, time: time)
        last[instrument] = now
        var fired: [Decision] = []
        for key in watched.keys where key.instrument == instrument {
            guard var one = watched[key] else { continue }
            if fires(&one, before, now) {
                fired.append(
                    Decision(userId: key.userId, id: key.id, symbol: key.instrument.symbol, offset: offset))
            }
            watched[key] = one
        }
        decisions += fired.sorted { ($0.userId, $0.id) < ($1.userId, $1.id) }
    }

    private func fires(_ one: inout Watched, _ before: Seen?, _ now: Seen) -> Bool {
        guard let holds = Self.holds(one.condition, now) else { return false }
        let held = before.flatMap { Self.holds(one.condition, $0) }
        let wasNew = one.isNew
        one.isNew = false
        guard case .alert(let alert) = one.condition else { return holds && (wasNew || held != true) }
        guard holds, !one.isDone else { return false }
        let cooldown = alert.cooldownSeconds ?? 0
        switch alert.condition {
        case .crossesAbove, .crossesBelow: guard held == false else { return false }
        default: guard wasNew || held != true || cooldown > 0 else { return false }
        }
        if let fired = one.lastFired, now.time.microseconds < fired.microseconds + cooldown * 1_000_000 { return false }
        one.lastFired = now.time
        one.isDone = alert.isOnce
        return true
    }

    /// Whether what is watched lies where the condition says; nil where it can't be told.
    private static func holds(_ condition: Condition, _ seen: Seen) -> Bool? {
        switch condition {
        case .range(let low, let high):
            return (low.map { $0 <= seen.price } ?? true) && (high.map { seen.price <= $0 } ?? true)
        case .alert(let alert):
            guard let threshold = alert.threshold else { return false }
            switch alert.condition {
            case .above, .crossesAbove: return seen.price >= threshold
            case .below, .crossesBelow: return seen.price <= threshold
            case .inRange: return threshold <= seen.price && seen.price <= (alert.upper ?? .maximum)
            case .percentChange:
                guard let close = seen.close else { return nil }
                // Both sides times the close.
                let change = (Int128(seen.price.units) - Int128(close.units)) * 100 * Int128(Fixed8.unitsPerOne)
                let wanted = Int128(threshold.units) * Int128(close.units)
                return threshold.isNegative ? change <= wanted : change >= wanted
            }
        }
    }
}
