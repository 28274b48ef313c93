extension PositionsView {
    /// What people query, in the field's terms; `{schema}` is the build's schema.
    static let presentation: [ViewSchema.Presentation] = [
        .init(
            "positions",
            """
            SELECT user_id, account, instrument, exchange, symbol,
                   \(decimal("quantity_e8")) AS quantity, \(decimal("average_price_e8")) AS average_price,
                   gross_pnl, (gross_pnl - (fees - open_fees))::numeric(38,8) AS realized_pnl,
                   (gross_pnl - fees)::numeric(38,8) AS net_pnl, fees, open_fees, updated_at
            FROM {schema}.positions WHERE exchange <> '\(BookState.noExchange)'
            """),
        .init(
            "lots",
            """
            SELECT p.user_id, p.account, p.instrument, p.exchange, p.symbol, l.trade_id, l.opened_at,
                   (sign(p.quantity_e8::numeric) * l.quantity)::numeric(38,8) AS quantity, l.price, l.fees, l.multiplier
            FROM {schema}.positions p CROSS JOIN LATERAL tapefold.unpack_lots(p.open_lots) l
            """),
        .init(
            "trades",
            """
            SELECT user_id, trade_id, account, instrument, exchange, symbol,
                   CASE side WHEN 1 THEN 'BUY' ELSE 'SELL' END AS side, \(decimal("quantity_e8")) AS quantity,
                   \(decimal("price_e8")) AS price, fees, \(decimal("multiplier_e8")) AS multiplier, executed_at,
                   order_id, isin, product, segment, category, strategy, tags::jsonb AS tags, notes, broker, voided,
                   \(decimal("closed_quantity_e8")) AS closed_quantity, gross_pnl, realized_pnl
            FROM {schema}.trades
            """),
        .init(
            "closed_trades",
            """
            SELECT user_id, trade_id, account, instrument, exchange, symbol,
                   CASE side WHEN 1 THEN 'SHORT' ELSE 'LONG' END AS direction,
                   \(decimal("closed_quantity_e8")) AS quantity, \(decimal("entry_price_e8")) AS entry_price,
                   \(decimal("price_e8")) AS exit_price, opened_at, executed_at AS closed_at, gross_pnl,
                   closed_fees AS fees, realized_pnl, order_id, category, strategy, tags::jsonb AS tags
            FROM {schema}.trades WHERE closed_quantity_e8 IS NOT NULL
            """),
        .init(
            "lot_closures",
            """
            SELECT c.user_id, c.exit_trade_id, c.ordinal, c.entry_trade_id, t.account, t.instrument, t.exchange,
                   t.symbol, CASE WHEN c.is_short THEN 'SHORT' ELSE 'LONG' END AS direction,
                   \(decimal("c.quantity_e8")) AS quantity, \(decimal("c.entry_price_e8")) AS entry_price,
                   \(decimal("t.price_e8")) AS exit_price, c.entry_at, t.executed_at AS exit_at, c.gross_pnl, c.fees,
                   c.realized_pnl, t.executed_at - c.entry_at AS held
            FROM {schema}.lot_closures c
            JOIN {schema}.trades t ON t.user_id = c.user_id AND t.trade_id = c.exit_trade_id
            """),
    ]

    private static func decimal(_ column: String) -> String { ViewSchema.decimal(column) }
}

extension ViewSchema {
    /// A scaled integer column as the decimal it stands for.
    static func decimal(_ column: String) -> String { "(\(column) * 0.00000001)::numeric(38,8)" }
}
