import Domain
import Events
import Postgres

/// The worker's tables: what is known of deliveries, and the views that it reads notifications and preferences from.
///
/// Every step is a statement or transaction of its own; what it leaves behind when it dies, the next worker finds.
struct DeliveryStore {
    let connection: PostgresConnection
    /// Another for each worker.
    let owner: String

    /// The schemas of the live builds; nil until both views have one.
    struct Sources: Equatable {
        let notifications: String
        let preferences: String
    }

    /// Something taken in hand.
    struct Claimed: Sendable {
        let due: DueNotification
        let own: PreferenceChanged?
        let general: PreferenceChanged?
        /// The database's, which all workers share.
        let now: Timestamp
    }

    func sources() throws(PostgresError) -> Sources? {
        let result = try connection.query(
            """
            SELECT view, schema_name FROM tapefold.build
            WHERE status = 'live' AND view IN ('notifications', 'preferences')
            """)
        var schemas: [String: String] = [:]
        for row in 0..<result.rowCount { schemas[try result.text(row, 0)] = try result.text(row, 1) }
        guard let notifications = schemas["notifications"], let preferences = schemas["preferences"] else { return nil }
        return Sources(
            notifications: try connection.quoteIdentifier(notifications),
            preferences: try connection.quoteIdentifier(preferences))
    }

    /// Notes what the view shows as pending and is not known yet; returns how many.
    func note(_ sources: Sources) throws(PostgresError) -> Int {
        let result = try connection.query(
            """
            INSERT INTO tapefold.delivery (user_id, notification_id, channel, priority, next_attempt_at, noted_at)
            SELECT n.user_id, n.notification_id, n.channel, n.priority,
                   greatest(now(), coalesce(n.scheduled_for, now())), now()
            FROM \(sources.notifications).notifications n
            WHERE n.delivery = 'pending' AND NOT EXISTS (
                SELECT FROM tapefold.delivery d
                WHERE d.user_id = n.user_id AND d.notification_id = n.notification_id)
            LIMIT \(DeliveryLimits.notedAtOnce)
            ON CONFLICT DO NOTHING
            RETURNING 1
            """)
        return result.rowCount
    }

    /// Takes what is due, the most urgent first. Nobody else takes it before the lease ends.
    ///
    /// What the live build does not show (a named rollback may lack it) stays where it is.
    /// - Parameters:
    ///   - count: at most so many.
    ///   - users: whom this worker's slots are taken by, a name for each: nobody gets more than
    ///     `DeliveryLimits.slotsPerUser` of them.
    func claim(
        _ sources: Sources, count: Int, besides users: [String], leaseMilliseconds: Int
    ) throws(PostgresError) -> [Claimed] {
        guard count > 0 else { return [] }
        let busy = try PostgresArrayBuilder(.text)
        for user in users { busy.append(text: user) }
        let result = try connection.query(
            """
            WITH busy AS (
                SELECT user_id, count(*) AS slots FROM unnest($4::text[]) AS u (user_id) GROUP BY user_id
            ), candidates AS MATERIALIZED (
                SELECT d.user_id, d.notification_id, d.priority, d.next_attempt_at FROM tapefold.delivery d
                JOIN \(sources.notifications).notifications n
                    ON n.user_id = d.user_id AND n.notification_id = d.notification_id AND n.sent_at IS NOT NULL
                WHERE d.state = 'waiting' AND d.next_attempt_at <= now()
                    AND (d.lease_until IS NULL OR d.lease_until < now())
                    AND d.user_id NOT IN (
                        SELECT user_id FROM busy WHERE slots >= \(DeliveryLimits.slotsPerUser))
                ORDER BY d.priority DESC, d.next_attempt_at
                LIMIT \(DeliveryLimits.slots * DeliveryLimits.looksPerSlot)
            ), ranked AS (
                SELECT c.*, row_number() OVER (PARTITION BY user_id ORDER BY priority DESC, next_attempt_at)
                    + coalesce((SELECT slots FROM busy b WHERE b.user_id = c.user_id), 0) AS slot
                FROM candidates c
            ), due AS (
                SELECT d.user_id, d.notification_id FROM tapefold.delivery d
                JOIN ranked r ON r.user_id = d.user_id AND r.notification_id = d.notification_id
                WHERE r.slot <= \(DeliveryLimits.slotsPerUser)
                    AND d.state = 'waiting' AND (d.lease_until IS NULL OR d.lease_until < now())
                ORDER BY r.priority DESC, r.next_attempt_at
                LIMIT $5 FOR UPDATE OF d SKIP LOCKED
            ), claimed AS (
                UPDATE tapefold.delivery d
                SET attempts = d.attempts + 1, lease_owner = $1, lease_until = now() + $2 * interval '1 millisecond'
                FROM due WHERE d.user_id = due.user_id AND d.notification_id = due.notification_id
                RETURNING d.user_id, d.notification_id, d.attempts, d.noted_at
            )
            SELECT n.user_id, n.notification_id, n.channel, n.category, n.title, n.body, n.priority, n.data,
                   n.action_url, n.scheduled_for, n.expires_at, n.sent_at, c.attempts, c.noted_at, now(),
                   o.channels, o.quiet_from, o.quiet_to, o.time_zone, o.email, o.webhook_url,
                   g.channels, g.quiet_from, g.quiet_to, g.time_zone, g.email, g.webhook_url,
                   n.deleted_at IS NOT NULL
            FROM claimed c
            JOIN \(sources.notifications).notifications n
                ON n.user_id = c.user_id AND n.notification_id = c.notification_id
            LEFT JOIN \(sources.preferences).preferences o ON o.user_id = n.user_id AND o.category = n.category
            LEFT JOIN \(sources.preferences).preferences g ON g.user_id = n.user_id AND g.category = $3
            ORDER BY n.priority DESC, c.noted_at
            """,
            [
                .text(owner), .int64(Int64(leaseMilliseconds)), .text(PreferenceChanged.everyCategory), .array(busy),
                .int64(Int64(count)),
            ])
        var claimed: [Claimed] = []
        for row in 0..<result.rowCount { claimed.append(try Claimed(result, row)) }
        return claimed
    }

    /// Writes down what came of an attempt, unless its lease ran out and somebody else has it.
    func record(_ outcome: DeliveryDesk.Outcome, of notification: NotificationSend) throws(PostgresError) {
        let change: String
        var parameters: [PostgresParameter] = [
            .text(notification.userId), .text(notification.notificationId), .text(owner),
        ]
        switch outcome {
        case .delivered: change = "state = 'delivered', finished_at = now(), reason = NULL"
        case .failed(let reason):
            change = "state = 'failed', finished_at = now(), reason = $4"
            parameters.append(.text(reason))
        case .postponed(let time):
            change = "attempts = attempts - 1, next_attempt_at = $4"
            parameters.append(.timestamptz(time.microseconds))
        case .again(let pause, let reason):
            change = "next_attempt_at = now() + $4 * interval '1 millisecond', reason = $5"
            parameters += [.int64(Int64(pause)), .text(reason)]
        }
        try connection.query(
            """
            UPDATE tapefold.delivery SET \(change), lease_owner = NULL, lease_until = NULL
            WHERE user_id = $1 AND notification_id = $2 AND lease_owner = $3 AND state = 'waiting'
            """, parameters)
    }

    /// What is over and not told yet. The event of an outcome is the same whoever makes it, and whenever.
    func unreported() throws(PostgresError) -> [DecodedEvent] {
        let result = try connection.query(
            """
            SELECT user_id, notification_id, state, reason, finished_at FROM tapefold.delivery
            WHERE state <> 'waiting' AND NOT reported ORDER BY finished_at LIMIT \(DeliveryLimits.reportedAtOnce)
            """)
        var events: [DecodedEvent] = []
        for row in 0..<result.rowCount {
            let update = NotificationUpdated(
                notificationId: try result.text(row, 1), userId: try result.text(row, 0),
                status: try result.text(row, 2) == "delivered" ? .delivered : .failed,
                reason: try result.textIfPresent(row, 3))
            events.append(
                DeliveryReport.event(update, at: Timestamp(microseconds: try result.timestamptz(row, 4))))
        }
        return events
    }

    func markReported(_ events: [DecodedEvent]) throws(PostgresError) {
        try connection.transaction { () throws(PostgresError) in
            for event in events {
                guard case .notificationUpdated(let update) = event.payload else { continue }
                try connection.cachedQuery(
                    "UPDATE tapefold.delivery SET reported = true WHERE user_id = $1 AND notification_id = $2",
                    [.text(update.userId), .text(update.notificationId)])
            }
        }
    }

    /// Forgets deliveries that were over long ago: their notifications are too old to be sent again.
    /// - Returns: whether there may be more of them.
    func prune() throws(PostgresError) -> Bool {
        let result = try connection.query(
            """
            DELETE FROM tapefold.delivery WHERE (user_id, notification_id) IN (
                SELECT user_id, notification_id FROM tapefold.delivery
                WHERE reported AND finished_at < now() - \(DeliveryLimits.keptDays) * interval '1 day'
                LIMIT \(DeliveryLimits.prunedAtOnce))
            RETURNING 1
            """)
        return result.rowCount >= DeliveryLimits.prunedAtOnce
    }

    func waitingCount() throws(PostgresError) -> Int {
        Int(try connection.query("SELECT count(*) FROM tapefold.delivery WHERE state = 'waiting'").int64(0, 0))
    }
}

extension DeliveryStore.Claimed {
    fileprivate init(_ result: PostgresResult, _ row: Int) throws(PostgresError) {
        func time(_ column: Int) throws(PostgresError) -> Timestamp {
            Timestamp(microseconds: try result.timestamptz(row, column))
        }
        func timeIfPresent(_ column: Int) throws(PostgresError) -> Timestamp? {
            result.isNull(row, column) ? nil : try time(column)
        }
        let (userId, category) = (try result.text(row, 0), try result.text(row, 3))
        guard let channel = NotificationChannel(rawValue: try result.text(row, 2)),
            let priority = NotificationPriority(rank: try result.int16(row, 6))
        else { throw .usage("view notifications holds a channel or priority that its fold did not write") }
        let notification = NotificationSend(
            notificationId: try result.text(row, 1), userId: userId, channel: channel, category: category,
            title: try result.text(row, 4), body: try result.text(row, 5), priority: priority,
            data: try result.textIfPresent(row, 7), actionUrl: try result.textIfPresent(row, 8),
            scheduledFor: try timeIfPresent(9), expiresAt: try timeIfPresent(10))
        due = DueNotification(
            notification: notification, sentAt: try time(11), notedAt: try time(13),
            attempt: Int(try result.int32(row, 12)), isDeleted: try result.bool(row, 27))
        now = try time(14)
        own = try Self.preference(result, row, 15, userId, category)
        general = try Self.preference(result, row, 21, userId, PreferenceChanged.everyCategory)
    }

    private static func preference(
        _ result: PostgresResult, _ row: Int, _ column: Int, _ userId: String, _ category: String
    ) throws(PostgresError) -> PreferenceChanged? {
        guard let channels = try result.textIfPresent(row, column) else { return nil }
        return PreferenceChanged(
            userId: userId, category: category, channels: PreferenceChannels.read(channels),
            quietFrom: try result.textIfPresent(row, column + 1), quietTo: try result.textIfPresent(row, column + 2),
            timeZone: try result.textIfPresent(row, column + 3), email: try result.textIfPresent(row, column + 4),
            webhookUrl: try result.textIfPresent(row, column + 5))
    }
}
