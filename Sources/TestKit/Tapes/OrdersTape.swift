import Domain
import Events

/// Random facts about few orders: placed or not, updated, cancelled, executed, in any order and more than once.
public struct OrdersTape {
    public static let inputs: [EventKind] = [.orderPlaced, .orderUpdated, .orderCancelled, .tradeExecuted]
    private var random: SeededRandom
    private let users: [String]
    private var events: [DecodedEvent] = []
    private var minute = 0
    private var placed: Set<String> = []
    private var cancelled: Set<String> = []

    public static func make(seed: UInt64, count: Int, users: [String] = ["u1", "u2"]) -> EventTape {
        var tape = OrdersTape(random: SeededRandom(seed: seed), users: users)
        while tape.events.count < count { tape.step() }
        return EventTape(inputs, tape.events)
    }

    private init(random: SeededRandom, users: [String]) {
        self.random = random
        self.users = users
    }

    private mutating func step() {
        minute += Int.random(in: 0...3, using: &random)
        let order = "o\(Int.random(in: 0..<12, using: &random))"
        let user = random.pick(users)
        switch Int.random(in: 0..<100, using: &random) {
        case ..<25: place(order, user)
        case ..<50: update(order, user)
        case ..<60: cancel(order, user)
        case ..<85: execute(order, user)
        case ..<88: execute(nil, user)
        default: if !events.isEmpty { events.append(random.pick(events)) }
        }
    }

    private mutating func append(_ payload: EventPayload) {
        let late = random.chance(20) ? Int.random(in: 0...30, using: &random) : 0
        let time = Timestamp(microseconds: Int64(max(0, minute - late)) * 60_000_000)
        events.append(DecodedEvent(payload, id: "e\(events.count)", time: time))
    }

    private mutating func place(_ order: String, _ user: String) {
        guard placed.insert("\(user) \(order)").inserted else { return }
        append(
            .orderPlaced(
                OrderPlaced(
                    orderId: order, userId: user, exchange: "NSE", symbol: random.pick(["A", "B"]),
                    side: random.pick([.buy, .sell]), quantity: quantity(), orderType: random.pick(OrderType.allCases),
                    price: random.chance(50) ? price() : nil, triggerPrice: random.chance(30) ? price() : nil,
                    product: random.chance(50) ? .intraday : nil, validity: random.chance(50) ? .day : nil,
                    account: random.pick(["main", "other"]),
                    details: random.chance(30) ? EventDetails(strategy: "s", tags: ["a", "b"], requestId: "r") : nil)))
    }

    private mutating func update(_ order: String, _ user: String) {
        append(
            .orderUpdated(
                OrderUpdated(
                    orderId: order, userId: user, status: random.pick(OrderStatus.allCases),
                    filledQuantity: random.chance(50) ? quantity() : nil,
                    averagePrice: random.chance(50) ? price() : nil,
                    price: random.chance(30) ? price() : nil, quantity: random.chance(30) ? quantity() : nil,
                    triggerPrice: random.chance(30) ? price() : nil,
                    reason: random.chance(30) ? "r\(events.count)" : nil)))
    }

    private mutating func cancel(_ order: String, _ user: String) {
        guard cancelled.insert("\(user) \(order)").inserted else { return }
        append(
            .orderCancelled(
                OrderCancelled(orderId: order, userId: user, reason: random.chance(50) ? "c\(events.count)" : nil)))
    }

    private mutating func execute(_ order: String?, _ user: String) {
        append(
            .tradeExecuted(
                TradeExecuted(
                    tradeId: "t\(events.count)", userId: user, exchange: "NSE", symbol: random.pick(["A", "B"]),
                    side: random.pick([.buy, .sell]), quantity: quantity(), price: price(),
                    executedAt: Timestamp(microseconds: Int64(minute) * 60_000_000), orderId: order,
                    account: random.pick(["main", "other"]), product: random.chance(30) ? .normal : nil)))
    }

    private mutating func quantity() -> Quantity {
        Quantity(
            units: Int64.random(in: 1...20, using: &random) * (random.chance(70) ? Fixed8.unitsPerOne : 33_333_333))
    }

    private mutating func price() -> Price { Price(units: Int64.random(in: 0...20_000_000_001, using: &random)) }
}
