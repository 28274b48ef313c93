import Events
import Kafka

/// One topic that a view folds.
public struct ViewInput: Sendable {
    public let topic: String
    public let kind: EventKind
    public let partitioner: KafkaPartitioner
    /// This view looks after the topic's misplaced records: it produces them again where they belong.
    public let isHome: Bool
    /// The log keeps everything for ever, so a build must start at offset 0.
    public let isComplete: Bool

    public init(topic: String, kind: EventKind, partitioner: KafkaPartitioner, isHome: Bool, isComplete: Bool) {
        self.topic = topic
        self.kind = kind
        self.partitioner = partitioner
        self.isHome = isHome
        self.isComplete = isComplete
    }
}

/// What to do with an event that can't be folded.
public enum ParkingPolicy: String, Sendable {
    /// Keep it and every later event of its key until an operator decides.
    case park
    /// Count it and go on: the next tick makes it good.
    case skip
    /// Stop the lane.
    case stop
}
