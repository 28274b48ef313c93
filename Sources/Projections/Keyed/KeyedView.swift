import Events

/// A view of one row a key: what most views are. ``KeyedFold`` makes a whole fold of it, with reads, caches, rebuilds,
/// parking and exact deduplication; a view says only which row an event changes, and how.
public protocol KeyedView: KeyedTable {
    /// The view's name, in topology.json as on the command line.
    static var name: String { get }
    /// Raised whenever the same events lead to other rows.
    static var foldNumber: Int { get }
    /// What people query in schema `api`; columns are only ever appended.
    static var presentation: [ViewSchema.Presentation] { get }

    /// Behind which later events wait once this one is parked; by default the event's partition key.
    func parkingKey(of event: FoldEvent) -> String
    /// The same of an event that breaks its schema, as far as it can be read; nil parks the event alone.
    static func parkingKey(of readable: ReadableKey, kind: EventKind) -> String?
}

extension KeyedView {
    public func parkingKey(of event: FoldEvent) -> String { event.decoded.payload.partitionKey }

    public static func parkingKey(of readable: ReadableKey, kind: EventKind) -> String? {
        kind.isKeyedBySymbol ? readable.symbol : readable.userId
    }
}
