import Domain
import Events
import Foundation
import Projections
import TestKit
import Testing

@testable import custom_view

/// How the tests of a user's own view look.
@Suite struct TurnoverTests {
    private typealias Fold = KeyedFold<Turnover>

    private func sold(
        _ id: String, _ quantity: String, at price: String, on time: String, user: String = "u1",
        exchange: String = "NSE",
        multiplier: String = "1"
    ) throws -> DecodedEvent {
        let trade = TradeExecuted(
            tradeId: id, userId: user, exchange: exchange, symbol: "A", side: .sell,
            quantity: try Quantity(parsing: quantity),
            price: try Price(parsing: price), executedAt: try Timestamp(parsing: time),
            multiplier: try Fixed8(parsing: multiplier))
        return DecodedEvent(.tradeExecuted(trade), id: "e-\(id)", time: trade.executedAt)
    }

    @Test func sumsByUserAndTradingDay() throws {
        try Given(
            sold("t1", "10", at: "100.5", on: "2026-01-15T04:00:00Z"),
            sold("t2", "1", at: "0.00000001", on: "2026-01-15T05:00:00Z"),
            sold("t3", "2", at: "7", on: "2026-01-15T18:31:00Z"),
            sold("t1", "2", at: "7", on: "2026-01-15T18:31:00Z", user: "u2", exchange: "KRAKEN")
        )
        .when(Fold.self)
        .then(
            "turnover",
            ["user_id": "u1", "trading_day": "2026-01-15", "amount": "1005.00000001", "trades": "2"],
            ["user_id": "u1", "trading_day": "2026-01-16", "amount": "14", "trades": "1"],
            ["user_id": "u2", "trading_day": "2026-01-15", "amount": "14", "trades": "1"])
    }

    @Test func countsARepeatedTradeOnceAndParksAnother() throws {
        let trade = try sold("t1", "1", at: "5", on: "2026-01-15T04:00:00Z")
        let other = try sold("t1", "1", at: "6", on: "2026-01-15T04:00:00Z")
        let behind = try sold("t2", "1", at: "6", on: "2026-01-15T04:00:00Z")
        try Given(trade, trade, other, behind).when(Fold.self)
            .thenOutcome(2, .duplicate)
            .thenRefused(3, "conflicting_duplicate")
            .thenRefused(4, "behind_parked")
            .then("turnover", ["amount": "5", "trades": "1"])
    }

    @Test func parksWhatWouldLeaveItsRange() throws {
        let trade = try sold("t1", "1", at: "5", on: "2026-01-15T04:00:00Z")
        let largest = "92233720368.54775807"
        let absurd = try sold("t2", largest, at: largest, on: "2026-01-15T04:00:00Z", multiplier: largest)
        try Given(trade, absurd).whenEveryWay(Fold.self)
            .thenRefused(2, "turnover_out_of_range")
            .then("turnover", ["amount": "5", "trades": "1"])
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>) func isTheSameEveryWay(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var trades: [DecodedEvent] = []
        for number in 0..<120 {
            let day = Int.random(in: 12...16, using: &random)
            trades.append(
                try sold(
                    "t\(number)", "\(Int.random(in: 1...9, using: &random))", at: "\(number).5",
                    on: "2026-01-\(day)T0\(Int.random(in: 0...9, using: &random)):00:00Z",
                    user: random.pick(["u1", "u2"])))
            if random.chance(15) { trades.append(random.pick(trades)) }
        }
        let folded = try Given(trades).whenEveryWay(Fold.self)
        #expect(try folded.rows("turnover").compactMap { $0["trades"].flatMap { Int($0) } }.reduce(0, +) == 120)
    }

    @Test func leadsToTheGoldenRows() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Golden/turnover")
        try GoldenReplay(folder.standardized).check(Fold.self)
    }
}
