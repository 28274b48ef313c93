import Domain
import Kafka

/// One event that waits in the parking lot of a view's live build.
public struct ParkedEvent: Sendable {
    /// The code of events that are sound as far as is known and wait for an earlier one of their key.
    public static let behindCode = "behind_parked"

    public let place: EventPlace
    /// Nil where none could be read: such an event is parked alone.
    public let key: String?
    public let code: String
    public let reason: String
    /// The event's own time; nil when it could not be read.
    public let eventTime: Timestamp?
    public let parkedAt: Timestamp
    /// When its copy on the dead-letter topic was acknowledged.
    public let copiedAt: Timestamp?
    /// Where it stands among the lane's parked events.
    let order: Int64
    /// Later events of its key.
    public let waiting: Int
    /// The first of its key: what the others wait for.
    public let isFirst: Bool
}

/// A parked event's record, byte for byte.
public struct ParkedBytes: Sendable, Equatable {
    public let key: [UInt8]?
    public let value: [UInt8]?
    public let headers: [KafkaHeader]
    /// The record's own time.
    public let time: Timestamp?

    init(key: [UInt8]?, value: [UInt8]?, headers: [KafkaHeader], time: Timestamp?) {
        self.key = key
        self.value = value
        self.headers = headers
        self.time = time
    }

    /// From a row of `tapefold.parked_event`.
    package init(stored key: [UInt8]?, value: [UInt8]?, headers: String, time: Timestamp?) {
        self.init(key: key, value: value, headers: HeaderList.headers(headers) ?? [], time: time)
    }

    /// Copies a record out of its batch.
    public init(_ record: KafkaRecord) {
        self.init(
            key: record.key.map(Array.init), value: record.value.map(Array.init), headers: record.headers,
            time: record.timestampMilliseconds.map { Timestamp(microseconds: $0 * 1_000) })
    }
}

/// Which parked events a command is about. What is nil does not matter.
public struct ParkedFilter: Sendable {
    public var lane: Int?
    public var topic: String?
    /// A parking key, or with `*` behind it all that begin so.
    public var key: String?
    public var code: String?
    /// Parked at or after this time.
    public var since: Timestamp?
    public var place: EventPlace?
    /// The first event of each key only, and those without a key.
    public var isFirstOnly = true

    public init() {}
}

/// How many events and keys are parked.
public struct ParkedCounts: Sendable {
    public struct Line: Sendable {
        public let name: String
        public let events: Int
        public let keys: Int
    }

    public let build: String
    public let events: Int
    /// Keys, and events without one.
    public let keys: Int
    /// By the code of what each key waits for, most events first.
    public let codes: [Line]
}
