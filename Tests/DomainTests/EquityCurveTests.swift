import Domain
import Testing

/// equity(d) = equity(d−1) + flow(d) + pnl(d), and the days that there are.
@Suite struct EquityCurveTests {
    private func day(_ text: String) throws -> CivilDate { try #require(CivilDate(parsing: text)) }
    private func amount(_ text: String) throws -> Amount { try Amount(parsing: text) }

    @Test func withoutPaymentsAMillionIsAssumed() throws {
        let monday = try day("2026-01-19")
        let curve = try EquityCurve(days: [monday], pnl: [monday: amount("50000")], flows: [])
        #expect(curve.basis == .assumed)
        #expect(try curve.days.first?.equity == amount("1050000"))
        #expect(curve.days.first?.dailyReturn == 0.05)
    }

    @Test func aDepositIsNoGain() throws {
        let days = try ["2026-01-19", "2026-01-20", "2026-01-21"].map { try day($0) }
        let curve = try EquityCurve(
            days: days, pnl: [days[0]: amount("10"), days[1]: amount("-5.5")],
            flows: [(days[0], try amount("100")), (days[2], try amount("900"))])
        #expect(curve.basis == .payments)
        #expect(try curve.days.map(\.equity) == ["110", "104.5", "1004.5"].map { try amount($0) })
        #expect(curve.days.map(\.dailyReturn) == [0.1, -0.05, 0])
    }

    @Test func moneyPaidInOnASundayCountsOnMondayAndMoneyBehindTheLastDayNowhere() throws {
        let monday = try day("2026-01-19")
        let curve = try EquityCurve(
            days: [monday], pnl: [:],
            flows: [
                (try day("2025-12-01"), try amount("1")), (try day("2026-01-18"), try amount("2")),
                (try day("2026-01-20"), try amount("4")),
            ])
        #expect(try curve.days.map(\.flow) == [amount("3")])
    }

    @Test func aReturnOnNothingHasNoValue() throws {
        let days = try ["2026-01-19", "2026-01-20"].map { try day($0) }
        let curve = try EquityCurve(
            days: days, pnl: [days[0]: amount("-5"), days[1]: amount("1")], flows: [(days[1], try amount("2"))])
        #expect(curve.days.map(\.dailyReturn) == [nil, nil])
        #expect(try curve.days.last?.equity == amount("-2"))
    }

    @Test("complaint 13: days are the exchanges' trading days, with those on which somebody traded all the same")
    func daysAreTheExchangesDays() throws {
        let calendar = try ExchangeCalendar.standard()
        let traded = try ["2026-01-23", "2026-01-25", "2026-01-28"].map { try day($0) }
        let days = try #require(
            EquityCurve.days(
                traded: Set(traded),
                exchanges: ["NSE", "BSE"],
                calendar: calendar, limit: 100))
        // The 24th is a Saturday, the 25th a Sunday with a trade, the 26th Republic Day.
        #expect(days.map(\.description) == ["2026-01-23", "2026-01-25", "2026-01-27", "2026-01-28"])
        #expect(
            try EquityCurve.days(
                traded: [day("2026-01-23"), day("2036-01-23")], exchanges: [], calendar: calendar, limit: 9) == nil)
    }

    @Test func rangesCutTheCurveAndItsDrawdown() throws {
        let days = try (19...23).map { try day("2026-01-\($0)") }
        let pnl = try ["100", "-50", "-20", "30", "-10"].map { try amount($0) }
        let sums = pnl.enumerated().map { index, pnl in
            AnalyticsDay(
                day: days[index], exchange: "NSE",
                sums: TradingSums(
                    fees: .zero,
                    closed: ClosedTrade(
                        openedAt: Timestamp(microseconds: 0),
                        closedAt: Timestamp(microseconds: 0),
                        isShort: false, quantity: .one, averageEntryPrice: .one, exitPrice: .one, grossPnl: pnl,
                        fees: .zero, realizedPnl: pnl, closureCount: 1)))
        }
        let history = try AnalyticsHistory(days: sums, flows: [], calendar: .standard(), dayLimit: 100)
        let all = try AnalyticsReport(history, in: .minimum ... .maximum, riskFreeRate: 0)
        #expect(try all.maximumDrawdown == amount("-70"))
        #expect(try all.sums.realizedPnl == amount("50"))
        #expect(all.tradingDays == 5)
        let part = try AnalyticsReport(history, in: days[2]...days[3], riskFreeRate: 0)
        #expect(try part.maximumDrawdown == amount("-20"))
        #expect(try part.days.map(\.equity) == ["1000030", "1000060"].map { try amount($0) })
        let none = try AnalyticsReport(history, in: .minimum...days[0].adding(days: -1), riskFreeRate: 0)
        #expect(none.maximumDrawdown == nil)
        #expect(none.sharpeRatio == nil)
        let weeks = try AnalyticsReport.series(history, by: .week, in: .minimum ... .maximum, riskFreeRate: 0)
        #expect(weeks.map(\.start) == [days[0]])
        #expect(weeks.first?.report == all)
    }
}
