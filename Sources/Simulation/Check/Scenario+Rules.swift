import Domain
import Engine
import Events
import Kafka
import Projections
import TestKit

extension Scenario {
    /// A reactor: what it decides depends on how rules and ticks interleaved, so a run is held to one clean fold in that same
    /// order, effects included. The oracle knows what does not depend on it.
    static let rules = Scenario(
        ReactorFold<RulesReactor>.self, .park,
        [("rules.changed", .ruleChanged), ("rules.rearmed", .ruleRearmed), ("market.updates", .marketUpdated)],
        outputs: [
            ViewOutput(topic: "cart.changed", kind: .cartChanged, partitioner: .murmur2, partitions: 2),
            ViewOutput(topic: "notifications.send", kind: .notificationSend, partitioner: .murmur2, partitions: 2),
        ]
    ) { seed, count in
        TriggersTape.rules(seed: seed, count: count).events.map(\.decoded)
    } poisoned: { event in
        guard case .ruleChanged(var rule) = event.payload else { return event }
        rule.ruleId = "\(poison) \(rule.ruleId)"
        return DecodedEvent(envelope: event.envelope, payload: .ruleChanged(rule))
    } difference: { store, events in
        try store.difference("watches", WatchOracle.columns, WatchOracle(events).watches)
            ?? store.difference("last_ticks", WatchOracle.tickColumns, WatchOracle(events).lastTimes)
    }
}

/// The definitions in force and the time of the last tick: the same however topics interleave.
private struct WatchOracle {
    static let columns: Set<String> = ["exchange", "symbol", "user_id", "watch_id", "min_price_e8", "max_price_e8"]
    static let tickColumns: Set<String> = ["exchange", "symbol", "event_time"]

    private(set) var watches: Set<PresentedRow> = []
    private(set) var lastTimes: Set<PresentedRow> = []

    init(_ events: [FoldEvent]) {
        var rules: [[String]: PresentedRow] = [:]
        var seen: Set<[String]> = []
        var times: [InstrumentKey: Timestamp] = [:]
        for event in events.map(\.decoded) {
            switch event.payload {
            case .ruleChanged(let rule):
                guard seen.insert([rule.instrument.symbol, event.envelope.source, event.envelope.id]).inserted else {
                    continue
                }
                let key = [rule.instrument.description, rule.userId, rule.ruleId]
                var row = [
                    "exchange": rule.instrument.exchange, "symbol": rule.instrument.symbol, "user_id": rule.userId,
                    "watch_id": rule.ruleId,
                ]
                row["min_price_e8"] = rule.minPrice?.description
                row["max_price_e8"] = rule.maxPrice?.description
                rules[key] = rule.isActive ? row : nil
            case .marketUpdated(let tick) where tick.lastPrice.isPositive:
                let instrument = InstrumentKey(exchange: tick.exchange, symbol: tick.symbol)
                times[instrument] = max(times[instrument] ?? event.envelope.time, event.envelope.time)
            default: continue
            }
        }
        watches = Set(rules.values)
        lastTimes = Set(
            times.map { instrument, time in
                ["exchange": instrument.exchange, "symbol": instrument.symbol, "event_time": "\(time)"]
            })
    }
}
