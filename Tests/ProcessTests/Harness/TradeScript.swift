import Domain
import Kafka
import TestKit

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
        var random = SeededRandom(seed: seed)
        var delayed: [Int: [Event]] = [:]
        for index in 0..<trades {
            let trade = makeTrade(first + index, &random)
            if random.chance(perMille: correctedPerMille) {
                let correction = Event.correction(makeCorrection(of: trade, &random))
                if random.chance(perMille: 100) {
                    try emit(correction)
                } else {
                    delayed[index + 1 + random.below(400), default: []].append(correction)
                }
                if random.chance(perMille: 100) {
                    delayed[index + 500 + random.below(400), default: []].append(correction)
                }
            }
            if random.chance(perMille: duplicatesPerMille) {
                delayed[index + 1 + random.below(300), default: []].append(.trade(trade))
            }
            try emit(.trade(trade))
            for event in delayed.removeValue(forKey: index) ?? [] { try emit(event) }
        }
        for (_, events) in delayed.sorted(by: { $0.key < $1.key }) { for event in events { try emit(event) } }
    }

    private func makeTrade(_ number: Int, _ random: inout SeededRandom) -> Trade {
        let late = random.chance(perMille: latePerMille) ? lateness(&random) : 0
        return Trade(
            number: number, user: spreadsEvenly ? number / symbols % users : random.below(users),
            symbol: spreadsEvenly ? number % symbols : random.below(symbols), isBuy: random.chance(perMille: 520),
            quantity: Int64(1 + random.below(100)), price: Int64(10_000 + random.below(50_000)),
            fees: Int64(random.below(2_000)), executedAt: Self.start + Int64(number) * 1_000 - late)
    }

    /// Mostly a few of a book's trades, seldom all of them.
    private func lateness(_ random: inout SeededRandom) -> Int64 {
        Int64(1 + random.below(random.chance(perMille: 30) ? 3_600_000 : 10_000)) * 1_000
    }

    private func makeCorrection(of trade: Trade, _ random: inout SeededRandom) -> Correction {
        let change: Change
        switch random.below(6) {
        case 0: change = .void
        case 1: change = .price(Int64(10_000 + random.below(50_000)))
        case 2: change = .quantity(Int64(1 + random.below(100)))
        case 3: change = .fees(Int64(random.below(2_000)))
        case 4: change = .account("second")
        default: change = .executedAt(trade.executedAt - lateness(&random))
        }
        return Correction(number: trade.number, trade: trade.number, user: trade.user, change: change)
    }
}
