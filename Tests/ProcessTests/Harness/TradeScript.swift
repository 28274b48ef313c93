import Domain
import Kafka

/// Executions and corrections, a pure function of its settings: some sent twice, some late, some corrected, a few
/// corrected before they come.
struct TradeScript: Sendable {
    var trades: Int
    var users = 500
    var symbols = 10
    var seed: UInt64 = 1
    var duplicatesPerMille = 30
    var latePerMille = 20
    var correctedPerMille = 15
    /// Every book once, in turn, before any comes again.
    var spreadsEvenly = false
    /// Numbers trades from here on, so that scripts follow each other.
    var first = 0

    struct Trade: Sendable {
        var number: Int
        var user: Int
        var symbol: Int
        var isBuy: Bool
        var quantity: Int64
        /// In hundredths.
        var price: Int64
        /// In hundredths.
        var fees: Int64
        /// Microseconds since the Unix epoch.
        var executedAt: Int64
    }

    enum Change: Sendable {
        case void
        case price(Int64)
        case quantity(Int64)
        case fees(Int64)
        case account(String)
        case executedAt(Int64)
    }

    struct Correction: Sendable {
        var number: Int
        var trade: Int
        var user: Int
        var change: Change
    }

    enum Event: Sendable {
        case trade(Trade)
        case correction(Correction)
    }

    /// 2026-01-05T04:00:00Z.
    static let start: Int64 = 1_767_585_600_000_000

    /// Hands over all events in the order in which they are sent.
    func run(_ emit: (Event) throws -> Void) rethrows {
        var random = SplitMix(seed)
        var delayed: [Int: [Event]] = [:]
        for index in 0..<trades {
            let trade = makeTrade(first + index, &random)
            if random.chance(correctedPerMille) {
                let correction = Event.correction(makeCorrection(of: trade, &random))
                if random.chance(100) {
                    try emit(correction)
                } else {
                    delayed[index + 1 + random.below(400), default: []].append(correction)
                }
                if random.chance(100) { delayed[index + 500 + random.below(400), default: []].append(correction) }
            }
            if random.chance(duplicatesPerMille) {
                delayed[index + 1 + random.below(300), default: []].append(.trade(trade))
            }
            try emit(.trade(trade))
            for event in delayed.removeValue(forKey: index) ?? [] { try emit(event) }
        }
        for (_, events) in delayed.sorted(by: { $0.key < $1.key }) { for event in events { try emit(event) } }
    }

    private func makeTrade(_ number: Int, _ random: inout SplitMix) -> Trade {
        let late = random.chance(latePerMille) ? Int64(1 + random.below(3_600)) * 1_000_000 : 0
        return Trade(
            number: number, user: spreadsEvenly ? number / symbols % users : random.below(users),
            symbol: spreadsEvenly ? number % symbols : random.below(symbols), isBuy: random.chance(520),
            quantity: Int64(1 + random.below(100)), price: Int64(10_000 + random.below(50_000)),
            fees: Int64(random.below(2_000)), executedAt: Self.start + Int64(number) * 1_000 - late)
    }

    private func makeCorrection(of trade: Trade, _ random: inout SplitMix) -> Correction {
        let change: Change
        switch random.below(6) {
        case 0: change = .void
        case 1: change = .price(Int64(10_000 + random.below(50_000)))
        case 2: change = .quantity(Int64(1 + random.below(100)))
        case 3: change = .fees(Int64(random.below(2_000)))
        case 4: change = .account("second")
        default: change = .executedAt(trade.executedAt - Int64(random.below(3_600)) * 1_000_000)
        }
        return Correction(number: trade.number, trade: trade.number, user: trade.user, change: change)
    }
}

/// A small generator whose sequence never changes.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }

    mutating func chance(_ perMille: Int) -> Bool { below(1_000) < perMille }
}
