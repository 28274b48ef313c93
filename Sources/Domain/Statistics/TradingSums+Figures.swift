/// Figures that are worked out of sums alone. Percent are of 100: 62.5 is 62.5 %. Nil where a denominator is zero.
extension TradingSums {
    /// ``TradeFigures/winRatePercent(wins:losses:)`` of these trades.
    public var winRatePercent: Double? { TradeFigures.winRatePercent(wins: winningTrades, losses: losingTrades) }
    /// `grossProfit` / winning trades, half-even at scale 8.
    public var averageWin: Amount? { grossProfit.mean(of: winningTrades) }
    /// `grossLoss` / losing trades, half-even at scale 8; below zero.
    public var averageLoss: Amount? { grossLoss.mean(of: losingTrades) }
    /// ``TradeFigures/payoffRatio(_:)`` of these trades.
    public var payoffRatio: Double? { TradeFigures.payoffRatio(self) }
    /// ``TradeFigures/profitFactor(grossProfit:grossLoss:)`` of these trades.
    public var profitFactor: Double? { TradeFigures.profitFactor(grossProfit: grossProfit, grossLoss: grossLoss) }
    /// `realizedPnl` / closed trades, half-even at scale 8: what a trade earns on average.
    public var expectancy: Amount? { realizedPnl.mean(of: totalTrades) }
    /// Mean of (closed − opened) over the closed trades, in microseconds, rounded half-even.
    public var averageHeldMicroseconds: Int128? { Amount(units: heldMicroseconds).mean(of: totalTrades)?.units }
}
