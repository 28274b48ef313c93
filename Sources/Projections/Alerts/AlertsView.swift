import Events

/// Alerts by symbol, and by user what they fired.
public struct AlertsView: CombinedView {
    public static let name = "alerts"
    public static let foldNumber = 2
    public static let tables: [any KeyedTable.Type] = [
        AlertsTable.self, AlertFiringsTable.self, AlertHistoryTable.self,
    ]

    /// It fired since it was changed last. A tick's time says nothing of that: ticks may be older than the definition that they
    /// fire. Firings that do not name their definition, told by earlier releases, are compared by time.
    private static let firedAsItStands = """
        CASE WHEN f.last_defined_by IS NULL THEN f.last_fired_at >= a.changed_at
             ELSE f.last_defined_by = a.defined_by END
        """

    public static let presentation: [ViewSchema.Presentation] = [
        .init(
            "alerts",
            """
            SELECT a.user_id, a.alert_id, a.exchange, a.symbol, a.condition,
                   CASE WHEN NOT a.is_active THEN 'INACTIVE'
                        WHEN a.is_once AND \(firedAsItStands) THEN 'DONE' ELSE 'ACTIVE' END AS status,
                   \(decimal("a.threshold_e8")) AS threshold, \(decimal("a.upper_e8")) AS upper,
                   coalesce(a.cooldown_seconds, 0) AS cooldown_seconds, a.is_once AS once,
                   CASE a.channels WHEN '[]' THEN '["in_app"]' ELSE a.channels END::jsonb AS channels,
                   coalesce(f.times, 0) AS times_triggered, f.last_fired_at AS last_triggered_at,
                   \(decimal("f.last_price_e8")) AS last_triggered_price, a.changed_at,
                   greatest(a.changed_at, f.last_fired_at) AS updated_at
            FROM {schema}.alerts a LEFT JOIN {schema}.alert_firings f
                ON f.user_id = a.user_id AND f.alert_id = a.alert_id AND f.exchange = a.exchange AND f.symbol = a.symbol
            """),
        .init(
            "alert_history",
            """
            SELECT user_id, alert_id, exchange, symbol, condition, \(decimal("price_e8")) AS price, triggered_at,
                   event_id, source
            FROM {schema}.alert_history
            """),
    ]

    public static func parkingKey(of event: FoldEvent) -> String {
        switch event.decoded.payload {
        case .alertChanged(let alert): alert.userId
        case .alertTriggered(let alert): alert.userId
        default: event.decoded.payload.partitionKey
        }
    }

    public static func parkingKey(of readable: ReadableKey, kind: EventKind) -> String? { readable.userId }

    private static func decimal(_ column: String) -> String { ViewSchema.decimal(column) }
}
