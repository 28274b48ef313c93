import Domain
import Events
import Projections
import TestKit
import Testing

/// What users of such systems complain about, one test each, of those that a fold can answer.
@Suite struct ComplaintTests {
    private func trade(
        _ id: String, _ side: Side, _ quantity: Int, at price: Int, _ symbol: String, isin: String?, minute at: Int
    ) throws -> DecodedEvent {
        let trade = TradeExecuted(
            tradeId: id, userId: "u1", exchange: "NSE", symbol: symbol, side: side,
            quantity: try Quantity(whole: quantity),
            price: try Price(whole: price), executedAt: minute(at), isin: isin)
        return DecodedEvent(.tradeExecuted(trade), id: "e-\(id)", time: minute(at))
    }

    /// Ghostfolio 1693, wealthfolio 72: a share gets another symbol, and the position falls in two. Here its ISIN is the
    /// instrument: what was bought under the old symbol is sold under the new one, and another exchange's listing is the
    /// same share. (Splits are not events yet.)
    @Test("Complaint 11: a symbol change leaves one position, by the ISIN")
    func symbolChange() throws {
        let isin = "INE002A01018"
        try Given(
            trade("1", .buy, 10, at: 100, "OLDNAME", isin: isin, minute: 1),
            trade("2", .buy, 10, at: 120, "NEWNAME", isin: isin, minute: 2),
            trade("3", .sell, 15, at: 130, "NEWNAME", isin: isin, minute: 3),
            // The same letters without an ISIN, and another share that took the old symbol: books of their own.
            trade("4", .buy, 1, at: 50, "OLDNAME", isin: nil, minute: 4),
            trade("5", .buy, 2, at: 60, "OLDNAME", isin: "INE999A01018", minute: 5)
        )
        .whenEveryWay(PositionsFold.self, ignoring: ["log_offset"])
        .then(
            "positions",
            [
                "instrument": isin, "symbol": "NEWNAME", "quantity_e8": "5", "average_price_e8": "120",
                "gross_pnl": "350",
            ],
            [
                "instrument": "NSE:OLDNAME", "symbol": "OLDNAME", "quantity_e8": "1", "average_price_e8": "50",
                "gross_pnl": "0",
            ],
            [
                "instrument": "INE999A01018", "symbol": "OLDNAME", "quantity_e8": "2", "average_price_e8": "60",
                "gross_pnl": "0",
            ])
    }

    private func tick(
        _ id: Int, _ exchange: String, _ price: Int, _ time: String, volume: Int
    ) throws -> DecodedEvent {
        let tick = MarketUpdated(
            exchange: exchange, symbol: "X", lastPrice: try Price(whole: price), volume: try Quantity(whole: volume))
        return DecodedEvent(.marketUpdated(tick), id: "\(id)", time: try Timestamp(parsing: time))
    }

    /// Openalgo PR 1790, timescaledb 1428 and 6902, nautilus PR 2028.
    @Test("Complaint 13: days of the exchange's zone, hours from 09:15, late ticks reach their candle")
    func tradingDay() throws {
        let hours: Set<String> = [
            "exchange", "start_at", "trading_day", "open_e8", "high_e8", "low_e8", "close_e8", "volume",
        ]
        let folded = try Given(
            tick(1, "NSE", 100, "2026-01-15T03:45:10Z", volume: 10),
            tick(2, "NSE", 110, "2026-01-15T04:44:59.999999Z", volume: 30),
            tick(3, "NSE", 105, "2026-01-15T04:45:00Z", volume: 50),
            // 23:40 in Kolkata: still the 15th. What was traded before this first tick of the day is unknown.
            tick(4, "MCX", 900, "2026-01-15T18:10:00Z", volume: 7),
            // Late by an hour: the low of its own minute, hour and day, and its volume is taken from the candle behind.
            tick(5, "NSE", 90, "2026-01-15T04:00:00Z", volume: 20)
        ).whenEveryWay(MarketFold.self, ignoring: ["log_offset", "open_offset", "close_offset", "told_offset"]) {
            MarketFold(mode: $0, lane: 0, settings: MarketSettings(calendar: .ofProcess, keepsTicks: false))
        }
        let candles = try folded.rows("candles")
        let shown = candles.filter { $0["interval_code"] == "1h" }.map { row in row.filter { hours.contains($0.key) } }
        #expect(
            Set(shown) == [
                [
                    "exchange": "NSE", "start_at": "2026-01-15T03:45:00Z", "trading_day": "2026-01-15",
                    "open_e8": "100",
                    "high_e8": "110", "low_e8": "90", "close_e8": "110", "volume": "30",
                ],
                [
                    "exchange": "NSE", "start_at": "2026-01-15T04:45:00Z", "trading_day": "2026-01-15",
                    "open_e8": "105",
                    "high_e8": "105", "low_e8": "105", "close_e8": "105", "volume": "20",
                ],
                [
                    "exchange": "MCX", "start_at": "2026-01-15T17:30:00Z", "trading_day": "2026-01-15",
                    "open_e8": "900",
                    "high_e8": "900", "low_e8": "900", "close_e8": "900", "volume": "0",
                ],
            ])
        let day = candles.first { $0["interval_code"] == "1d" && $0["exchange"] == "NSE" }
        #expect(day?["start_at"] == "2026-01-15T03:45:00Z" && day?["low_e8"] == "90" && day?["close_e8"] == "105")
    }
}
