import Domain

/// `notifications.send`: something to tell a user. Identity: userId + notificationId.
public struct NotificationSend: Sendable, Equatable {
    public var notificationId: String
    public var userId: String
    public var channel: NotificationChannel
    /// What it is about, as `trade_alert`: preferences go by it.
    public var category: String
    public var title: String
    public var body: String
    public var priority: NotificationPriority
    /// A JSON object for programs, as it came.
    public var data: String?
    /// Where a click leads.
    public var actionUrl: String?
    /// Not to be delivered before.
    public var scheduledFor: Timestamp?
    /// Not to be delivered from then on.
    public var expiresAt: Timestamp?

    public init(
        notificationId: String, userId: String, channel: NotificationChannel, category: String, title: String,
        body: String, priority: NotificationPriority = .medium, data: String? = nil, actionUrl: String? = nil,
        scheduledFor: Timestamp? = nil, expiresAt: Timestamp? = nil
    ) {
        self.notificationId = notificationId
        self.userId = userId
        self.channel = channel
        self.category = category
        self.title = title
        self.body = body
        self.priority = priority
        self.data = data
        self.actionUrl = actionUrl
        self.scheduledFor = scheduledFor
        self.expiresAt = expiresAt
    }
}

/// How a notification reaches its user.
public enum NotificationChannel: String, Sendable, CaseIterable, WireChoice {
    case inApp = "in_app"
    case email
    case sms
    case push
    case webhook
}

/// How much a notification may disturb.
public enum NotificationPriority: String, Sendable, CaseIterable, WireChoice {
    case low
    case medium
    case high
    case urgent
}

extension NotificationSend: WireEvent {
    enum Key {
        static let notificationId = FieldKey(0, "notificationId")
        static let userId = FieldKey(1, "userId")
        static let channel = FieldKey(2, "channel")
        static let category = FieldKey(3, "category")
        static let title = FieldKey(4, "title")
        static let body = FieldKey(5, "body")
        static let priority = FieldKey(6, "priority")
        static let data = FieldKey(7, "data")
        static let actionUrl = FieldKey(8, "actionUrl")
        static let scheduledFor = FieldKey(9, "scheduledFor")
        static let expiresAt = FieldKey(10, "expiresAt")
    }

    static let keys = [
        Key.notificationId, Key.userId, Key.channel, Key.category, Key.title, Key.body, Key.priority, Key.data,
        Key.actionUrl, Key.scheduledFor, Key.expiresAt,
    ]

    static func read(_ reader: inout FieldReader, time: Timestamp) throws(EventRefusal) -> NotificationSend {
        NotificationSend(
            notificationId: try reader.text(Key.notificationId, .identifier),
            userId: try reader.text(Key.userId, .identifier), channel: try reader.choice(Key.channel),
            category: try reader.text(Key.category, .label), title: try reader.text(Key.title, .label),
            body: try reader.text(Key.body, .notes), priority: try reader.optionalChoice(Key.priority) ?? .medium,
            data: try reader.optionalJSON(Key.data), actionUrl: try reader.optionalText(Key.actionUrl, .source),
            scheduledFor: try reader.optionalTimestamp(Key.scheduledFor),
            expiresAt: try reader.optionalTimestamp(Key.expiresAt))
    }

    func visit<Sink: FieldSink & ~Copyable>(_ sink: inout Sink) {
        sink.text(Key.notificationId, notificationId)
        sink.text(Key.userId, userId)
        sink.text(Key.channel, channel.rawValue)
        sink.text(Key.category, category)
        sink.text(Key.title, title)
        sink.text(Key.body, body)
        if priority != .medium { sink.text(Key.priority, priority.rawValue) }
        sink.object(Key.data, json: data)
        sink.text(Key.actionUrl, actionUrl)
        sink.timestamp(Key.scheduledFor, scheduledFor)
        sink.timestamp(Key.expiresAt, expiresAt)
    }

    static func readableKey(_ reader: FieldReader) -> ReadableKey {
        var key = ReadableKey()
        key.userId = try? reader.optionalText(Key.userId, .identifier)
        return key
    }
}
