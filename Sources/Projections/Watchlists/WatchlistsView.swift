import Domain
import Events

/// View `watchlists`: each list as it was told last; one without symbols is gone.
public struct WatchlistsView: KeyedView {
    public struct Key: LaneKey {
        @ExactText var userId: String
        @ExactText var listId: String
        public var partitionKey: String { userId }
    }

    public struct State {
        var name = ""
        /// `EXCHANGE:SYMBOL`, in the user's order.
        var symbols: [String] = []
        var updatedAt = Timestamp.minimum
    }

    public static let name = "watchlists"
    public static let foldNumber = 1
    public static let table = TableDefinition(
        "watchlists", role: .state,
        columns: [
            Column("user_id", .text), Column("list_id", .text), Column("name", .text), Column("symbols", .text),
            Column("updated_at", .timestamp),
        ],
        key: ["user_id", "list_id"])

    public static let presentation = [
        ViewSchema.Presentation(
            "watchlists",
            """
            SELECT user_id, list_id, name, symbols::jsonb AS symbols, updated_at
            FROM {schema}.watchlists WHERE symbols <> '[]'
            """)
    ]

    public init() {}

    public func key(of event: FoldEvent) -> Key? {
        guard case .watchlistChanged(let list) = event.decoded.payload else { return nil }
        return Key(userId: list.userId, listId: list.listId)
    }

    public func newState(for key: Key) -> State { State() }

    public func fold(_ event: FoldEvent, into state: inout State) throws(FoldRefusal) {
        guard case .watchlistChanged(let list) = event.decoded.payload else { return }
        state.name = list.name
        state.symbols = list.symbols.map(\.description)
        state.updatedAt = max(state.updatedAt, event.decoded.envelope.time)
    }

    public static func encode(_ key: Key, into row: RowBatch) {
        row.put(key.userId)
        row.put(key.listId)
    }

    public static func encode(_ state: State, into row: RowBatch) {
        row.put(state.name)
        row.put(JSONText.array(state.symbols))
        row.put(unixMicroseconds: state.updatedAt.microseconds)
    }

    public static func key(of row: RowReader) throws(RowError) -> Key {
        Key(userId: try row.text(0), listId: try row.text(1))
    }

    public static func state(of row: RowReader) throws(RowError) -> State {
        State(
            name: try row.text(2), symbols: JSONText.strings(try row.text(3)),
            updatedAt: Timestamp(microseconds: try row.unixMicroseconds(4)))
    }
}
