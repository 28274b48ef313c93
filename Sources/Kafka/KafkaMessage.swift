/// A record to produce.
public struct KafkaMessage: Sendable, Hashable {
    public var topic: String
    /// nil: the topic's partitioner decides by the key.
    public var partition: Int32?
    public var key: [UInt8]?
    public var value: [UInt8]?
    public var headers: [KafkaHeader]
    /// Milliseconds since the Unix epoch; nil: now.
    public var timestampMilliseconds: Int64?

    public init(
        topic: String, partition: Int32? = nil, key: [UInt8]?, value: [UInt8]?, headers: [KafkaHeader] = [],
        timestampMilliseconds: Int64? = nil
    ) {
        self.topic = topic
        self.partition = partition
        self.key = key
        self.value = value
        self.headers = headers
        self.timestampMilliseconds = timestampMilliseconds
    }
}

/// Where an acknowledged message lies.
public struct KafkaPlace: Sendable, Hashable {
    public let partition: Int32
    /// nil where an idempotent retry found the message already stored.
    public let offset: Int64?
}

/// What became of the messages a producer took.
public struct DeliveryCounts: Sendable {
    /// Acknowledged by the broker.
    public internal(set) var delivered: UInt64 = 0
    public internal(set) var failed: UInt64 = 0
    /// The first failure since the last ``KafkaProducer/flush(timeoutMilliseconds:)`` that reported one.
    public internal(set) var firstFailure: KafkaDeliveryFailure?
}

/// A message that did not get into its topic.
public struct KafkaDeliveryFailure: Sendable {
    public let place: TopicPartition
    public let error: KafkaError
}

/// The outcome of one message sent with a token.
public struct KafkaDelivery: Sendable {
    public let token: UInt64
    public let topicPartition: TopicPartition
    /// The record's offset; nil when it failed, and when an idempotent retry found it already stored.
    public let offset: Int64?
    public let error: KafkaError?
}

/// Called on whatever thread serves the producer (`send`, `flush`, `poll`).
public typealias KafkaDeliveryHandler = @Sendable (KafkaDelivery) -> Void
