import Events

/// Where a fold runs, which decides how it learns of earlier rows.
public enum FoldMode: Sendable, Equatable {
    /// Rows are read by key; every index is there.
    case live
    /// Ledgers have no index yet: identities are remembered, work that needs ledger rows is put off.
    case rebuild
}

/// One event of a lane, with its place in the log.
public struct FoldEvent: Sendable {
    public let decoded: DecodedEvent
    /// The topic's index in the view's inputs.
    public let input: Int
    /// The record's offset in its partition.
    public let offset: Int64

    public init(decoded: DecodedEvent, input: Int, offset: Int64) {
        self.decoded = decoded
        self.input = input
        self.offset = offset
    }
}

/// What became of one event.
public enum FoldOutcome: Sendable, Equatable {
    case folded
    /// Same identity and same data as an event folded before.
    case duplicate
    /// Means nothing to this view.
    case skipped(reason: String)
    /// Can't be folded: it goes to the parking lot with its key.
    case refused(code: String, reason: String)
}

/// A fold that could not finish a batch as a whole; the batch is folded again in smaller parts to find the event.
public struct FoldFailure: Error, Sendable {
    public let code: String
    public let reason: String

    public init(code: String, reason: String) {
        self.code = code
        self.reason = reason
    }
}

/// The fold of one view over one lane: pure but for its memory, which `forget` empties at any time without loss.
///
/// The engine drives it: `reads` → rows by `absorb` → `fold` each event → `followUps` → rows by `absorb`, until there
/// are none → `drain` → commit → `committed`. After a rollback or when the lane is lost it calls `forget`.
public protocol ViewFold: AnyObject, SendableMetatype {
    static var schema: ViewSchema { get }

    /// - Parameter lane: the partition number that this fold serves.
    init(mode: FoldMode, lane: Int)

    /// A rebuild is about to fold up to so many events of each kind: tables made for them at once need not grow.
    func expect(_ events: [EventKind: Int])

    /// Rows that the batch needs and that are not cached.
    func reads(for events: ArraySlice<FoldEvent>) -> [ReadRequest]

    /// Takes the rows of a request; called once a request, even when there are no rows.
    func absorb(_ request: ReadRequest, rows: any RowSource) throws(RowError)

    /// Folds one event into memory. A refused event leaves the memory as it was.
    func fold(_ event: FoldEvent) -> FoldOutcome

    /// Rows that the folded events turned out to need, such as a book to refold.
    func followUps() throws(FoldFailure) -> [ReadRequest]

    /// Encodes what the events changed. `state` is false where a rebuild only wants the ledgers' rows yet.
    func drain(into writes: WriteSet, state: Bool)

    /// What a rebuild keeps in memory until it goes live, in identities of about 48 bytes; beyond a limit it goes on with
    /// indexes.
    var rememberedIdentities: Int { get }

    /// Keys whose state a rebuild holds until it is drained; beyond a limit that is done before its time.
    var unflushedKeys: Int { get }

    /// About so many rows of state, kept in memory anyway, would the next drain write. A rebuild writes many of them less
    /// often, as each time it writes all that changed since.
    var unflushedRows: Int { get }

    /// The last drain is durable: caches may now be trimmed to their limits.
    func committed()

    /// Drops every cache and all undrained work.
    func forget()

    /// The key under which a refused event parks, and behind which later events of it park too.
    func parkingKey(of event: FoldEvent) -> String

    /// The same key for an event that breaks its schema, as far as it can be read; nil parks the event alone.
    static func parkingKey(of readable: ReadableKey, kind: EventKind) -> String?

    /// A rebuild's bulk part is over and the indexes are there: from now on the fold is live, and what was put off
    /// comes by `followUps`. Returns false once nothing is left to do.
    func finishRebuild(limit: Int) -> Bool
}

extension ViewFold {
    /// Of a fold without large tables.
    public func expect(_ events: [EventKind: Int]) {}

    /// Of a fold whose state counts as remembered.
    public var unflushedKeys: Int { 0 }

    /// Of a fold whose state is little, whose rows are mostly written once, or leave memory when they are written.
    public var unflushedRows: Int { 0 }
}
