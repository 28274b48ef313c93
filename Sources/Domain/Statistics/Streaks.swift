/// The longest runs of winning and of losing trades, taken one by one in the order in which they were closed.
///
/// A break-even trade ends both. Source: Lean's MaxConsecutiveWinningTrades, but for its break-even trades, which lose.
public struct Streaks: Hashable, Sendable {
    /// Trades in the longest run of wins; 0 without a win.
    public private(set) var longestWinning: Int64 = 0
    /// Trades in the longest run of losses; 0 without a loss.
    public private(set) var longestLosing: Int64 = 0
    /// Above zero in a run of wins, below in one of losses.
    private var current: Int64 = 0

    public init() {}

    /// Takes the next trade.
    public mutating func add(realizedPnl: Amount) {
        if realizedPnl.isPositive {
            current = max(current, 0) + 1
        } else if realizedPnl.isNegative {
            current = min(current, 0) - 1
        } else {
            current = 0
        }
        longestWinning = max(longestWinning, current)
        longestLosing = max(longestLosing, -current)
    }
}
