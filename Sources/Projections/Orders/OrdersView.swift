/// The tables of view `orders`: the orders, and the ledgers of what was counted into them.
public enum OrdersView {
    public static let definition = ViewSchema(
        name: "orders", foldNumber: 2, tables: [orders, fills, facts], presentation: presentation)

    /// One row an order, from the first event on that names it. Behind `updated_at` lies what the fold needs to go on.
    static let orders = TableDefinition(
        "orders", role: .state,
        columns: [
            Column("user_id", .text), Column("order_id", .text), Column("exchange", .text, nullable: true),
            Column("symbol", .text, nullable: true), Column("side", .int16, nullable: true),
            Column("order_type", .text, nullable: true), Column("product", .text, nullable: true),
            Column("validity", .text, nullable: true), Column("account", .text, nullable: true),
            Column("status", .text), Column("quantity_e8", .int64, nullable: true),
            Column("price_e8", .int64, nullable: true), Column("trigger_price_e8", .int64, nullable: true),
            Column("filled_quantity_e8", .int64, nullable: true),
            Column("average_price_e8", .int64, nullable: true), Column("reason", .text, nullable: true),
            Column("category", .text, nullable: true), Column("strategy", .text, nullable: true),
            Column("tags", .text, nullable: true), Column("request_id", .text, nullable: true),
            Column("placed_at", .timestamp, nullable: true), Column("updated_at", .timestamp),
            Column("placed_hash", .bytes, nullable: true), Column("cancelled_hash", .bytes, nullable: true),
            Column("told_status", .text, nullable: true), Column("told_fields", .int16),
            Column("fill_value", .bytes, nullable: true), Column("fill_count", .int32),
            Column("filled_value", .amount, nullable: true), Column("first_fill_at", .timestamp, nullable: true),
            Column("last_fill_at", .timestamp, nullable: true),
        ],
        key: ["user_id", "order_id"], keyIndex: ["order_id", "user_id"],
        indexes: [IndexDefinition("orders_placed", ["user_id", "placed_at"])])

    /// One row an execution of an order: its identity, and what it added.
    static let fills = TableDefinition(
        "order_fills", role: .ledger,
        columns: [
            Column("user_id", .text), Column("trade_id", .text), Column("order_id", .text),
            Column("quantity_e8", .int64), Column("price_e8", .int64), Column("executed_at", .timestamp),
            Column("content_hash", .bytes),
        ],
        key: ["user_id", "trade_id"], keyIndex: ["trade_id", "user_id"],
        indexes: [IndexDefinition("order_fills_order", ["user_id", "order_id", "executed_at", "trade_id"])])

    /// One row an `orders.updated`: its identity.
    static let facts = TableDefinition(
        "order_facts", role: .ledger,
        columns: [
            Column("source", .text), Column("event_id", .text), Column("user_id", .text), Column("order_id", .text),
            Column("content_hash", .bytes),
        ],
        key: ["source", "event_id", "user_id"])

    /// Some brokers tell that an order is executed, and no figure: that is all of it.
    private static let filled =
        "coalesce(filled_quantity_e8, CASE WHEN status = 'EXECUTED' THEN quantity_e8 END, 0)"

    /// What people query, in the field's terms; `{schema}` is the build's schema.
    private static let presentation: [ViewSchema.Presentation] = [
        .init(
            "orders",
            """
            SELECT user_id, order_id, exchange, symbol, CASE side WHEN 1 THEN 'BUY' WHEN -1 THEN 'SELL' END AS side,
                   order_type, product, validity, account, status, \(decimal("quantity_e8")) AS quantity,
                   \(decimal("price_e8")) AS price, \(decimal("trigger_price_e8")) AS trigger_price,
                   \(decimal(filled)) AS filled_quantity,
                   \(decimal("average_price_e8")) AS average_price, reason, category, strategy,
                   tags::jsonb AS tags, placed_at, updated_at, request_id, fill_count, filled_value, first_fill_at,
                   last_fill_at,
                   CASE WHEN quantity_e8 IS NOT NULL
                        THEN \(decimal("greatest(quantity_e8 - \(filled), 0)"))
                        END AS remaining_quantity,
                   CASE WHEN fill_count > 0 THEN \(decimal("side * (average_price_e8 - price_e8)")) END AS limit_slippage
            FROM {schema}.orders
            """),
        .init(
            "order_fills",
            """
            SELECT user_id, order_id, trade_id, \(decimal("quantity_e8")) AS quantity, \(decimal("price_e8")) AS price,
                   executed_at
            FROM {schema}.order_fills
            """),
    ]

    private static func decimal(_ column: String) -> String { ViewSchema.decimal(column) }
}
