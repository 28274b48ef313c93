import Events

/// A table of one row a key: which row an event changes, and how. A ``KeyedView`` is one such table with a name; a
/// ``CombinedView`` has several.
///
/// It is pure: no clock, no random numbers, no I/O. Between topics there is no order, so a state must come out the same
/// however the topics' events interleave.
public protocol KeyedTable: SendableMetatype {
    /// Tells rows apart: the table's key columns.
    associatedtype Key: LaneKey
    /// A row's other columns. A value: what a refused event did to it is dropped.
    associatedtype State

    /// Of role `state`, its key columns first.
    static var table: TableDefinition { get }

    init()

    /// The row that the event changes; nil when the event means nothing to this table.
    func key(of event: FoldEvent) -> Key?

    /// The state of a row that is not there yet.
    func newState(for key: Key) -> State

    /// Folds one event into the row's state. A refused event, and what comes after it under its parking key, is parked.
    func fold(_ event: FoldEvent, into state: inout State) throws(FoldRefusal)

    /// New events that come of a folded one, in order; none by default. They may depend on the event and on its row alone.
    /// The engine asks only where nobody was told yet: never in a rebuild. Their topics are the view's `outputs`.
    func effects(of event: FoldEvent, before: State, after: State) -> [EventPayload]

    /// Writes the key's columns, in the table's order.
    static func encode(_ key: Key, into row: RowBatch)
    /// Writes the other columns, in the table's order.
    static func encode(_ state: State, into row: RowBatch)
    static func key(of row: RowReader) throws(RowError) -> Key
    static func state(of row: RowReader) throws(RowError) -> State
}

/// A row's key that lies within one lane.
public protocol LaneKey: Hashable, Sendable {
    /// What decided the partition of the events that change the row: the user, for market data the symbol. Without it in
    /// the key two lanes would write the same row.
    var partitionKey: String { get }
}

/// Why an event can't be folded, for the parking lot.
public struct FoldRefusal: Error, Sendable, Equatable {
    /// Stable, in lower case with underscores, to filter by.
    public let code: String
    /// What is wrong, for an operator.
    public let reason: String

    public init(_ code: String, _ reason: String) {
        self.code = code
        self.reason = reason
    }
}

extension KeyedTable {
    public func effects(of event: FoldEvent, before: State, after: State) -> [EventPayload] { [] }
}
