/// What a consumer's main thread must react to. Records do not come this way: see ``KafkaLaneQueue``.
public enum KafkaConsumerEvent: Sendable {
    /// The group gave these partitions to this consumer. The group waits until
    /// ``KafkaConsumer/assign(_:)`` is called; heartbeats go on meanwhile.
    case assigned([TopicPartition])
    /// The group takes these partitions back. Finish and commit, then call ``KafkaConsumer/unassign()``:
    /// until then no other consumer gets them, up to the session's rebalance time-out.
    case revoked([TopicPartition])
    /// These partitions may already be someone else's: drop the work in hand and call
    /// ``KafkaConsumer/unassign()``.
    case lost([TopicPartition])
    case error(KafkaError)
    /// One partition cannot be consumed any further until it is assigned again.
    case partitionError(TopicPartitionOffset, KafkaError)
    /// An asynchronous commit of these offsets failed.
    case commitFailed([TopicPartitionOffset], KafkaError)
    case statistics(KafkaStatistics)

    var isRebalance: Bool {
        switch self {
        case .assigned, .revoked, .lost: true
        default: false
        }
    }
}
