import Domain
import Events

/// Random executions and corrections of few users and instruments, so that everything meets.
public struct PositionsTape {
    public static let inputs: [EventKind] = [.tradeExecuted, .tradeCorrected]
    private var random: SeededRandom
    private let users: [String]
    private let exchanges: [String]
    private let minutesPerTick: Int64
    private let start: Timestamp
    private var trades: [TradeExecuted] = []
    private var events: [DecodedEvent] = []
    private var minute = 0

    /// - Parameters:
    ///   - minutesPerTick: how long the tape's smallest step of time is.
    ///   - start: before which nothing happens.
    public static func make(
        seed: UInt64, count: Int, users: [String] = ["u1", "u2"], exchanges: [String] = ["NSE", "BSE", "NFO"],
        minutesPerTick: Int64 = 1, start: Timestamp = Timestamp(microseconds: 0)
    ) -> EventTape {
        var tape = PositionsTape(SeededRandom(seed: seed), users, exchanges, minutesPerTick, start)
        while tape.events.count < count { tape.step() }
        return EventTape(inputs, tape.events)
    }

    private init(
        _ random: SeededRandom, _ users: [String], _ exchanges: [String], _ minutesPerTick: Int64, _ start: Timestamp
    ) {
        self.start = start
        self.random = random
        self.users = users
        self.exchanges = exchanges
        self.minutesPerTick = minutesPerTick
    }

    private mutating func step() {
        minute += Int.random(in: 0...3, using: &random)
        switch Int.random(in: 0..<100, using: &random) {
        case ..<70: execute()
        case ..<80: if !events.isEmpty { events.append(random.pick(events)) }
        case ..<90: correct(tradeId: trades.isEmpty ? nil : random.pick(trades).tradeId)
        default: correctEarly()
        }
    }

    private func time(_ minute: Int) -> Timestamp {
        start.adding(microseconds: Int64(minute) * minutesPerTick * 60_000_000)
    }

    private mutating func execute(id: String? = nil, user: String? = nil) {
        let late = random.chance(15) ? Int.random(in: 0...40, using: &random) : 0
        let hasISIN = random.chance(30)
        let trade = TradeExecuted(
            tradeId: id ?? "t\(trades.count)", userId: user ?? random.pick(users),
            exchange: random.pick(exchanges), symbol: hasISIN ? "ISINNED" : random.pick(["A", "B"]),
            side: random.chance(50) ? .buy : .sell, quantity: Quantity(units: quantity()), price: Price(units: price()),
            executedAt: time(max(0, minute - late)), fees: Fixed8(units: Int64.random(in: -5...500, using: &random)),
            account: random.pick(["main", "main", "other"]), isin: hasISIN ? "INE002A01018" : nil,
            multiplier: random.chance(10) ? Fixed8(units: 50 * Fixed8.unitsPerOne) : .one,
            details: details())
        trades.append(trade)
        events.append(DecodedEvent(.tradeExecuted(trade), id: "e\(trade.tradeId)", time: time(minute)))
    }

    private mutating func details() -> EventDetails? {
        if random.chance(10) { return EventDetails(tags: ["x", "\"y\""], notes: "first") }
        return random.chance(20) ? EventDetails(segment: random.pick(["EQ", "FO"])) : nil
    }

    private mutating func quantity() -> Int64 {
        random.chance(80)
            ? Int64.random(in: 1...10, using: &random) * Fixed8.unitsPerOne
            : Int64.random(in: 1...999_999_999, using: &random)
    }

    private mutating func price() -> Int64 { Int64.random(in: 0...20_000_000_000, using: &random) }

    private mutating func correctEarly() {
        let id = "t\(trades.count)"
        let user = random.pick(users)
        correct(tradeId: id, user: user)
        if random.chance(30) { correct(tradeId: id, user: user) }
        for _ in 0..<Int.random(in: 0...3, using: &random) where random.chance(20) { minute += 1 }
        if random.chance(80) { execute(id: id, user: user) } else { trades.append(placeholder(id, user)) }
    }

    /// An execution that never comes; corrections of it wait for ever.
    private func placeholder(_ id: String, _ user: String) -> TradeExecuted {
        TradeExecuted(
            tradeId: id, userId: user, exchange: "NSE", symbol: "A", side: .buy, quantity: .one, price: .one,
            executedAt: time(0))
    }

    private mutating func correct(tradeId: String?, user: String? = nil) {
        guard let tradeId else { return }
        let userId = user ?? trades.first { $0.tradeId == tradeId }?.userId ?? "u1"
        let isVoid = random.chance(25)
        let body = TradeCorrected(
            tradeId: tradeId, userId: userId, action: isVoid ? .void : .amend,
            amendment: isVoid ? .none : TradeAmendment(amendment()))
        events.append(DecodedEvent(.tradeCorrected(body), id: "c\(events.count)", time: time(minute)))
    }

    private mutating func amendment() -> TradeAmendment.Values {
        var values = TradeAmendment.Values()
        switch Int.random(in: 0..<9, using: &random) {
        case 0: values.price = Price(units: price())
        case 1: values.quantity = Quantity(units: quantity())
        case 2: values.account = random.pick(["main", "other", "third"])
        case 3: (values.exchange, values.symbol) = ("NSE", random.pick(["A", "B", "C"]))
        case 4: values.executedAt = time(Int.random(in: 0...minute, using: &random))
        case 5: values.side = random.pick([.buy, .sell])
        case 6: values.segment = random.pick(["EQ", "FO"])
        case 7: values.notes = "amended \(events.count)"
        default:
            values.fees = Fixed8(units: Int64.random(in: 0...700, using: &random))
            values.isin = "INE002A01018"
        }
        return values
    }
}
