import Domain
import Events

/// Ledger rows that a rebuild encodes as it folds, for the next drain.
///
/// Nothing will look at these executions again before the indexes are there, so none of them becomes an object.
final class CopiedLedger {
    private let trades: RowBatch
    /// Nil where the view keeps none.
    private let closures: RowBatch?

    init(_ layout: BookLayout) {
        trades = RowBatch(columns: layout.tradeColumns, layout: .copy)
        closures = layout.lotClosures.map { _ in RowBatch(columns: PositionsView.lotClosures.columns, layout: .copy) }
    }

    func append(_ trade: TradeExecuted, _ row: TradeRow) {
        trades.appendRow { row.encode(trade, into: &$0) }
    }

    func append(_ closure: borrowing LotClosure, of trade: TradeExecuted) {
        closures?.appendRow { closure.encode(userId: trade.userId, exitId: trade.tradeId, into: &$0) }
    }

    func drain(trades tradeRows: RowBatch, closures closureRows: RowBatch?) {
        guard trades.rowCount > 0 else { return }
        tradeRows.take(rowsOf: trades)
        if let closures { closureRows?.take(rowsOf: closures) }
        clear()
    }

    func clear() {
        trades.clear()
        closures?.clear()
    }
}
