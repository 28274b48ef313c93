import Domain
import Events

/// Random changes of few carts, and of the rules that fill them.
public struct CartTape {
    public static let inputs: [EventKind] = [.cartChanged, .ruleChanged, .ruleRearmed]

    public static func make(seed: UInt64, count: Int, users: [String] = ["u1", "u2"]) -> EventTape {
        var random = SeededRandom(seed: seed)
        var events: [DecodedEvent] = []
        while events.count < count {
            if random.chance(8), !events.isEmpty {
                events.append(random.pick(events))
                continue
            }
            let late = random.chance(20) ? Int.random(in: 0...5, using: &random) : 0
            let time = Timestamp(microseconds: Int64(max(0, events.count - late)) * 60_000_000)
            let payload = random.chance(70) ? change(&random, users) : definition(&random, users)
            events.append(DecodedEvent(payload, id: "e\(events.count)", time: time))
        }
        return EventTape(inputs, events)
    }

    private static func instrument(_ random: inout SeededRandom) -> InstrumentKey {
        InstrumentKey(exchange: random.pick(["NSE", "BSE"]), symbol: random.pick(["A", "B", "M&M"]))
    }

    /// Now and then so much that two of it are too much for one line.
    private static func quantity(_ random: inout SeededRandom) -> Fixed8 {
        random.chance(4) ? Fixed8(units: 6_000_000_000_000_000_000) : number(&random)
    }

    private static func number(_ random: inout SeededRandom) -> Fixed8 {
        Fixed8(units: Int64.random(in: 1...40, using: &random) * 25_000_000)
    }

    private static func change(_ random: inout SeededRandom, _ users: [String]) -> EventPayload {
        let user = random.pick(users)
        switch Int.random(in: 0..<100, using: &random) {
        case ..<60:
            let isAutomatic = random.chance(50)
            return .cartChanged(
                CartChanged(
                    userId: user, instrument: instrument(&random), action: .add,
                    quantity: random.chance(80) ? quantity(&random) : nil,
                    price: random.chance(70) ? number(&random) : nil, isAutomatic: isAutomatic,
                    ruleId: isAutomatic ? "r\(Int.random(in: 0..<4, using: &random))" : nil))
        case ..<90:
            return .cartChanged(
                CartChanged(
                    userId: user, instrument: instrument(&random), action: .remove,
                    quantity: random.chance(50) ? number(&random) : nil))
        default:
            return .cartChanged(CartChanged(userId: user, action: random.pick([.clear, .checkout])))
        }
    }

    private static func definition(_ random: inout SeededRandom, _ users: [String]) -> EventPayload {
        let (rule, user) = ("r\(Int.random(in: 0..<4, using: &random))", random.pick(users))
        let instrument = instrument(&random)
        guard random.chance(60) else {
            return .ruleRearmed(
                RuleRearmed(ruleId: rule, userId: user, instrument: instrument, isActive: random.chance(90)))
        }
        return .ruleChanged(
            RuleChanged(
                ruleId: rule, userId: user, instrument: instrument, isActive: random.chance(80),
                minPrice: random.chance(80) ? number(&random) : nil,
                quantity: random.chance(50) ? number(&random) : nil))
    }
}
