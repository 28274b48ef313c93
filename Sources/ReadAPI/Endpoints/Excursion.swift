/// How far a closed trade was ahead and behind while it was open: the best and the worst price of its minutes against the
/// entry price, times quantity and multiplier. Null where no minute of it has a candle, or view `market` is not live.
///
/// The minutes are the 1m candles whose start lies from the minute of `opened_at` to `closed_at`. What lies inside is read from
/// coarser candles, which are made of the same ticks: hours that lie within the span, and days more than a day from its
/// ends. So a trade costs some 120 minutes, the hours of two days and a row for each day, however long it was open.
enum Excursion {
    static let favourable = product(
        "CASE t.direction WHEN 'LONG' THEN x.high - t.entry_price ELSE t.entry_price - x.low END")
    static let adverse = product(
        "CASE t.direction WHEN 'LONG' THEN x.low - t.entry_price ELSE t.entry_price - x.high END")

    private static func product(_ difference: String) -> String {
        "round(\(difference) * t.quantity * e.multiplier, 8)"
    }

    /// Joins `x`, the prices, and `e`, the closing execution, to closed trades `t`.
    @Sendable static func joins(_ live: LiveViews) -> String {
        let execution = """
            LEFT JOIN \(live.relation(.positions, "trades")) e ON e.user_id = t.user_id AND e.trade_id = t.trade_id
            """
        guard live[.market] != nil else {
            return "\(execution) CROSS JOIN (SELECT NULL::numeric AS high, NULL::numeric AS low) x"
        }
        let candles = live.relation(.market, "candles")
        let parts = spans.map { interval, condition in
            """
            SELECT c.high, c.low FROM \(candles) c
            WHERE c.exchange = t.exchange AND c.symbol = t.symbol AND c."interval" = '\(interval)' AND \(condition)
            """
        }
        return """
            \(execution) LEFT JOIN LATERAL (
                SELECT max(p.high) AS high, min(p.low) AS low FROM (\(parts.joined(separator: " UNION ALL "))) p
            ) x ON true
            """
    }

    /// From the minute of the opening on.
    private static let start = "date_trunc('minute', t.opened_at)"

    /// They overlap where a trade is short, which changes neither the highest nor the lowest. Each candle taken lies wholly in
    /// the span, and each minute of the span in one of them.
    private static let spans: [(interval: String, condition: String)] = [
        ("1m", "c.\"time\" >= \(start) AND c.\"time\" < \(start) + interval '1 hour' AND c.\"time\" <= t.closed_at"),
        ("1m", "c.\"time\" >= \(start) AND c.\"time\" > t.closed_at - interval '1 hour' AND c.\"time\" <= t.closed_at"),
        (
            "1h",
            """
            c."time" >= \(start) AND c."time" < \(start) + interval '24 hours' AND c."time" <= t.closed_at - interval '1 hour'
            """
        ),
        (
            "1h",
            """
            c."time" >= \(start) AND c."time" > t.closed_at - interval '24 hours' AND c."time" <= t.closed_at - interval '1 hour'
            """
        ),
        ("1d", "c.\"time\" >= \(start) AND c.\"time\" <= t.closed_at - interval '24 hours'"),
    ]
}
