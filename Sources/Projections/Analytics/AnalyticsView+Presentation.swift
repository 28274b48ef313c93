extension AnalyticsView {
    /// What people query, in the field's terms; `{schema}` is the build's schema.
    static let presentation: [ViewSchema.Presentation] = [
        .init(
            "analytics_days",
            """
            SELECT user_id, day, exchange, executions, fees, winning_trades, losing_trades, break_even_trades, gross_pnl,
                   gross_profit, gross_loss, (gross_profit + gross_loss)::numeric(38,8) AS realized_pnl,
                   (gross_pnl - fees)::numeric(38,8) AS net_pnl, held_seconds
            FROM {schema}.days WHERE executions > 0
            """),
        .init(
            "analytics_closed_trades",
            """
            SELECT user_id, trade_id, trading_day, account, instrument, exchange, symbol,
                   CASE side WHEN 1 THEN 'SHORT' ELSE 'LONG' END AS direction,
                   \(decimal("closed_quantity_e8")) AS quantity, \(decimal("entry_price_e8")) AS entry_price,
                   \(decimal("price_e8")) AS exit_price, opened_at, executed_at AS closed_at,
                   executed_at - opened_at AS held, gross_pnl, closed_fees AS fees, realized_pnl, order_id, product,
                   segment, category, strategy, tags::jsonb AS tags
            FROM {schema}.trades WHERE closed_quantity_e8 IS NOT NULL
            """),
        .init(
            "analytics_executions",
            """
            SELECT user_id, trade_id, trading_day, account, instrument, exchange, symbol,
                   CASE side WHEN 1 THEN 'BUY' ELSE 'SELL' END AS side, \(decimal("quantity_e8")) AS quantity,
                   \(decimal("price_e8")) AS price, fees, \(decimal("multiplier_e8")) AS multiplier, executed_at
            FROM {schema}.trades WHERE NOT voided
            """),
        .init(
            "analytics_payments",
            """
            SELECT user_id, payment_id, kind, status, \(decimal("amount_e8")) AS amount, currency, event_time AS received_at,
                   trading_day
            FROM {schema}.payments
            """),
    ]

    private static func decimal(_ column: String) -> String { ViewSchema.decimal(column) }
}
