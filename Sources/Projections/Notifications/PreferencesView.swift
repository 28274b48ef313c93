import Domain
import Events

/// View `preferences`: how each user wants to be told of each category, as told last.
public struct PreferencesView: KeyedView {
    public struct Key: LaneKey {
        @ExactText var userId: String
        @ExactText var category: String
        public var partitionKey: String { userId }
    }

    public struct State {
        var preference: PreferenceChanged?
        var updatedAt = Timestamp.minimum
    }

    public static let name = "preferences"
    public static let foldNumber = 1
    public static let table = TableDefinition(
        "preferences", role: .state,
        columns: [
            Column("user_id", .text), Column("category", .text), Column("channels", .text),
            Column("quiet_from", .text, nullable: true), Column("quiet_to", .text, nullable: true),
            Column("time_zone", .text, nullable: true), Column("email", .text, nullable: true),
            Column("webhook_url", .text, nullable: true), Column("updated_at", .timestamp),
        ],
        key: ["user_id", "category"])

    public static let presentation = [
        ViewSchema.Presentation(
            "preferences",
            """
            SELECT user_id, category, channels::jsonb AS channels, quiet_from, quiet_to, time_zone, email, webhook_url,
                   updated_at
            FROM {schema}.preferences
            """)
    ]

    public init() {}

    public func key(of event: FoldEvent) -> Key? {
        guard case .preferenceChanged(let change) = event.decoded.payload else { return nil }
        return Key(userId: change.userId, category: change.category)
    }

    public func newState(for key: Key) -> State { State() }

    public func fold(_ event: FoldEvent, into state: inout State) throws(FoldRefusal) {
        guard case .preferenceChanged(let change) = event.decoded.payload else { return }
        state.preference = change
        state.updatedAt = max(state.updatedAt, event.decoded.envelope.time)
    }

    public static func encode(_ key: Key, into row: RowBatch) {
        row.put(key.userId)
        row.put(key.category)
    }

    public static func encode(_ state: State, into row: RowBatch) {
        row.put(JSONText.array(state.preference?.channels.map(\.rawValue) ?? []))
        row.put(state.preference?.quietFrom)
        row.put(state.preference?.quietTo)
        row.put(state.preference?.timeZone)
        row.put(state.preference?.email)
        row.put(state.preference?.webhookUrl)
        row.put(unixMicroseconds: state.updatedAt.microseconds)
    }

    public static func key(of row: RowReader) throws(RowError) -> Key {
        Key(userId: try row.text(0), category: try row.text(1))
    }

    public static func state(of row: RowReader) throws(RowError) -> State {
        let channels = JSONText.strings(try row.text(2)).compactMap(NotificationChannel.init(rawValue:))
        return State(
            preference: PreferenceChanged(
                userId: try row.text(0), category: try row.text(1), channels: channels, quietFrom: row.optionalText(3),
                quietTo: row.optionalText(4), timeZone: row.optionalText(5), email: row.optionalText(6),
                webhookUrl: row.optionalText(7)),
            updatedAt: Timestamp(microseconds: try row.unixMicroseconds(8)))
    }
}
