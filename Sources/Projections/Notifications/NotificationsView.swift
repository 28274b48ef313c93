import Domain
import Events

/// View `notifications`: one row a notification, whichever of its two topics tells it first.
///
/// What is for the inbox is delivered by being here, from `scheduledFor` on. What goes out waits for the delivery worker,
/// whose outcome is a `notifications.updated`.
public struct NotificationsView: KeyedView {
    public struct Key: LaneKey {
        @ExactText var userId: String
        @ExactText var notificationId: String
        public var partitionKey: String { userId }
    }

    public struct State {
        /// nil until it is sent: an update may come first.
        var sent: NotificationSend?
        var sentAt: Timestamp?
        var deliveredAt: Timestamp?
        var failedAt: Timestamp?
        var failureReason: String?
        var readAt: Timestamp?
        var deletedAt: Timestamp?
        var updatedAt = Timestamp.minimum
    }

    public static let name = "notifications"
    public static let foldNumber = 1
    public static let table = TableDefinition(
        "notifications", role: .state,
        columns: [
            Column("user_id", .text), Column("notification_id", .text), Column("channel", .text, nullable: true),
            Column("category", .text, nullable: true), Column("title", .text, nullable: true),
            Column("body", .text, nullable: true), Column("priority", .int16, nullable: true),
            Column("data", .text, nullable: true), Column("action_url", .text, nullable: true),
            Column("scheduled_for", .timestamp, nullable: true), Column("expires_at", .timestamp, nullable: true),
            Column("sent_at", .timestamp, nullable: true), Column("visible_at", .timestamp, nullable: true),
            Column("delivery", .text, nullable: true), Column("delivered_at", .timestamp, nullable: true),
            Column("failed_at", .timestamp, nullable: true), Column("failure_reason", .text, nullable: true),
            Column("read_at", .timestamp, nullable: true), Column("deleted_at", .timestamp, nullable: true),
            Column("updated_at", .timestamp),
        ],
        key: ["user_id", "notification_id"],
        indexes: [
            IndexDefinition("notifications_time", ["user_id", "visible_at", "notification_id"]),
            IndexDefinition("notifications_pending", ["sent_at"], where: "delivery = 'pending'"),
            IndexDefinition(
                "notifications_unread", ["user_id"],
                where: "channel = 'in_app' AND read_at IS NULL AND deleted_at IS NULL"),
        ])

    public static let presentation = [
        ViewSchema.Presentation(
            "notifications",
            """
            SELECT user_id, notification_id, channel, category, title, body,
                   CASE priority WHEN 0 THEN 'low' WHEN 1 THEN 'medium' WHEN 2 THEN 'high' ELSE 'urgent' END AS priority,
                   data::json AS data, action_url, scheduled_for, expires_at, sent_at, visible_at, delivery,
                   CASE WHEN deleted_at IS NOT NULL THEN 'deleted' WHEN read_at IS NOT NULL THEN 'read'
                        ELSE delivery END AS status,
                   delivered_at, failure_reason AS reason, read_at, deleted_at, updated_at
            FROM {schema}.notifications WHERE sent_at IS NOT NULL
            """)
    ]

    public init() {}

    public func key(of event: FoldEvent) -> Key? {
        switch event.decoded.payload {
        case .notificationSend(let sent): Key(userId: sent.userId, notificationId: sent.notificationId)
        case .notificationUpdated(let update): Key(userId: update.userId, notificationId: update.notificationId)
        default: nil
        }
    }

    public func newState(for key: Key) -> State { State() }

    public func fold(_ event: FoldEvent, into state: inout State) throws(FoldRefusal) {
        let time = event.decoded.envelope.time
        switch event.decoded.payload {
        case .notificationSend(let sent):
            state.sent = sent
            state.sentAt = time
        case .notificationUpdated(let update): state.note(update, at: time)
        default: return
        }
        state.updatedAt = max(state.updatedAt, time)
    }
}

extension NotificationsView.State {
    /// Each fact has a place of its own, so that a read and a delivery don't ask which came first.
    fileprivate mutating func note(_ update: NotificationUpdated, at time: Timestamp) {
        switch update.status {
        case .delivered: deliveredAt = deliveredAt ?? time
        case .failed:
            failedAt = failedAt ?? time
            failureReason = failureReason ?? update.reason
        case .read: readAt = readAt ?? time
        case .deleted: deletedAt = deletedAt ?? time
        }
    }

    /// When its user can see it: not before it is due.
    var visibleAt: Timestamp? { sentAt.map { max($0, sent?.scheduledFor ?? $0) } }

    /// The inbox needs no delivery.
    private var arrivedAt: Timestamp? { deliveredAt ?? (sent?.channel == .inApp ? visibleAt : nil) }

    /// A delivery that was told outweighs a failure: an attempt that failed can be followed by one that did not.
    private var delivery: String? {
        guard sent != nil else { return nil }
        if arrivedAt != nil { return "delivered" }
        return failedAt == nil ? "pending" : "failed"
    }

    fileprivate func encode(into row: RowBatch) {
        row.put(sent?.channel.rawValue)
        row.put(sent?.category)
        row.put(sent?.title)
        row.put(sent?.body)
        if let sent { row.put(sent.priority.rank) } else { row.putNull() }
        row.put(sent?.data)
        row.put(sent?.actionUrl)
        row.put(unixMicroseconds: sent?.scheduledFor?.microseconds)
        row.put(unixMicroseconds: sent?.expiresAt?.microseconds)
        row.put(unixMicroseconds: sentAt?.microseconds)
        row.put(unixMicroseconds: visibleAt?.microseconds)
        row.put(delivery)
        row.put(unixMicroseconds: arrivedAt?.microseconds)
        row.put(unixMicroseconds: failedAt?.microseconds)
        row.put(failureReason)
        row.put(unixMicroseconds: readAt?.microseconds)
        row.put(unixMicroseconds: deletedAt?.microseconds)
        row.put(unixMicroseconds: updatedAt.microseconds)
    }
}

extension NotificationsView {
    public static func encode(_ key: Key, into row: RowBatch) {
        row.put(key.userId)
        row.put(key.notificationId)
    }

    public static func encode(_ state: State, into row: RowBatch) { state.encode(into: row) }

    public static func key(of row: RowReader) throws(RowError) -> Key {
        Key(userId: try row.text(0), notificationId: try row.text(1))
    }

    public static func state(of row: RowReader) throws(RowError) -> State {
        func time(_ column: Int) throws(RowError) -> Timestamp? {
            try row.optionalUnixMicroseconds(column).map(Timestamp.init(microseconds:))
        }
        var state = State()
        if row.optionalText(2) != nil { state.sent = try sent(row, time(9), time(10)) }
        state.sentAt = try time(11)
        state.failedAt = try time(15)
        state.failureReason = row.optionalText(16)
        state.readAt = try time(17)
        state.deletedAt = try time(18)
        state.updatedAt = Timestamp(microseconds: try row.unixMicroseconds(19))
        // What the inbox's own arrival says follows from the rest.
        let delivered = try time(14)
        state.deliveredAt = state.sent?.channel == .inApp && delivered == state.visibleAt ? nil : delivered
        return state
    }

    private static func sent(
        _ row: RowReader, _ scheduledFor: Timestamp?, _ expiresAt: Timestamp?
    ) throws(RowError) -> NotificationSend {
        guard let channel = NotificationChannel(rawValue: try row.text(2)) else {
            throw RowError(table: table.name, column: "channel")
        }
        guard let priority = NotificationPriority(rank: try row.int16(6)) else {
            throw RowError(table: table.name, column: "priority")
        }
        return NotificationSend(
            notificationId: try row.text(1), userId: try row.text(0), channel: channel, category: try row.text(3),
            title: try row.text(4), body: try row.text(5), priority: priority, data: row.optionalText(7),
            actionUrl: row.optionalText(8), scheduledFor: scheduledFor, expiresAt: expiresAt)
    }
}

extension NotificationPriority {
    /// From 0, the least urgent.
    public var rank: Int16 {
        switch self {
        case .low: 0
        case .medium: 1
        case .high: 2
        case .urgent: 3
        }
    }

    public init?(rank: Int16) {
        guard let found = Self.allCases.first(where: { $0.rank == rank }) else { return nil }
        self = found
    }
}
