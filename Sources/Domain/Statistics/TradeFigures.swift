/// Statistics of closed trades. Each is a pure function; money goes in exact, only ratios are binary floating point.
///
/// The definitions are the project's own (docs/api.md) where books differ: QuantConnect's Lean counts a break-even trade as a
/// losing one, reports 10 where a denominator is zero, and adds the fees to the losses it averages; here a break-even
/// trade is neither, a zero denominator has no value, and fees are part of every trade's realised P&L.
public enum TradeFigures {
    /// 100 × wins / (wins + losses); break-even trades are in neither.
    ///
    /// Source: the batting average as K. Tharp, *Trade Your Way to Financial Freedom*, ch. 7.
    /// - Returns: percent, 0 … 100; nil without a win or a loss.
    public static func winRatePercent(wins: Int64, losses: Int64) -> Double? {
        wins + losses > 0 ? 100 * Double(wins) / Double(wins + losses) : nil
    }

    /// grossProfit / |grossLoss|.
    ///
    /// Source: R. Pardo, *The Evaluation and Optimization of Trading Strategies*, ch. 13.
    /// - Returns: 0 or more; nil without a loss.
    public static func profitFactor(grossProfit: Amount, grossLoss: Amount) -> Double? {
        grossProfit.ratio(to: Amount(units: abs(grossLoss.units)))
    }

    /// Average win / |average loss|, worked out as (grossProfit × losses) / (|grossLoss| × wins), so that the rounding of the
    /// averages does not enter.
    ///
    /// - Returns: above 0; nil without a win or without a loss.
    public static func payoffRatio(_ sums: TradingSums) -> Double? {
        guard sums.winningTrades > 0, let factor = sums.profitFactor else { return nil }
        return factor * Double(sums.losingTrades) / Double(sums.winningTrades)
    }

    /// Net gain over the deepest fall on the way: realizedPnl / |maxDrawdown|, both in currency.
    ///
    /// Source: the recovery factor of MetaTrader's strategy tester.
    /// - Returns: below 0 after a loss; nil without a drawdown.
    public static func recoveryFactor(realizedPnl: Amount, maximumDrawdown: Amount) -> Double? {
        realizedPnl.ratio(to: Amount(units: abs(maximumDrawdown.units)))
    }

    /// Closed trades a day on which there was an execution; nil without such a day.
    public static func tradesPerDay(trades: Int64, tradingDays: Int) -> Double? {
        tradingDays > 0 ? Double(trades) / Double(tradingDays) : nil
    }
}
