import Foundation

/// Statistics of a series of daily returns; days without one (nil) are left out. As empyrical works them out, and checked
/// against its vectors. Each is nil with fewer than two returns and where its denominator is zero.
public enum ReturnFigures {
    /// Trading days that a year is taken to have.
    public static let daysPerYear = 252.0
    /// A year's risk-free rate where none is configured, as a fraction.
    public static let defaultRiskFreeRate = 0.05

    /// mean(r − rf/252) / stdev(r, n − 1) × √252.
    ///
    /// Source: W. Sharpe, *The Sharpe Ratio* (Journal of Portfolio Management, 1994), annualised.
    /// - Parameter riskFreeRate: of a year, as a fraction: 0.05 is 5 %.
    /// - Returns: nil also when all returns are the same, whose deviation is zero whatever floating point says.
    public static func sharpeRatio(_ returns: [Double?], riskFreeRate: Double = defaultRiskFreeRate) -> Double? {
        let excess = excess(returns, riskFreeRate)
        guard excess.count > 1, excess.contains(where: { $0 != excess[0] }) else { return nil }
        let mean = mean(excess)
        let squares = excess.map { ($0 - mean) * ($0 - mean) }
        let deviation = (sum(squares) / Double(excess.count - 1)).squareRoot()
        return quotient(mean * daysPerYear.squareRoot(), deviation)
    }

    /// mean(r − rf/252) / √mean(min(r − rf/252, 0)²) × √252.
    ///
    /// Source: F. Sortino, L. Price, *Performance Measurement in a Downside Risk Framework* (Journal of Investing, 1994),
    /// with the risk-free rate as the return wanted.
    /// - Parameter riskFreeRate: of a year, as a fraction.
    /// - Returns: nil also when no return is below the risk-free one.
    public static func sortinoRatio(_ returns: [Double?], riskFreeRate: Double = defaultRiskFreeRate) -> Double? {
        let excess = excess(returns, riskFreeRate)
        guard excess.count > 1 else { return nil }
        let below = excess.map { min($0, 0) * min($0, 0) }
        return quotient(mean(excess) * daysPerYear.squareRoot(), mean(below).squareRoot())
    }

    /// Π(1 + r)^(252/n) − 1: the yearly rate that compounds to the same end; n counts the days without a return too, for they
    /// passed.
    ///
    /// - Returns: a fraction, −1 or more; −1 once everything is lost.
    public static func annualReturn(_ returns: [Double?]) -> Double? {
        guard returns.count(where: { $0 != nil }) > 1 else { return nil }
        let end = compound(returns)
        return end > 0 ? pow(end, daysPerYear / Double(returns.count)) - 1 : -1
    }

    /// Compound annual return / |maximum drawdown|, both on the index Π(1 + r).
    ///
    /// Source: T. Young, *Calmar Ratio: A Smoother Tool* (Futures, 1991), over all of the series.
    public static func calmarRatio(_ returns: [Double?]) -> Double? {
        guard let annual = annualReturn(returns), let drawdown = Drawdown.maximumPercent(of: returns) else {
            return nil
        }
        return quotient(annual, abs(drawdown) / 100)
    }

    /// 100 × (Π(1 + r) − 1), with the index held at 0 once it got there; nil where no return is known.
    public static func totalReturnPercent(_ returns: [Double?]) -> Double? {
        returns.contains { $0 != nil } ? 100 * (compound(returns) - 1) : nil
    }

    private static func compound(_ returns: [Double?]) -> Double {
        returns.reduce(1) { index, value in max(index * (1 + (value ?? 0)), 0) }
    }

    private static func excess(_ returns: [Double?], _ riskFreeRate: Double) -> [Double] {
        returns.compactMap { value in value.map { $0 - riskFreeRate / daysPerYear } }
    }

    private static func mean(_ values: [Double]) -> Double { sum(values) / Double(values.count) }

    /// Neumaier's compensated sum: the result does not depend on how long the series is.
    private static func sum(_ values: [Double]) -> Double {
        var (sum, lost) = (0.0, 0.0)
        for value in values {
            let next = sum + value
            lost += abs(sum) >= abs(value) ? (sum - next) + value : (value - next) + sum
            sum = next
        }
        return sum + lost
    }

    /// Finite or nothing: a denominator so small that the quotient has no value counts as zero.
    private static func quotient(_ numerator: Double, _ denominator: Double) -> Double? {
        guard denominator != 0 else { return nil }
        let result = numerator / denominator
        return result.isFinite ? result : nil
    }
}
