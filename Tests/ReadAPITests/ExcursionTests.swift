import Domain
import Postgres
import Supervision
import TestKit
import Testing

@testable import ReadAPI

/// How far closed trades were ahead and behind, held against every minute looked at one by one.
@Suite struct ExcursionTests {
    private struct Minute {
        let start: Int64
        let high: Int64
        let low: Int64
    }

    /// 2026-01-15 09:15 in India, in minutes since the epoch.
    private static let firstOpen: Int64 = 29_474_145
    private static let sessionMinutes: Int64 = 375
    private static let dayMinutes: Int64 = 1_440

    /// Sessions of some days; some minutes had no tick.
    private func minutes(days: Int64, _ random: inout SeededRandom) -> [Minute] {
        var minutes: [Minute] = []
        for day in 0..<days {
            for minute in 0..<Self.sessionMinutes where random.chance(70) {
                let low = Int64.random(in: 9_000_000_000...11_000_000_000, using: &random)
                minutes.append(
                    Minute(
                        start: Self.firstOpen + day * Self.dayMinutes + minute,
                        high: low + Int64.random(in: 0...500_000_000, using: &random), low: low))
            }
        }
        return minutes
    }

    /// Candles of minutes, hours and days as view `market` counts them: from the session's open.
    private func insert(_ minutes: [Minute], into connection: PostgresConnection) throws {
        var rows: [String] = []
        for (code, span) in [("1m", 1), ("1h", 60), ("1d", Self.dayMinutes)] as [(String, Int64)] {
            let candles = Dictionary(grouping: minutes) {
                $0.start - ($0.start - Self.firstOpen) % Self.dayMinutes % span
            }
            rows += candles.map { start, parts in
                """
                ('NSE', 'A', '\(code)', to_timestamp(\(start * 60)), '2026-01-15', 1, \(parts.map(\.high).max() ?? 0),
                \(parts.map(\.low).min() ?? 0), 1, 0, false, now())
                """
            }
        }
        try connection.execute(
            """
            INSERT INTO market_2_1.candles (exchange, symbol, interval_code, start_at, trading_day, open_e8, high_e8, low_e8,
                close_e8, volume, partial, last_tick_at)
            VALUES \(rows.joined(separator: ","))
            """)
    }

    private struct Trade {
        let id: String
        let isLong: Bool
        /// In seconds since the epoch.
        let openedAt: Int64
        let closedAt: Int64
        let entry: Int64
        /// Whole ones.
        let quantity: Int64
        let multiplier: Int64
        let symbol: String
    }

    private func insert(_ trades: [Trade], into connection: PostgresConnection) throws {
        let rows = trades.map { trade in
            """
            ('u1', '\(trade.id)', 'main', 'NSE:\(trade.symbol)', 'NSE', '\(trade.symbol)', \(trade.isLong ? -1 : 1),
            \(trade.quantity * 100_000_000), 1, 0, \(trade.multiplier * 100_000_000), to_timestamp(\(trade.closedAt)), '', false,
            \(trade.quantity * 100_000_000), \(trade.entry), to_timestamp(\(trade.openedAt)), 0, 0, 0)
            """
        }
        try connection.execute(
            """
            INSERT INTO positions_2_1.trades (user_id, trade_id, account, instrument, exchange, symbol, side, quantity_e8, price_e8,
                fees, multiplier_e8, executed_at, content_hash, voided, closed_quantity_e8, entry_price_e8, opened_at, gross_pnl,
                closed_fees, realized_pnl)
            VALUES \(rows.joined(separator: ","))
            """)
    }

    private func expected(_ trade: Trade, _ minutes: [Minute]) -> [JSONValue] {
        let inside = minutes.filter {
            trade.symbol == "A" && $0.start >= trade.openedAt / 60 && $0.start * 60 <= trade.closedAt
        }
        guard let high = inside.map(\.high).max(), let low = inside.map(\.low).min() else { return [.null, .null] }
        let size = Int128(trade.quantity * trade.multiplier)
        let up = Int128(high - trade.entry) * size
        let down = Int128(low - trade.entry) * size
        return [trade.isLong ? up : -down, trade.isLong ? down : -up].map { .string("\(Amount(units: $0))") }
    }

    @Test(arguments: [1, 2, 3] as [UInt64]) func itIsThatOfEveryMinute(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let url = try TemporaryPostgres.shared().freshDatabase()
        let connection = try PostgresConnection.connect(try PostgresConfiguration(url: url))
        try EngineSchema.create(on: connection)
        let minutes = minutes(days: 6, &random)
        try insert(minutes, into: connection)
        var trades: [Trade] = []
        for index in 0..<150 {
            let opened =
                (Self.firstOpen + Int64.random(in: 0...5, using: &random) * Self.dayMinutes) * 60
                + Int64.random(in: -3_000...22_000, using: &random)
            let longest = random.pick([90, 4_000, 90_000, 400_000] as [Int64])
            trades.append(
                Trade(
                    id: "t\(index)", isLong: random.chance(50), openedAt: opened,
                    closedAt: opened + Int64.random(in: 0...longest, using: &random),
                    entry: Int64.random(in: 9_000_000_000...11_000_000_000, using: &random),
                    quantity: Int64.random(in: 1...500, using: &random), multiplier: random.pick([1, 1, 25]),
                    symbol: random.chance(95) ? "A" : "UNHEARD OF"))
        }
        try insert(trades, into: connection)
        try EngineSchema.addBooks(on: connection)
        let items = try TestAPI(database: url).get("/v1/closed-trades?limit=500").items()
        #expect(items.count == trades.count)
        let known = Dictionary(uniqueKeysWithValues: trades.map { ($0.id, $0) })
        var nulls = 0
        for item in items {
            let trade = try #require(known[item["tradeId"]?.string ?? ""])
            let told = [item["favourableExcursion"], item["adverseExcursion"]].compactMap(\.self)
            #expect(told == expected(trade, minutes), "\(trade)")
            #expect(item["heldSeconds"]?.string == "\(trade.closedAt - trade.openedAt)")
            nulls += told == [.null, .null] ? 1 : 0
        }
        #expect(nulls > 0 && nulls < items.count / 2)
    }

    @Test func withoutPricesThereIsNone() throws {
        let database = try FixtureDatabase(on: try TemporaryPostgres.shared())
        try database.addBuild(view: "positions", number: 1, topics: ["trades.executed"])
        try database.execute(
            """
            INSERT INTO positions_1_1.api_closed_trades (user_id, trade_id, account, instrument, exchange, symbol, direction, quantity,
                entry_price, exit_price, opened_at, closed_at, gross_pnl, fees, realized_pnl)
            VALUES ('u1', 't', 'main', 'NSE:A', 'NSE', 'A', 'LONG', 1, 1, 1, now(), now(), 0, 0, 0)
            """)
        try database.addPosition("u1", "A")
        let item = try #require(TestAPI(database: database.url).get("/v1/closed-trades").items().first)
        #expect(item["favourableExcursion"] == .null)
        #expect(item["adverseExcursion"] == .null)
    }
}
