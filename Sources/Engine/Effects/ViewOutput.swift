import Events
import Kafka

/// A topic that a view's effects go to.
public struct ViewOutput: Sendable {
    public let topic: String
    public let kind: EventKind
    public let partitioner: KafkaPartitioner
    public let partitions: Int

    public init(topic: String, kind: EventKind, partitioner: KafkaPartitioner, partitions: Int) {
        self.topic = topic
        self.kind = kind
        self.partitioner = partitioner
        self.partitions = partitions
    }
}
