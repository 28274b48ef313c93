import Domain
import Events
import Foundation
import Projections
import TestKit
import Testing

@testable import ReadAPI

/// `/v1/analytics`, `/v1/analytics/series` and `/v1/equity-curve` on rows that the fold made.
@Suite struct AnalyticsTests {
    /// 2026-01-15 (a Thursday) 09:15 in India and minutes behind it.
    private func time(_ minutes: Int64) -> Timestamp {
        Timestamp(microseconds: 1_768_448_700_000_000 + minutes * 60_000_000)
    }

    private func trade(
        _ id: String, _ side: Side, _ quantity: String, _ price: String, at minutes: Int64, fees: String = "0",
        symbol: String = "A", category: String? = nil
    ) throws -> DecodedEvent {
        let trade = TradeExecuted(
            tradeId: id, userId: "u1", exchange: "NSE", symbol: symbol, side: side,
            quantity: try Quantity(parsing: quantity), price: try Price(parsing: price), executedAt: time(minutes),
            fees: try Fixed8(parsing: fees), details: EventDetails(category: category))
        return DecodedEvent(.tradeExecuted(trade), id: "e-\(id)", time: time(minutes))
    }

    private func deposit(_ amount: String, at minutes: Int64) throws -> DecodedEvent {
        let payment = PaymentReceived(
            paymentId: "p\(minutes)", userId: "u1", kind: .deposit, amount: try Fixed8(parsing: amount),
            currency: "INR",
            status: .completed)
        return DecodedEvent(.paymentReceived(payment), id: "p\(minutes)", time: time(minutes))
    }

    private static let day: Int64 = 24 * 60

    /// Thursday: 50 won. Friday: 20 lost. Monday: nothing. Tuesday: 10 won, a lot stays open.
    private func week() throws -> AnalyticsData {
        try AnalyticsData([
            deposit("1000", at: 0), trade("b", .buy, "10", "100", at: 1, fees: "1"),
            trade("s", .sell, "5", "110.1", at: 61, category: "swing"),
            trade("s2", .sell, "5", "95.9", at: Self.day + 1, category: "swing"),
            trade("b3", .buy, "2", "50", at: 5 * Self.day, symbol: "B"),
            trade("s3", .sell, "1", "60", at: 5 * Self.day + 60, symbol: "B"),
        ])
    }

    @Test func oneObjectHasEveryFigure() throws {
        let api = try TestAPI(database: try week().url)
        let answer = try api.get("/v1/analytics").json()
        func expect(_ name: String, _ text: String, sourceLocation: SourceLocation = #_sourceLocation) {
            #expect(answer[name]?.text == text, "\(name)", sourceLocation: sourceLocation)
        }
        expect("currency", #""INR""#)
        expect("capitalBasis", #""payments""#)
        expect("riskFreeRatePercent", "5.0")
        expect("from", #""2026-01-15""#)
        expect("to", #""2026-01-20""#)
        expect("executions", "5")
        expect("totalTrades", "3")
        expect("winningTrades", "2")
        expect("losingTrades", "1")
        expect("grossProfit", #""60""#)
        expect("grossLoss", #""-21""#)
        expect("grossPnl", #""40""#)
        expect("realizedPnl", #""39""#)
        expect("netPnl", #""39""#)
        expect("totalFees", #""1""#)
        expect("avgWin", #""30""#)
        expect("avgLoss", #""-21""#)
        expect("expectancy", #""13""#)
        expect("largestWin", #""50""#)
        expect("largestLoss", #""-21""#)
        expect("longestWinningStreak", "1")
        expect("tradingDays", "3")
        expect("avgTradesPerDay", "1.0")
        expect("endEquity", #""1039""#)
        expect("maxDrawdown", #""-21""#)
        expect("symbolsTraded", "2")
        expect("mostTradedSymbol", #""NSE:A""#)
        #expect(answer["byCategory"]?.elements?.map { $0["category"] } == [.string("swing"), .null])
        #expect(answer["byHour"]?.elements?.map { $0["hour"]?.text } == ["9", "10"])
        #expect(answer["byWeekday"]?.elements?.map { $0["weekday"]?.text } == ["2", "4", "5"])
        #expect(answer["byMonth"]?.elements?.map { $0["month"] } == [.string("2026-01")])
        #expect(answer["bestSymbols"]?.elements?.map { $0["symbol"] } == [.string("A"), .string("B")])
        #expect(answer["worstSymbols"]?.elements?.map { $0["symbol"] } == [.string("B"), .string("A")])
    }

    @Test func rangesSeriesAndPages() throws {
        let api = try TestAPI(database: try week().url)
        let friday = try api.get("/v1/analytics?from=2026-01-16&to=2026-01-18").json()
        #expect(friday["totalTrades"]?.text == "1")
        #expect(friday["endEquity"]?.text == #""1029""#)
        #expect(friday["sharpeRatio"] == .null)
        let weeks = try api.get("/v1/analytics/series?granularity=week").items()
        #expect(weeks.map { $0["period"] } == [.string("2026-01-12"), .string("2026-01-19")])
        #expect(weeks.map { $0["realizedPnl"] } == [.string("29"), .string("10")])
        let first = try api.get("/v1/analytics/series?limit=3").json()
        #expect(first["items"]?.elements?.map { $0["realizedPnl"] } == ["50", "-21", "0"].map { .string($0) })
        let cursor = try #require(first["nextCursor"]?.string)
        let rest = try api.get("/v1/analytics/series?limit=3&cursor=\(cursor)").json()
        #expect(rest["items"]?.elements?.map { $0["period"] } == [.string("2026-01-20")])
        #expect(rest["nextCursor"] == .null)
        #expect(try api.get("/v1/analytics/series?granularity=week&cursor=\(cursor)").status == 400)
        #expect(try api.get("/v1/equity-curve?from=2026-01-20&to=2026-01-19").status == 400)
        #expect(try api.get("/v1/analytics?from=yesterday").status == 400)
    }

    @Test func theCurveWithAndWithoutPrices() throws {
        let data = try week()
        let api = try TestAPI(database: data.url)
        let plain = try api.get("/v1/equity-curve").items()
        #expect(plain.map { $0["equity"] } == ["1050", "1029", "1029", "1039"].map { .string($0) })
        #expect(plain.map { $0["returnPercent"]?.text } == ["5.0", "-2.0", "0.0", plain.last?["returnPercent"]?.text])
        #expect(plain.map { $0["drawdown"] } == ["0", "-21", "-21", "-11"].map { .string($0) })
        #expect(plain.allSatisfy { $0["markToMarketEquity"] == .null })
        let unpriced = try api.get("/v1/equity-curve?markToMarket=true").items()
        #expect(unpriced.map { $0["unrealizedPnl"] } == [.null, .string("0"), .string("0"), .null])
        let thursday = try #require(CivilDate(parsing: "2026-01-15"))
        try data.addClose(TestClose(exchange: "NSE", symbol: "A", day: thursday, price: try Price(parsing: "120")))
        try data.addClose(TestClose(exchange: "NSE", symbol: "B", day: thursday, price: try Price(parsing: "45.5")))
        let priced = try api.get("/v1/equity-curve?markToMarket=true").items()
        #expect(priced.map { $0["unrealizedPnl"] } == ["100", "0", "0", "-4.5"].map { .string($0) })
        #expect(priced.last?["markToMarketEquity"] == .string("1034.5"))
    }

    @Test("complaint 15: what has no value is null, and a user without trades has an answer")
    func nothingIsNull() throws {
        let api = try TestAPI(database: try AnalyticsData([]).url)
        let answer = try api.get("/v1/analytics").json()
        #expect(answer["capitalBasis"] == .string("assumed"))
        #expect(answer["totalTrades"]?.text == "0")
        for name in [
            "from", "winRate", "profitFactor", "payoffRatio", "expectancy", "avgWin", "largestLoss", "sharpeRatio",
            "sortinoRatio", "calmarRatio", "maxDrawdown", "maxDrawdownPercent", "recoveryFactor", "avgTradesPerDay",
            "mostTradedSymbol", "endEquity",
        ] { #expect(answer[name] == .null, "\(name)") }
        #expect(try api.get("/v1/analytics/series").items().isEmpty)
        #expect(try api.get("/v1/equity-curve?markToMarket=true").items().isEmpty)
    }

    @Test("complaint 15: every field of the answers is in the document with a meaning, and no other")
    func everyFieldIsDocumented() throws {
        let api = try TestAPI(database: try week().url)
        let document = try JSONValue(parsing: OpenAPIDocument.json)
        let schemas = try #require(document["components"]?["schemas"])
        func names(_ schema: String) -> Set<String> {
            Set((schemas[schema]?["properties"]?.members ?? []).map(\.name))
        }
        func names(_ value: JSONValue?) -> Set<String> { Set((value?.members ?? []).map(\.name)) }
        let report = try api.get("/v1/analytics").json()
        #expect(names(report) == names("Analytics"))
        #expect(names(report["byHour"]?.elements?.first) == names("AnalyticsGroup").union(["hour"]))
        let series = try api.get("/v1/analytics/series").json()
        #expect(names(series) == names("AnalyticsSeries"))
        #expect(names(series["items"]?.elements?.first) == names("AnalyticsPeriod"))
        let curve = try api.get("/v1/equity-curve").json()
        #expect(names(curve) == names("EquityCurve"))
        #expect(names(curve["items"]?.elements?.first) == names("EquityDay"))
    }

    @Test func theRiskFreeRateIsAPercentage() {
        #expect(AnalyticsSettings.rate(percent: "6.5") == 0.065)
        #expect(AnalyticsSettings.rate(percent: "-0.5") == -0.005)
        for text in ["5%", "", "nan", "101", "five"] {
            #expect(AnalyticsSettings.rate(percent: text) == nil, "\(text)")
        }
    }

    @Test func anExecutionOfAnotherCenturyIsNamed() throws {
        let data = try AnalyticsData([trade("b", .buy, "1", "1", at: 0), trade("x", .buy, "1", "1", at: -80_000_000)])
        let answer = try TestAPI(database: data.url).get("/v1/equity-curve")
        #expect(answer.status == 422)
        #expect(answer.text.contains("executedAt"))
    }

    /// The pass over closed trades follows its index, so that it costs what the range holds.
    @Test func closedTradesAreReadInIndexOrder() throws {
        let data = try AnalyticsData([])
        try data.connection.execute("SET enable_seqscan = off; SET enable_bitmapscan = off")
        let plan = try data.connection.query(
            """
            EXPLAIN SELECT realized_pnl FROM analytics_3_1.api_analytics_closed_trades WHERE user_id = 'u' AND closed_at >= 'epoch'
            ORDER BY closed_at, trade_id
            """)
        let text = try (0..<plan.rowCount).map { try plan.text($0, 0) }.joined(separator: "\n")
        #expect(text.contains("Index Scan using trades_closed"), "\(text)")
        #expect(!text.contains("Sort"), "\(text)")
    }
}
