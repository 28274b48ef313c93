import Kafka

/// The records of one lane, in each partition's order. One thread takes batches at a time.
package protocol LaneLog: Sendable {
    /// Waits up to the time-out while there is nothing.
    func consumeBatch(maximumMessages: Int, timeoutMilliseconds: Int32) -> KafkaBatch

    /// Ends a wait; from any thread.
    func wake()
}

/// Where a worker's lanes get their records from.
package protocol LaneLogSource {
    /// A log for these partitions, which nothing consumes yet; it gives records after the next `assign`.
    func log(of partitions: [TopicPartition]) throws(KafkaError) -> any LaneLog

    /// Consumes exactly these partitions from these offsets.
    func assign(_ offsets: [TopicPartitionOffset]) throws(KafkaError)
    func unassign() throws(KafkaError)

    /// The first offset that a partition still has, and the one behind its last record.
    func watermarks(_ partition: TopicPartition) throws(KafkaError) -> KafkaWatermarks

    /// Tells the group how far its lanes are: for lag displays, and for a reactor whose database is restored.
    func commit(_ offsets: [TopicPartitionOffset], waiting: Bool) throws(KafkaError)

    /// What the group was told last, of the partitions that it was told of.
    func committed(_ partitions: [TopicPartition]) throws(KafkaError) -> [TopicPartitionOffset]
}

/// Produces records.
package protocol LogProducer: Sendable {
    /// Returns once every message is acknowledged.
    func produce(_ messages: [KafkaMessage]) throws(LaneFailure)
}

extension KafkaLaneQueue: LaneLog {}

extension KafkaConsumer: LaneLogSource {
    package func log(of partitions: [TopicPartition]) throws(KafkaError) -> any LaneLog {
        try laneQueue(for: partitions)
    }

    package func committed(_ partitions: [TopicPartition]) throws(KafkaError) -> [TopicPartitionOffset] {
        try committed(partitions, timeoutMilliseconds: KafkaLimits.requestTimeoutMilliseconds)
    }

    package func watermarks(_ partition: TopicPartition) throws(KafkaError) -> KafkaWatermarks {
        try watermarks(partition, timeoutMilliseconds: KafkaLimits.requestTimeoutMilliseconds)
    }

    package func commit(_ offsets: [TopicPartitionOffset], waiting: Bool) throws(KafkaError) {
        if waiting { try commit(offsets) } else { try commitAsync(offsets) }
    }
}
