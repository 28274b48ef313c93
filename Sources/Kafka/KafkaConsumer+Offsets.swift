import CLibrdkafka

extension KafkaConsumer {
    /// Tells the group how far this consumer got, for lag display only; a failure arrives as
    /// ``KafkaConsumerEvent/commitFailed(_:_:)``.
    public func commitAsync(_ offsets: [TopicPartitionOffset]) throws(KafkaError) {
        guard !offsets.isEmpty else { return }
        let list = PartitionList(offsets)
        try handle.check(rd_kafka_commit(handle.pointer, list.pointer, 1), doing: "commit of group offsets")
    }

    /// Commits and waits for the answer.
    public func commit(_ offsets: [TopicPartitionOffset]) throws(KafkaError) {
        guard !offsets.isEmpty else { return }
        let list = PartitionList(offsets)
        try handle.check(rd_kafka_commit(handle.pointer, list.pointer, 0), doing: "commit of group offsets")
    }

    /// The group's committed offsets; partitions without one are left out.
    public func committed(
        _ partitions: [TopicPartition], timeoutMilliseconds: Int32 = KafkaLimits.requestTimeoutMilliseconds
    ) throws(KafkaError) -> [TopicPartitionOffset] {
        let list = PartitionList(partitions)
        try handle.check(
            rd_kafka_committed(handle.pointer, list.pointer, timeoutMilliseconds),
            doing: "read of the group's committed offsets")
        try checkEach(list, doing: "read of the committed offset")
        return list.offsets.filter { $0.offset >= 0 }
    }

    /// Asks the broker for a partition's bounds.
    public func watermarks(
        _ partition: TopicPartition, timeoutMilliseconds: Int32 = KafkaLimits.requestTimeoutMilliseconds
    ) throws(KafkaError) -> KafkaWatermarks {
        var low: Int64 = -1
        var high: Int64 = -1
        try handle.check(
            rd_kafka_query_watermark_offsets(
                handle.pointer, partition.topic, partition.partition, &low, &high, timeoutMilliseconds),
            doing: "read of the bounds of \(partition)")
        return KafkaWatermarks(low: low, high: high)
    }

    /// The bounds of a partition being consumed as of its last fetch, without asking the broker; nil
    /// when they are not known yet. The low one is refreshed only now and then.
    public func lastKnownWatermarks(_ partition: TopicPartition) -> KafkaWatermarks? {
        var low: Int64 = -1
        var high: Int64 = -1
        let code = rd_kafka_get_watermark_offsets(
            handle.pointer, partition.topic, partition.partition, &low, &high)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, high >= 0 else { return nil }
        return KafkaWatermarks(low: low, high: high)
    }

    /// For each partition the first offset whose record is at or after `timestampMilliseconds`, or
    /// ``TopicPartitionOffset/end`` when there is none.
    public func offsets(
        forTime timestampMilliseconds: Int64, of partitions: [TopicPartition],
        timeoutMilliseconds: Int32 = KafkaLimits.requestTimeoutMilliseconds
    ) throws(KafkaError) -> [TopicPartitionOffset] {
        let list = PartitionList(partitions.map { TopicPartitionOffset($0, offset: timestampMilliseconds) })
        try handle.check(
            rd_kafka_offsets_for_times(handle.pointer, list.pointer, timeoutMilliseconds),
            doing: "look-up of offsets by time")
        try checkEach(list, doing: "look-up of the offset by time")
        return list.offsets
    }

    /// Number of partitions of each topic that exists; others are left out.
    public func partitionCounts(
        topics: [String], timeoutMilliseconds: Int32 = KafkaLimits.requestTimeoutMilliseconds
    ) throws(KafkaError) -> [String: Int] {
        var counts: [String: Int] = [:]
        for name in topics {
            let topic = try self.topics.entry(name)
            let found = try ClusterMetadata.topics(
                handle, only: topic.pointer, timeoutMilliseconds: timeoutMilliseconds)
            for description in found { counts[description.name] = description.partitionCount }
        }
        return counts
    }

    private func checkEach(_ list: borrowing PartitionList, doing action: String) throws(KafkaError) {
        guard let failed = list.firstError else { return }
        throw KafkaError(failed.code, doing: "\(action) of \(failed.partition)", brokers: handle.state.brokers)
    }
}
