import Domain

/// `preferences.changed`: how a user wants to be told of a category. The latest of a category counts, as a whole.
/// Identity: source + id.
public struct PreferenceChanged: Sendable, Equatable {
    /// The category that stands for all that have no preference of their own.
    public static let everyCategory = "*"

    public var userId: String
    /// As in `notifications.send`, or ``everyCategory``.
    public var category: String
    /// Those that may be used; empty: none but the inbox.
    public var channels: [NotificationChannel]
    /// Quiet from this time of day, `HH:MM` in `timeZone`; without both ends there are no quiet hours.
    public var quietFrom: String?
    /// Until this time of day, the next day's where it is before `quietFrom`; equal ends are the whole day.
    public var quietTo: String?
    /// `+05:30` or `Asia/Kolkata`; absent: Asia/Kolkata.
    public var timeZone: String?
    /// Where mail goes.
    public var email: String?
    /// Where webhooks go.
    public var webhookUrl: String?

    public init(
        userId: String, category: String, channels: [NotificationChannel], quietFrom: String? = nil,
        quietTo: String? = nil, timeZone: String? = nil, email: String? = nil, webhookUrl: String? = nil
    ) {
        self.userId = userId
        self.category = category
        self.channels = channels
        self.quietFrom = quietFrom
        self.quietTo = quietTo
        self.timeZone = timeZone
        self.email = email
        self.webhookUrl = webhookUrl
    }
}

extension PreferenceChanged: WireEvent {
    enum Key {
        static let userId = FieldKey(0, "userId")
        static let category = FieldKey(1, "category")
        static let channels = FieldKey(2, "channels")
        static let quietFrom = FieldKey(3, "quietFrom")
        static let quietTo = FieldKey(4, "quietTo")
        static let timeZone = FieldKey(5, "timeZone")
        static let email = FieldKey(6, "email")
        static let webhookUrl = FieldKey(7, "webhookUrl")
    }

    static let keys = [
        Key.userId, Key.category, Key.channels, Key.quietFrom, Key.quietTo, Key.timeZone, Key.email, Key.webhookUrl,
    ]

    static func read(_ reader: inout FieldReader, time: Timestamp) throws(EventRefusal) -> PreferenceChanged {
        let userId = try reader.word(Key.userId, .identifier)
        let category = try reader.text(Key.category, .label)
        guard !reader.isAbsent(Key.channels) else {
            throw reader.misfit(Key.channels, expected: "an array of the channels that may be used, empty for none")
        }
        let channels: [NotificationChannel] = try reader.choices(Key.channels)
        return PreferenceChanged(
            userId: userId, category: category, channels: channels,
            quietFrom: try reader.optionalText(Key.quietFrom, .clock),
            quietTo: try reader.optionalText(Key.quietTo, .clock),
            timeZone: try reader.optionalText(Key.timeZone, .zone), email: try reader.optionalText(Key.email, .email),
            webhookUrl: try reader.optionalText(Key.webhookUrl, .webUrl))
    }

    func visit<Sink: FieldSink & ~Copyable>(_ sink: inout Sink) {
        sink.text(Key.userId, userId)
        sink.text(Key.category, category)
        sink.list(Key.channels, channels.map(\.rawValue))
        sink.text(Key.quietFrom, quietFrom)
        sink.text(Key.quietTo, quietTo)
        sink.text(Key.timeZone, timeZone)
        sink.text(Key.email, email)
        sink.text(Key.webhookUrl, webhookUrl)
    }

    static func readableKey(_ reader: FieldReader) -> ReadableKey {
        var key = ReadableKey()
        key.userId = try? reader.optionalText(Key.userId, .identifier)
        return key
    }
}
