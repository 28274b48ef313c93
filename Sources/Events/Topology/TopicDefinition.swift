/// The place of a topic in ``Topology/topics``.
@frozen
public struct TopicIndex: Hashable, Comparable, Sendable {
    public let rawValue: Int

    @inlinable public init(_ rawValue: Int) { self.rawValue = rawValue }
    @inlinable public static func < (left: TopicIndex, right: TopicIndex) -> Bool { left.rawValue < right.rawValue }
}

/// What topology.json says of a topic.
public struct TopicDefinition: Sendable, Equatable {
    /// What makes an event the same event.
    public enum Identity: Sendable, Equatable {
        /// Folds idempotently by nature.
        case none
        /// The envelope's source and id.
        case sourceAndId
        /// Two or more fields of the data.
        case fields([String])
    }

    /// How a key's partition is found.
    public enum Partitioner: String, Sendable, Codable, CaseIterable {
        /// Java's, on the key's bytes.
        case murmur2
        /// librdkafka's own default.
        case crc32
    }

    public enum History: Sendable, Equatable {
        /// Kept for ever.
        case complete
        /// Kept for this long.
        case window(retentionMilliseconds: Int64)
    }

    public let index: TopicIndex
    public let name: String
    /// The data field whose value decides the partition.
    public let key: String
    public let identity: Identity
    public let partitioner: Partitioner
    public let partitions: Int
    public let history: History
    /// What this build decodes it as; `nil` for topics that it only passes on.
    public let kind: EventKind?
}

/// What topology.json says of a view.
public struct ViewDefinition: Sendable, Equatable {
    /// What an event that can't be folded does to those behind it.
    public enum Policy: String, Sendable, Codable, CaseIterable {
        /// It and later events of its key wait.
        case park
        /// It alone is set aside.
        case skip
        /// The lane stops.
        case stop
    }

    /// What a view parks by.
    public enum ParkingKey: String, Sendable, Codable, CaseIterable {
        case symbol
        case user
        case order
        /// (user, account, instrument).
        case userAndBook = "user+book"
        /// (user, ruleId), (user, alertId).
        case rule
        case alert
    }

    public let name: String
    /// It decides, live and once: neither replayed nor verified, and nothing in `api` comes of it but the events it emits.
    public let isReactor: Bool
    public let inputs: [TopicIndex]
    public let parkingKey: ParkingKey
    public let policy: Policy
    /// Topics that its effects go to.
    public let outputs: [TopicIndex]
    /// Of all its inputs.
    public let partitions: Int
}

/// A topic to create: an event topic, or a view's dead letters.
public struct TopicCreation: Sendable, Equatable {
    public let name: String
    public let partitions: Int
    /// `nil`: for ever.
    public let retentionMilliseconds: Int64?
}
