/// The tables of view `positions`: the ledger of executions, what they closed, and the books.
public enum PositionsView {
    public static let definition = ViewSchema(
        name: "positions", foldNumber: 2, tables: [trades, lotClosures, corrections, positions],
        deleteColumns: ["lot_closures": ["user_id", "exit_trade_id"]], presentation: presentation)

    /// One row an execution, amendments applied, with what it closed (the closed trade) beside it.
    static let trades = TableDefinition(
        "trades", role: .ledger,
        columns: [
            Column("user_id", .text), Column("trade_id", .text), Column("account", .text),
            Column("instrument", .text), Column("exchange", .text), Column("symbol", .text),
            Column("side", .int16), Column("quantity_e8", .int64), Column("price_e8", .int64),
            Column("fees", .amount), Column("multiplier_e8", .int64), Column("executed_at", .timestamp),
            Column("order_id", .text, nullable: true), Column("isin", .text, nullable: true),
            Column("product", .text, nullable: true), Column("segment", .text, nullable: true),
            Column("category", .text, nullable: true), Column("strategy", .text, nullable: true),
            Column("tags", .text, nullable: true), Column("notes", .text, nullable: true),
            Column("broker", .text, nullable: true), Column("content_hash", .bytes), Column("voided", .bool),
            Column("closed_quantity_e8", .int64, nullable: true), Column("entry_price_e8", .int64, nullable: true),
            Column("opened_at", .timestamp, nullable: true), Column("gross_pnl", .amount, nullable: true),
            Column("closed_fees", .amount, nullable: true), Column("realized_pnl", .amount, nullable: true),
        ],
        key: ["user_id", "trade_id"], keyIndex: ["trade_id", "user_id"],
        indexes: [
            IndexDefinition("trades_book", ["user_id", "instrument", "executed_at"])
        ])

    /// One row a match of a closing execution with a lot; everything else about both lies in `trades`.
    static let lotClosures = TableDefinition(
        "lot_closures", role: .ledger,
        columns: [
            Column("user_id", .text), Column("exit_trade_id", .text), Column("ordinal", .int32),
            Column("entry_trade_id", .text), Column("quantity_e8", .int64), Column("entry_price_e8", .int64),
            Column("entry_at", .timestamp), Column("is_short", .bool), Column("gross_pnl", .amount),
            Column("fees", .amount), Column("realized_pnl", .amount),
        ],
        key: ["user_id", "exit_trade_id", "ordinal"])

    /// Every correction, by its identity; one whose execution is not there yet waits.
    static let corrections = TableDefinition(
        "corrections", role: .state,
        columns: [
            Column("source", .text), Column("event_id", .text), Column("user_id", .text),
            Column("trade_id", .text), Column("log_offset", .int64), Column("event_time", .timestamp),
            Column("content_hash", .bytes), Column("event", .bytes), Column("waiting_lane", .int32, nullable: true),
        ],
        key: ["source", "event_id", "user_id"],
        indexes: [IndexDefinition("corrections_waiting", ["waiting_lane"], where: "waiting_lane IS NOT NULL")])

    /// One row a book. The open lots are packed (`LotCodec`); `api_lots` unpacks them. While a rebuild puts a book off,
    /// the row names the lane that is to fold it anew.
    static let positions = TableDefinition(
        "positions", role: .state,
        columns: [
            Column("user_id", .text), Column("account", .text), Column("instrument", .text),
            Column("exchange", .text), Column("symbol", .text), Column("quantity_e8", .int64),
            Column("average_price_e8", .int64, nullable: true), Column("gross_pnl", .amount),
            Column("fees", .amount), Column("open_fees", .amount), Column("fill_count", .int64),
            Column("last_executed_at", .timestamp, nullable: true), Column("last_trade_id", .text, nullable: true),
            Column("updated_at", .timestamp), Column("open_lots", .bytes),
            Column("refold_lane", .int32, nullable: true),
        ],
        key: ["user_id", "account", "instrument"],
        indexes: [IndexDefinition("positions_refold", ["refold_lane"], where: "refold_lane IS NOT NULL")])
}
