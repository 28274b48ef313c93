import Kafka

/// The floor of everything that reads the log: librdkafka handing over records, nothing done with them.
enum RawConsume {
    /// Records a second over all partitions of `topic`.
    static func run(_ stack: BenchStack, topic: String) throws -> Double {
        let consumer = try KafkaConsumer(configuration: stack.kafka, groupId: nil)
        defer { consumer.close() }
        guard let count = try consumer.partitionCounts(topics: [topic])[topic] else {
            throw BenchFailure(description: "there is no topic \(topic)")
        }
        let places = (0..<count).map { TopicPartition(topic: topic, partition: Int32($0)) }
        var total = 0
        for place in places { total += Int(try consumer.watermarks(place).high) }
        let queue = try consumer.laneQueue(for: places)
        let begun = ContinuousClock.now
        try consumer.assign(places.map { TopicPartitionOffset($0, offset: 0) })
        var taken = 0
        var bytes = 0
        while taken < total {
            let batch = queue.consumeBatch(maximumMessages: 1_000, timeoutMilliseconds: 100)
            taken += batch.count
            bytes += batch.payloadBytes
            batch.release()
        }
        precondition(bytes > 0)
        return Double(taken) / seconds(since: begun)
    }
}
