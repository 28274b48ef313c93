import Domain

/// `watchlists.changed`: the whole of a list as it is from now on; without symbols it is gone. Identity: source + id.
public struct WatchlistChanged: Sendable, Equatable {
    public var listId: String
    public var userId: String
    public var name: String
    /// In the user's order.
    public var symbols: [InstrumentKey]

    public init(
        listId: String, userId: String, name: String, symbols: [InstrumentKey]
    ) {
        self.listId = listId
        self.userId = userId
        self.name = name
        self.symbols = symbols
    }
}

extension WatchlistChanged: WireEvent {
    enum Key {
        static let listId = FieldKey(0, "listId")
        static let userId = FieldKey(1, "userId")
        static let name = FieldKey(2, "name")
        static let symbols = FieldKey(3, "symbols")
    }

    static let keys = [Key.listId, Key.userId, Key.name, Key.symbols]

    static func read(_ reader: inout FieldReader, time: Timestamp) throws(EventRefusal) -> WatchlistChanged {
        let listId = try reader.text(Key.listId, .identifier)
        let userId = try reader.word(Key.userId, .identifier)
        let name = try reader.text(Key.name, .label)
        let symbols = try reader.instruments(Key.symbols)
        return WatchlistChanged(listId: listId, userId: userId, name: name, symbols: symbols)
    }

    func visit<Sink: FieldSink & ~Copyable>(_ sink: inout Sink) {
        sink.text(Key.listId, listId)
        sink.text(Key.userId, userId)
        sink.text(Key.name, name)
        sink.list(Key.symbols, symbols.map(\.description))
    }

    static func readableKey(_ reader: FieldReader) -> ReadableKey {
        var key = ReadableKey()
        key.userId = try? reader.optionalText(Key.userId, .identifier)
        return key
    }
}
