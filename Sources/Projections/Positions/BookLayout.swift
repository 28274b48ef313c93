/// Where the tables of a view's ledger of executions lie among its tables. Every view that keeps books keeps its own, since
/// no view reads another's.
struct BookLayout: Sendable {
    /// Those of `PositionsView.trades`, and perhaps more behind them.
    let tradeColumns: [Column]
    let trades: Int
    /// Nil where matches of lots are not kept.
    let lotClosures: Int?
    let corrections: Int
    let positions: Int

    static let positions = BookLayout(
        tradeColumns: PositionsView.trades.columns, trades: 0, lotClosures: 1, corrections: 2, positions: 3)
}
