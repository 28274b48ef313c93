import Domain
import Events

/// Random rules or alerts on few symbols, made, changed, armed and taken away between ticks that wander about their ends;
/// some ticks late, some events twice.
public struct TriggersTape {
    public static let ruleInputs: [EventKind] = [.ruleChanged, .ruleRearmed, .marketUpdated]
    public static let alertInputs: [EventKind] = [.alertChanged, .marketUpdated]

    private var random: SeededRandom
    private let users: [String]
    private var events: [DecodedEvent] = []
    private var second: Int64 = 0
    private var prices: [String: Int64] = [:]
    private let symbols = ["A", "B"]

    public static func rules(seed: UInt64, count: Int, users: [String] = ["u1", "u2"]) -> EventTape {
        var tape = TriggersTape(random: SeededRandom(seed: seed), users: users)
        while tape.events.count < count { tape.step(isAlerts: false) }
        return EventTape(ruleInputs, tape.events)
    }

    public static func alerts(seed: UInt64, count: Int, users: [String] = ["u1", "u2"]) -> EventTape {
        var tape = TriggersTape(random: SeededRandom(seed: seed), users: users)
        while tape.events.count < count { tape.step(isAlerts: true) }
        return EventTape(alertInputs, tape.events)
    }

    private init(random: SeededRandom, users: [String]) {
        self.random = random
        self.users = users
    }

    private mutating func step(isAlerts: Bool) {
        second += Int64.random(in: 0...20, using: &random)
        // On another day the close before it is another one, and nobody may have told it yet.
        if random.chance(2) { second += Int64.random(in: 20_000...200_000, using: &random) }
        switch Int.random(in: 0..<100, using: &random) {
        case ..<20: isAlerts ? alert() : rule()
        case ..<26: isAlerts ? tick() : rearm()
        case ..<30: if !events.isEmpty { events.append(random.pick(events)) }
        default: tick()
        }
    }

    private mutating func append(_ payload: EventPayload, late: Int64 = 0) {
        let time = Timestamp(microseconds: max(0, second - late) * 1_000_000)
        events.append(DecodedEvent(payload, id: "e\(events.count)", time: time))
    }

    private mutating func tick() {
        let symbol = random.pick(symbols)
        var price = prices[symbol] ?? 100
        price +=
            random.chance(10) ? Int64.random(in: -12...12, using: &random) : Int64.random(in: -2...2, using: &random)
        price = min(115, max(85, price))
        prices[symbol] = price
        let close: Price? = random.chance(40) ? Self.price(random.pick([97, 100, 103])) : nil
        append(
            .marketUpdated(
                MarketUpdated(
                    exchange: random.chance(5) ? "BSE" : "NSE", symbol: symbol,
                    lastPrice: random.chance(2) ? .zero : Self.price(price), previousClose: close)),
            late: random.chance(8) ? Int64.random(in: 1...40, using: &random) : 0)
    }

    private mutating func instrument() -> InstrumentKey {
        InstrumentKey(exchange: random.chance(5) ? "BSE" : "NSE", symbol: random.pick(symbols))
    }

    private mutating func id() -> String { "r\(Int.random(in: 0..<6, using: &random))" }

    private mutating func rule() {
        let low = Int64.random(in: 88...112, using: &random)
        let high = low + Int64.random(in: 0...6, using: &random)
        append(
            .ruleChanged(
                RuleChanged(
                    ruleId: id(), userId: random.pick(users), instrument: instrument(), isActive: random.chance(85),
                    minPrice: random.chance(85) ? Self.price(low) : nil,
                    maxPrice: random.chance(85) ? Self.price(high) : nil,
                    quantity: random.chance(50) ? Self.price(Int64.random(in: 1...5, using: &random)) : nil)))
    }

    private mutating func rearm() {
        append(
            .ruleRearmed(
                RuleRearmed(
                    ruleId: id(), userId: random.pick(users), instrument: instrument(), isActive: random.chance(90))))
    }

    private mutating func alert() {
        let condition = random.pick(AlertCondition.allCases)
        let low = Int64.random(in: 88...112, using: &random)
        let percent = Int64.random(in: -8...8, using: &random)
        append(
            .alertChanged(
                AlertChanged(
                    alertId: id(), userId: random.pick(users), instrument: instrument(), condition: condition,
                    isActive: random.chance(85), threshold: Self.price(condition == .percentChange ? percent : low),
                    upper: Self.price(low + Int64.random(in: 0...6, using: &random)),
                    cooldownSeconds: random.chance(40) ? Int64.random(in: 0...120, using: &random) : nil,
                    isOnce: random.chance(20), channels: random.chance(30) ? [.email, .inApp, .email] : [])))
    }

    private static func price(_ whole: Int64) -> Fixed8 { Fixed8(units: whole * Fixed8.unitsPerOne) }
}
