/// The figures of one user over one range of days: sums, and what depends on the days' order.
public struct AnalyticsReport: Hashable, Sendable {
    public let sums: TradingSums
    /// Days with an execution.
    public let tradingDays: Int
    /// The days of the curve that lie in the range.
    public let days: [EquityDay]
    /// The deepest fall of Σ pnl from its peak within the range; nil without a day.
    public let maximumDrawdown: Amount?
    /// The deepest fall of Π(1 + r) from its peak within the range, in percent.
    public let maximumDrawdownPercent: Double?
    public let totalReturnPercent: Double?
    public let annualReturnPercent: Double?
    public let sharpeRatio: Double?
    public let sortinoRatio: Double?
    public let calmarRatio: Double?
    public let recoveryFactor: Double?
    public let averageTradesPerDay: Double?

    /// - Parameter riskFreeRate: of a year, as a fraction.
    /// - Throws: `.outOfRange`.
    public init(
        _ history: AnalyticsHistory, in range: ClosedRange<CivilDate>, riskFreeRate: Double
    ) throws(NumberError) {
        (sums, tradingDays) = try history.total(in: range)
        days = Array(history.curve.days(in: range))
        let returns = days.map(\.dailyReturn)
        maximumDrawdown = Drawdown.maximum(try Drawdown.ofSums(days.lazy.map(\.pnl)))
        maximumDrawdownPercent = Drawdown.maximumPercent(of: returns)
        totalReturnPercent = ReturnFigures.totalReturnPercent(returns)
        annualReturnPercent = ReturnFigures.annualReturn(returns).map { 100 * $0 }
        sharpeRatio = ReturnFigures.sharpeRatio(returns, riskFreeRate: riskFreeRate)
        sortinoRatio = ReturnFigures.sortinoRatio(returns, riskFreeRate: riskFreeRate)
        calmarRatio = ReturnFigures.calmarRatio(returns)
        recoveryFactor = maximumDrawdown.flatMap { [sums] drawdown in
            TradeFigures.recoveryFactor(realizedPnl: sums.realizedPnl, maximumDrawdown: drawdown)
        }
        averageTradesPerDay = TradeFigures.tradesPerDay(trades: sums.totalTrades, tradingDays: tradingDays)
    }

    /// The reports of the periods in `range` that hold a day of the curve, ascending by first day.
    /// - Throws: `.outOfRange`.
    public static func series(
        _ history: AnalyticsHistory, by granularity: Granularity, in range: ClosedRange<CivilDate>, riskFreeRate: Double
    ) throws(NumberError) -> [(start: CivilDate, report: AnalyticsReport)] {
        var result: [(start: CivilDate, report: AnalyticsReport)] = []
        var days = history.curve.days(in: range)
        while let first = days.first {
            let start = granularity.start(of: first.day)
            let period = days.prefix { granularity.start(of: $0.day) == start }
            days = days.dropFirst(period.count)
            guard let last = period.last else { break }
            result.append(
                (start, try AnalyticsReport(history, in: first.day...last.day, riskFreeRate: riskFreeRate)))
        }
        return result
    }
}
