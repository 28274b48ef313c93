import Events

/// A view of several keyed tables, each with keys of its own: rows by user beside rows by symbol, which `presentation`
/// joins at read. ``CombinedFold`` makes a whole fold of it.
///
/// An event goes to every table that has a key for it, and is folded by all of them or by none.
public protocol CombinedView: SendableMetatype {
    /// The view's name, in topology.json as on the command line.
    static var name: String { get }
    /// Raised whenever the same events lead to other rows.
    static var foldNumber: Int { get }
    /// At least one, of different table names.
    static var tables: [any KeyedTable.Type] { get }
    /// What people query in schema `api`; columns are only ever appended.
    static var presentation: [ViewSchema.Presentation] { get }

    /// Behind which later events wait once this one is parked; by default the event's partition key.
    static func parkingKey(of event: FoldEvent) -> String
    /// The same of an event that breaks its schema, as far as it can be read; nil parks the event alone.
    static func parkingKey(of readable: ReadableKey, kind: EventKind) -> String?
}

extension CombinedView {
    public static func parkingKey(of event: FoldEvent) -> String { event.decoded.payload.partitionKey }

    public static func parkingKey(of readable: ReadableKey, kind: EventKind) -> String? {
        kind.isKeyedBySymbol ? readable.symbol : readable.userId
    }
}
