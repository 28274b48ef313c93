import Postgres

/// `alerts`, by alert, and `alerts/history`, newest first.
enum AlertEndpoints {
    private static let instrument: [RouteParameter] = [.query("exchange", .text), .query("symbol", .symbol)]
    static let statuses = ["ACTIVE", "INACTIVE", "DONE"]

    static let routes: [Route] = [
        Route(
            "/v1/alerts", "listAlerts", access: .user,
            parameters: [CommonParameters.user] + instrument + [.query("status", .choice(statuses, default: nil))]
                + CommonParameters.page + [CommonParameters.after],
            action: .read { (call) throws(Problem) in try alerts.plan(call) }),
        Route(
            "/v1/alerts/history", "listAlertHistory", access: .user,
            parameters: [CommonParameters.user] + instrument + [.query("alertId", .text)] + CommonParameters.period
                + CommonParameters.page + [CommonParameters.after],
            action: .read(history)),
    ]

    private static let alerts = DefinitionList(
        view: .alerts, relation: "alerts",
        columns: [
            .text("alertId", "r.alert_id"), .text("symbol", "r.symbol"), .text("exchange", "r.exchange"),
            .text("condition", "r.condition"), .text("status", "r.status"), .decimal("threshold", "r.threshold"),
            .decimal("upper", "r.upper"), .integer("cooldownSeconds", "r.cooldown_seconds"), .bool("once", "r.once"),
            .json("channels", "r.channels"), .integer("timesTriggered", "r.times_triggered"),
            .time("lastTriggeredAt", "r.last_triggered_at"),
            .decimal("lastTriggeredPrice", "r.last_triggered_price"), .time("updatedAt", "r.updated_at"),
        ], key: ["alert_id", "exchange", "symbol"], filters: [("status", "status")])

    private static let columns: [Column] = [
        .text("eventId", "h.event_id"), .time("triggeredAt", "h.triggered_at"), .text("alertId", "h.alert_id"),
        .text("symbol", "h.symbol"), .text("exchange", "h.exchange"), .text("condition", "h.condition"),
        .decimal("price", "h.price"),
    ]

    private static func history(_ call: Call) throws(Problem) -> ReadPlan {
        let page = Page(call)
        let cursor = try Cursor.timeKey(of: call) ?? (Call.latest, "")
        let statement = ReadStatement(
            text: { live in
                """
                SELECT \(columns.selected) FROM \(live.relation(.alerts, "alert_history")) h
                WHERE h.user_id = $1 AND ($2 IS NULL OR h.exchange = $2) AND ($3 IS NULL OR h.symbol = $3)
                AND ($4 IS NULL OR h.exchange = $4) AND h.triggered_at >= $5 AND h.triggered_at < $6
                AND (h.triggered_at, h.event_id) < ($7, $8) AND ($10 IS NULL OR h.alert_id = $10)
                ORDER BY h.triggered_at DESC, h.event_id DESC LIMIT $9
                """
            },
            parameters: [.text(call.user)] + call.bookFilters.dropFirst() + (try call.period()) + [
                .time(cursor.0), .text(cursor.1), page.queryLimit, .text(call.arguments.text("alertId")),
            ])
        return ReadPlan(views: [.alerts], after: call.arguments.after, statements: [statement]) {
            (results, writer) throws(ReadFailure) in
            let result = results[0]
            try page.write(
                result, to: &writer,
                key: { (row) throws(PostgresError) in [String(try result.timestamptz(row, 1)), try result.text(row, 0)]
                },
                row: { (writer, row) throws(ReadFailure) in try writer.row(columns, of: result, row: row) })
        }
    }
}
