/// One partition of one topic.
public struct TopicPartition: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let topic: String
    public let partition: Int32

    public init(topic: String, partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    public var description: String { "\(topic)/\(partition)" }

    public static func < (left: TopicPartition, right: TopicPartition) -> Bool {
        (left.topic, left.partition) < (right.topic, right.partition)
    }
}

/// A position in a partition: the offset of the next record to read.
public struct TopicPartitionOffset: Sendable, Hashable, CustomStringConvertible {
    public let topicPartition: TopicPartition
    /// An offset ≥ 0, or one of ``beginning`` and ``end``.
    public let offset: Int64

    /// The oldest record still in the log.
    public static let beginning: Int64 = -2
    /// Whatever is written next.
    public static let end: Int64 = -1

    public var topic: String { topicPartition.topic }
    public var partition: Int32 { topicPartition.partition }

    public init(topic: String, partition: Int32, offset: Int64) {
        self.init(TopicPartition(topic: topic, partition: partition), offset: offset)
    }

    public init(_ topicPartition: TopicPartition, offset: Int64) {
        self.topicPartition = topicPartition
        self.offset = offset
    }

    public var description: String { "\(topicPartition)@\(offset)" }
}

/// The bounds of a partition's log: offsets in `low..<high` may be read.
public struct KafkaWatermarks: Sendable, Hashable {
    /// The oldest offset still in the log.
    public let low: Int64
    /// The offset the next record will get.
    public let high: Int64

    public init(low: Int64, high: Int64) {
        self.low = low
        self.high = high
    }
}
