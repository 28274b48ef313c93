import Domain

/// `notifications.updated`: what became of a notification. Identity: source + id.
public struct NotificationUpdated: Sendable, Equatable {
    public var notificationId: String
    public var userId: String
    public var status: NotificationStatus
    /// Why it failed.
    public var reason: String?

    public init(
        notificationId: String, userId: String, status: NotificationStatus, reason: String? = nil
    ) {
        self.notificationId = notificationId
        self.userId = userId
        self.status = status
        self.reason = reason
    }
}

/// What became of a notification.
public enum NotificationStatus: String, Sendable, CaseIterable, WireChoice {
    case delivered
    case failed
    case read
    case deleted
}

extension NotificationUpdated: WireEvent {
    enum Key {
        static let notificationId = FieldKey(0, "notificationId")
        static let userId = FieldKey(1, "userId")
        static let status = FieldKey(2, "status")
        static let reason = FieldKey(3, "reason")
    }

    static let keys = [Key.notificationId, Key.userId, Key.status, Key.reason]

    static func read(_ reader: inout FieldReader, time: Timestamp) throws(EventRefusal) -> NotificationUpdated {
        let notificationId = try reader.text(Key.notificationId, .identifier)
        let userId = try reader.word(Key.userId, .identifier)
        let status: NotificationStatus = try reader.choice(Key.status)
        let reason = try reader.optionalText(Key.reason, .reason)
        return NotificationUpdated(notificationId: notificationId, userId: userId, status: status, reason: reason)
    }

    func visit<Sink: FieldSink & ~Copyable>(_ sink: inout Sink) {
        sink.text(Key.notificationId, notificationId)
        sink.text(Key.userId, userId)
        sink.text(Key.status, status.rawValue)
        sink.text(Key.reason, reason)
    }

    static func readableKey(_ reader: FieldReader) -> ReadableKey {
        var key = ReadableKey()
        key.userId = try? reader.optionalText(Key.userId, .identifier)
        return key
    }
}
