/// The tables of view `analytics`: a ledger of executions with what they closed, books of its own, payments, and sums by day.
public enum AnalyticsView {
    public static let definition = ViewSchema(
        name: "analytics", foldNumber: 3,
        tables: [trades, PositionsView.corrections, PositionsView.positions, payments, days],
        presentation: presentation)

    static let paymentsIndex = 3
    static let daysIndex = 4

    static let books = BookLayout(
        tradeColumns: trades.columns, trades: 0, lotClosures: nil, corrections: 1, positions: 2)

    /// As view `positions` has it, with the exchange's day of the execution.
    static let trades = TableDefinition(
        "trades", role: .ledger,
        columns: PositionsView.trades.columns + [Column("trading_day", .date)],
        key: PositionsView.trades.key, keyIndex: PositionsView.trades.keyIndex,
        indexes: PositionsView.trades.indexes + [
            IndexDefinition(
                "trades_closed", ["user_id", "executed_at", "trade_id"], where: "closed_quantity_e8 IS NOT NULL")
        ])

    /// One row a payment that is concluded, completed or not; the day is the default exchange's.
    static let payments = TableDefinition(
        "payments", role: .ledger,
        columns: [
            Column("user_id", .text), Column("payment_id", .text), Column("kind", .text), Column("status", .text),
            Column("amount_e8", .int64), Column("currency", .text), Column("event_time", .timestamp),
            Column("trading_day", .date), Column("content_hash", .bytes),
        ],
        key: ["user_id", "payment_id"])

    /// One row a user, day and exchange on which an execution lies or lay: zeros where none is left.
    static let days = TableDefinition(
        "days", role: .state,
        columns: [
            Column("user_id", .text), Column("day", .date), Column("exchange", .text), Column("executions", .int64),
            Column("fees", .amount), Column("winning_trades", .int64), Column("losing_trades", .int64),
            Column("break_even_trades", .int64), Column("gross_pnl", .amount), Column("gross_profit", .amount),
            Column("gross_loss", .amount), Column("held_seconds", .amount),
        ],
        key: ["user_id", "day", "exchange"])
}
