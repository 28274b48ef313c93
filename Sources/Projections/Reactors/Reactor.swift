import Domain
import Events

/// What a reactor decides by: definitions that watch the price of one instrument each. ``ReactorFold`` makes a whole fold of
/// it; a reactor says only what its definitions are and what it tells when one fires.
public protocol Reactor: SendableMetatype {
    /// What `effects` needs to know of a definition. Its columns are the reactor's own.
    associatedtype Definition: Sendable

    /// In topology.json as on the command line.
    static var name: String { get }
    static var foldNumber: Int { get }
    /// The definition's columns.
    static var columns: [Column] { get }

    /// What an event does to definitions; nil for one that means nothing to this reactor. Ticks are not asked for.
    static func command(of event: DecodedEvent) -> ReactorCommand<Definition>?
    static func watch(of definition: Definition) -> Watch
    /// New events that come of a firing, in order.
    static func effects(of firing: Firing<Definition>) -> [EventPayload]
    static func encode(_ definition: Definition, into row: RowBatch)
    /// - Parameter first: the index of the definition's first column.
    static func definition(of row: RowReader, first: Int) throws(RowError) -> Definition

    /// Under which a definition that can't be understood parks, as far as it can be read.
    static func parkingKey(of readable: ReadableKey, kind: EventKind) -> String?
}

/// A definition's identity: two users may use the same id, and one id may watch several instruments.
public struct WatchKey: Hashable, Comparable, Sendable {
    @ExactText public var userId: String
    @ExactText public var id: String

    public init(userId: String, id: String) {
        self.userId = userId
        self.id = id
    }

    /// Later events of a definition wait behind one of it that is parked; ticks never do.
    var parkingKey: String { "\(userId)|\(id)" }

    public static func < (left: WatchKey, right: WatchKey) -> Bool {
        left._userId == right._userId ? left._id < right._id : left._userId < right._userId
    }
}

/// Which events a definition stands on, so that whoever reads of a firing can tell for which definition it was without
/// comparing the clocks of ticks and commands.
public struct WatchOrigin: Hashable, Sendable {
    /// Nil for a definition that an earlier release stored.
    public var definedBy: String?
    /// The latest event that armed it again; nil: none did.
    public var rearmedBy: String?

    /// An event's source, `#` and its id, in what an identifier takes.
    static func reference(to envelope: Envelope) -> String {
        TextFit.identifier("\(envelope.source)#\(envelope.id)")
    }
}

/// What an event does to a reactor's definitions.
public struct ReactorCommand<Definition: Sendable>: Sendable {
    public enum Action: Sendable {
        case set(Definition)
        case remove
        case rearm
    }

    public let instrument: InstrumentKey
    public let key: WatchKey
    public let action: Action

    public init(_ instrument: InstrumentKey, _ key: WatchKey, _ action: Action) {
        self.instrument = instrument
        self.key = key
        self.action = action
    }
}

/// A definition fired.
public struct Firing<Definition: Sendable>: Sendable {
    public let instrument: InstrumentKey
    public let key: WatchKey
    public let definition: Definition
    /// The events that made and last armed it.
    public let origin: WatchOrigin
    /// Of the tick.
    public let price: Price
    public let previousClose: Price?
    public let time: Timestamp
    public let offset: Int64

    /// Unlike that of any other firing of this definition, and the same whoever finds it.
    public var mark: String { "\(key.id):\(instrument):\(time.microseconds)@\(offset)" }
}
