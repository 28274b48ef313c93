/// How deep a series fell below its highest value so far.
///
/// Source: M. Magdon-Ismail, A. Atiya, *Maximum drawdown* (Risk, 2004); as empyrical, the start counts as a peak.
public enum Drawdown {
    /// Of running sums: Σ of the first n values less the highest such sum so far, which is 0 at the start.
    ///
    /// - Returns: one a value, zero or below, in the values' currency.
    /// - Throws: `.outOfRange`.
    public static func ofSums(_ values: some Sequence<Amount>) throws(NumberError) -> [Amount] {
        var (sum, peak) = (Amount.zero, Amount.zero)
        var result: [Amount] = []
        for value in values {
            try sum += value
            peak = max(peak, sum)
            result.append(try sum - peak)
        }
        return result
    }

    /// Of an index that begins at 1 and grows by 1 + r a return: 100 × (index / peak − 1). A nil return leaves the index.
    ///
    /// An index never falls below 0: what lost everything stays lost, whatever is paid in afterwards.
    /// - Returns: one a return, in percent, −100 … 0.
    public static func percentOfIndex(_ returns: some Sequence<Double?>) -> [Double] {
        var (index, peak) = (1.0, 1.0)
        return returns.map { value in
            index = max(index * (1 + (value ?? 0)), 0)
            peak = max(peak, index)
            return 100 * (index / peak - 1)
        }
    }

    /// The deepest of ``ofSums(_:)``; nil of none.
    public static func maximum(_ drawdowns: [Amount]) -> Amount? { drawdowns.min() }

    /// The deepest of ``percentOfIndex(_:)``; nil where no return is known.
    public static func maximumPercent(of returns: [Double?]) -> Double? {
        guard returns.contains(where: { $0 != nil }) else { return nil }
        return percentOfIndex(returns).min()
    }
}
