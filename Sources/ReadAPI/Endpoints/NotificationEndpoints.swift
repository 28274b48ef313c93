import Postgres

/// `notifications`: a user's inbox and what was sent to them, newest first.
enum NotificationEndpoints {
    static let channels = ["in_app", "email", "sms", "push", "webhook"]
    static let statuses = ["pending", "delivered", "failed", "read", "deleted"]

    static let routes: [Route] = [
        Route(
            "/v1/notifications", "listNotifications", access: .user,
            parameters: [
                CommonParameters.user, .query("category", .text), .query("channel", .choice(channels, default: nil)),
                .query("status", .choice(statuses, default: nil)),
                .query("unread", .choice(["true", "false"], default: nil)),
            ] + CommonParameters.period + CommonParameters.page + [CommonParameters.after],
            action: .read(list))
    ]

    private static let columns: [Column] = [
        .text("notificationId", "n.notification_id"), .time("visibleAt", "n.visible_at"),
        .text("channel", "n.channel"), .text("category", "n.category"), .text("title", "n.title"),
        .text("body", "n.body"), .text("priority", "n.priority"), .json("data", "n.data"),
        .text("actionUrl", "n.action_url"), .text("status", "n.status"), .text("reason", "n.reason"),
        .time("sentAt", "n.sent_at"), .time("scheduledFor", "n.scheduled_for"), .time("expiresAt", "n.expires_at"),
        .time("deliveredAt", "n.delivered_at"), .time("readAt", "n.read_at"), .time("updatedAt", "n.updated_at"),
    ]

    /// In the inbox, due, not over, not read.
    private static let unread = """
        (n.channel = 'in_app' AND n.read_at IS NULL AND n.deleted_at IS NULL AND n.visible_at <= now()
        AND (n.expires_at IS NULL OR n.expires_at > now()))
        """

    private static func list(_ call: Call) throws(Problem) -> ReadPlan {
        let page = Page(call)
        let cursor = try Cursor.timeKey(of: call) ?? (Call.latest, "")
        let items = ReadStatement(
            text: { live in
                """
                SELECT \(columns.selected) FROM \(live.relation(.notifications, "notifications")) n
                WHERE n.user_id = $1 AND n.visible_at >= $2 AND n.visible_at < $3
                AND (n.visible_at, n.notification_id) < ($4, $5)
                AND (n.channel <> 'in_app' OR n.visible_at <= now())
                AND ($7 IS NULL OR n.category = $7) AND ($8 IS NULL OR n.channel = $8)
                AND CASE WHEN $9 IS NULL THEN n.status <> 'deleted' ELSE n.status = $9 END
                AND ($10 IS NULL OR \(unread) = ($10 = 'true'))
                ORDER BY n.visible_at DESC, n.notification_id DESC LIMIT $6
                """
            },
            parameters: [.text(call.user)] + (try call.period()) + [
                .time(cursor.0), .text(cursor.1), page.queryLimit,
            ] + ["category", "channel", "status", "unread"].map { .text(call.arguments.text($0)) })
        let count = ReadStatement(
            text: { live in
                "SELECT count(*) FROM \(live.relation(.notifications, "notifications")) n WHERE n.user_id = $1 AND \(unread)"
            }, parameters: [.text(call.user)])
        return ReadPlan(views: [.notifications], after: call.arguments.after, statements: [items, count]) {
            (results, writer) throws(ReadFailure) in
            let result = results[0]
            try page.write(
                result, to: &writer,
                key: { (row) throws(PostgresError) in [String(try result.timestamptz(row, 1)), try result.text(row, 0)]
                },
                row: { (writer, row) throws(ReadFailure) in try writer.row(columns, of: result, row: row) },
                end: { (writer) throws(ReadFailure) in
                    writer.key("unreadCount")
                    do throws(PostgresError) { writer.integer(try results[1].int64(0, 0)) } catch {
                        throw .database(error)
                    }
                })
        }
    }
}
