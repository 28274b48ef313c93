import Domain
import Events

/// Random payments, executions and corrections of few users: pending and concluded, amended and voided, early and twice.
public struct CashTape {
    public static let inputs: [EventKind] = [.paymentReceived, .tradeExecuted, .tradeCorrected]
    private var random: SeededRandom
    private var events: [DecodedEvent] = []
    private var minute = 0

    public static func make(seed: UInt64, count: Int) -> EventTape {
        var tape = CashTape(random: SeededRandom(seed: seed))
        while tape.events.count < count { tape.step() }
        return EventTape(inputs, tape.events)
    }

    private init(random: SeededRandom) { self.random = random }

    private mutating func step() {
        minute += Int.random(in: 0...3, using: &random)
        let user = random.pick(["u1", "u2"])
        switch Int.random(in: 0..<100, using: &random) {
        case ..<30: pay(user)
        case ..<65: trade(user)
        case ..<90: correct(user)
        default: if !events.isEmpty { events.append(random.pick(events)) }
        }
    }

    private mutating func append(_ payload: EventPayload) {
        events.append(
            DecodedEvent(payload, id: "e\(events.count)", time: Timestamp(microseconds: Int64(minute) * 60_000_000)))
    }

    /// Announced and concluded under one id, which is used again only for the other of the two.
    private mutating func pay(_ user: String) {
        let kind = random.pick(PaymentKind.allCases)
        let currency = random.pick(["INR", "INR", "USD"])
        let id = "p\(events.count)"
        let amount = amount()
        func payment(_ status: PaymentStatus) -> EventPayload {
            .paymentReceived(
                PaymentReceived(
                    paymentId: id, userId: user, kind: kind, amount: amount, currency: currency, status: status))
        }
        let isAnnounced = random.chance(50)
        if isAnnounced { append(payment(.pending)) }
        if !isAnnounced || random.chance(60) { append(payment(random.pick([.completed, .completed, .failed]))) }
    }

    private mutating func trade(_ user: String) {
        let id = "t\(Int.random(in: 0..<40, using: &random))"
        let isKnown = events.contains {
            if case .tradeExecuted(let known) = $0.payload {
                known.tradeId == id && known.userId == user
            } else {
                false
            }
        }
        guard !isKnown else { return }
        append(
            .tradeExecuted(
                TradeExecuted(
                    tradeId: id, userId: user, exchange: "NSE", symbol: random.pick(["A", "B"]),
                    side: random.pick([.buy, .sell]), quantity: amount(), price: amount(),
                    executedAt: Timestamp(microseconds: Int64(minute) * 60_000_000),
                    fees: random.chance(50) ? amount() : .zero,
                    multiplier: random.chance(30) ? Fixed8(units: 2_550_000_000) : .one)))
    }

    private mutating func correct(_ user: String) {
        var values = TradeAmendment.Values()
        if random.chance(40) { values.price = amount() }
        if random.chance(40) { values.quantity = amount() }
        if random.chance(20) { values.fees = amount() }
        if random.chance(20) { values.side = random.pick([.buy, .sell]) }
        if random.chance(20) { values.symbol = "C" }
        if random.chance(20) { values.notes = "n" }
        append(
            .tradeCorrected(
                TradeCorrected(
                    tradeId: "t\(Int.random(in: 0..<40, using: &random))", userId: user,
                    action: random.chance(80) ? .amend : .void, amendment: TradeAmendment(values))))
    }

    private mutating func amount() -> Fixed8 { Fixed8(units: Int64.random(in: 1...50_000_000_001, using: &random)) }
}
