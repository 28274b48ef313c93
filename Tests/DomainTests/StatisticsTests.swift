import Domain
import Testing

/// One figure a test, on numbers that can be worked out by hand; the null rules beside them.
@Suite struct StatisticsTests {
    private func amount(_ text: String) throws -> Amount { try Amount(parsing: text) }

    private func sums(_ pnls: [String]) throws -> TradingSums {
        var sums = TradingSums()
        for (index, pnl) in pnls.enumerated() {
            try sums.add(
                TradingSums(
                    closed: ClosedTradeFacts(
                        day: CivilDate(dayNumber: Int32(index)), hour: 9,
                        instrument: InstrumentKey(exchange: "NSE", symbol: "A"), category: nil, strategy: nil,
                        grossPnl: try amount(pnl), realizedPnl: try amount(pnl))))
        }
        return sums
    }

    @Test func winRateCountsBreakEvenNowhere() throws {
        #expect(TradeFigures.winRatePercent(wins: 5, losses: 3) == 62.5)
        #expect(try sums(["1", "-1", "0", "0"]).winRatePercent == 50)
        #expect(try sums(["0"]).winRatePercent == nil)
        #expect(TradingSums().winRatePercent == nil)
    }

    @Test func profitFactorNeedsALoss() throws {
        #expect(try sums(["30", "10", "-16"]).profitFactor == 2.5)
        #expect(try sums(["-16"]).profitFactor == 0)
        #expect(try sums(["30"]).profitFactor == nil)
    }

    @Test func averagesAreExactAndRoundHalfEven() throws {
        let sums = try sums(["0.00000001", "0.00000002", "-0.00000001", "-0.00000002"])
        #expect(sums.averageWin == Amount(units: 2))
        #expect(sums.averageLoss == Amount(units: -2))
        #expect(Amount(units: 1).mean(of: 2) == .zero)
        #expect(Amount(units: 5).mean(of: 2) == Amount(units: 2))
        #expect(Amount(units: -7).mean(of: 2) == Amount(units: -4))
        #expect(Amount(units: 7).mean(of: 0) == nil)
    }

    @Test func expectancyIsATradesMean() throws {
        #expect(try sums(["10", "-4", "0"]).expectancy == amount("2"))
        #expect(TradingSums().expectancy == nil)
    }

    @Test func payoffRatioIsOfTheUnroundedAverages() throws {
        #expect(try sums(["30", "10", "-16"]).payoffRatio == 1.25)
        #expect(try sums(["30"]).payoffRatio == nil)
        #expect(try sums(["-30"]).payoffRatio == nil)
        #expect(try sums(["0.00000001", "0.00000002", "-0.00000003"]).payoffRatio == 0.5)
    }

    @Test func recoveryFactorNeedsADrawdown() throws {
        #expect(try TradeFigures.recoveryFactor(realizedPnl: amount("50"), maximumDrawdown: amount("-20")) == 2.5)
        #expect(try TradeFigures.recoveryFactor(realizedPnl: amount("50"), maximumDrawdown: .zero) == nil)
    }

    @Test func streaksEndAtABreakEven() throws {
        var streaks = Streaks()
        for pnl in [1, 1, 0, 1, -1, -1, -1, 1] as [Int128] { streaks.add(realizedPnl: Amount(units: pnl)) }
        #expect(streaks.longestWinning == 2)
        #expect(streaks.longestLosing == 3)
    }

    @Test func drawdownOfSumsStartsAtZero() throws {
        let values = try ["-5", "10", "-3", "-4", "20"].map { try amount($0) }
        #expect(try Drawdown.ofSums(values) == ["-5", "0", "-3", "-7", "0"].map { try amount($0) })
        #expect(try Drawdown.maximum(Drawdown.ofSums(values)) == amount("-7"))
        #expect(Drawdown.maximum([]) == nil)
    }

    @Test func drawdownOfTheIndexSkipsDaysWithoutAReturn() throws {
        #expect(Drawdown.percentOfIndex([0.5, nil, -0.5, 0.5]) == [0, 0, -50, -25])
        #expect(Drawdown.percentOfIndex([-0.1]).first.map { abs($0 + 10) < 1e-12 } == true)
        #expect(Drawdown.maximumPercent(of: [nil, nil]) == nil)
        #expect(Drawdown.maximumPercent(of: [0.1]) == 0)
    }

    @Test func whatLostEverythingStaysLost() throws {
        #expect(Drawdown.maximumPercent(of: [-1.5, 3, -1.2, 0.4]) == -100)
        #expect(ReturnFigures.annualReturn([-1.5, 3]) == -1)
        #expect(ReturnFigures.totalReturnPercent([0.5, -2, 1]) == -100)
    }

    @Test func ratiosNeedTwoReturnsAndADenominator() throws {
        for returns: [Double?] in [[], [0.01], [nil, 0.01, nil]] {
            #expect(ReturnFigures.sharpeRatio(returns) == nil)
            #expect(ReturnFigures.sortinoRatio(returns) == nil)
            #expect(ReturnFigures.calmarRatio(returns) == nil)
            #expect(ReturnFigures.annualReturn(returns) == nil)
        }
        #expect(ReturnFigures.sharpeRatio([0.1, 0.1, 0.1]) == nil)
        #expect(ReturnFigures.sortinoRatio([0.1, 0.2]) == nil)
        #expect(ReturnFigures.calmarRatio([0.1, 0.2]) == nil)
    }

    @Test func sharpeTakesTheRiskFreeRateOfADay() throws {
        let returns: [Double?] = [0.01, nil, 0.03]
        let mean = 0.02 - 0.05 / 252
        let wanted = mean / (0.0002.squareRoot()) * 252.0.squareRoot()
        #expect(abs(try #require(ReturnFigures.sharpeRatio(returns, riskFreeRate: 0.05)) - wanted) < 1e-12 * wanted)
    }

    @Test func sumsAreAGroup() throws {
        let first = TradingSums(
            fees: try amount("1.5"),
            closed: ClosedTrade(
                openedAt: Timestamp(microseconds: 5), closedAt: Timestamp(microseconds: 12),
                isShort: false, quantity: .one, averageEntryPrice: .one, exitPrice: .one, grossPnl: try amount("7"),
                fees: try amount("3"), realizedPnl: try amount("4"), closureCount: 1))
        let second = TradingSums(fees: try amount("0.5"), closed: nil)
        var sums = first
        try sums.add(second)
        #expect(sums.executions == 2)
        #expect(try sums.netPnl == amount("5"))
        #expect(try sums.closedFees == amount("3"))
        #expect(sums.averageHeldMicroseconds == 7)
        try sums.subtract(first)
        #expect(sums == second)
        try sums.subtract(second)
        #expect(sums.isEmpty)
    }

    @Test func aSumBeyondTheRangeIsRefusedAndChangesNothing() throws {
        var sums = TradingSums(fees: .maximum, closed: nil)
        let before = sums
        #expect(throws: NumberError.outOfRange(.amount)) {
            try sums.add(TradingSums(fees: Amount(units: 1), closed: nil))
        }
        #expect(sums == before)
    }

    @Test func periodsBeginOnMondaysFirstsAndNewYearsDays() throws {
        let day = try #require(CivilDate(year: 2026, month: 3, day: 1))
        #expect(Granularity.day.start(of: day) == day)
        #expect(Granularity.week.start(of: day).description == "2026-02-23")
        #expect(Granularity.month.start(of: day) == day)
        #expect(Granularity.year.start(of: day).description == "2026-01-01")
    }

    @Test func bestAndWorstSymbolsTieByName() throws {
        var breakdown = ClosedTradeBreakdown()
        for (symbol, pnl) in [("B", "1"), ("A", "1"), ("C", "-2"), ("D", "5"), ("D", "-1")] {
            try breakdown.add(
                ClosedTradeFacts(
                    day: CivilDate(dayNumber: 20_000), hour: 10,
                    instrument: InstrumentKey(exchange: "NSE", symbol: symbol), category: nil, strategy: nil,
                    grossPnl: try amount(pnl), realizedPnl: try amount(pnl)))
        }
        #expect(breakdown.bestSymbols(3).map(\.symbol.symbol) == ["D", "A", "B"])
        #expect(breakdown.worstSymbols(2).map(\.symbol.symbol) == ["C", "A"])
        #expect(try breakdown.largestWin == amount("5"))
        #expect(try breakdown.largestLoss == amount("-2"))
    }
}
