import Kafka
import Synchronization
import Testing

@Suite(.serialized) struct ProducerTests {
    private func cluster(partitions: Int32 = 4) throws -> KafkaMockCluster {
        let cluster = try KafkaMockCluster()
        cluster.createTopic("t", partitions: partitions)
        return cluster
    }

    private func readAll(_ brokers: String, partitions: Int32, count: Int) throws -> [Seen] {
        let consumer = try KafkaConsumer(configuration: quiet(brokers), groupId: nil)
        let places = (0..<partitions).map { TopicPartition(topic: "t", partition: $0) }
        let lane = try consumer.laneQueue(for: places)
        try consumer.assign(places.map { TopicPartitionOffset($0, offset: 0) })
        return try lane.take(count)
    }

    @Test(arguments: KafkaPartitioner.allCases) func keysLandWhereThePartitionerSays(
        _ partitioner: KafkaPartitioner
    ) throws {
        let cluster = try cluster()
        let producer = try KafkaProducer(configuration: quiet(cluster.brokers), partitioners: ["t": partitioner])
        for number in 0..<200 {
            let key = Array("user-\(number)".utf8)
            try producer.send(KafkaMessage(topic: "t", key: key, value: key))
        }
        try producer.flush()
        #expect(producer.deliveryCounts.delivered == 200)
        for record in try readAll(cluster.brokers, partitions: 4, count: 200) {
            #expect(record.place.partition == partitioner.partition(forKey: Array(record.value.utf8), count: 4))
        }
    }

    @Test func aRetriedRequestStoresNothingTwiceAndKeepsOrder() throws {
        let cluster = try cluster(partitions: 1)
        let producer = try KafkaProducer(configuration: quiet(cluster.brokers, ["retry.backoff.ms": "10"]))
        // Produce is API key 0; the broker did not store these.
        cluster.failNext(
            apiKey: 0,
            codes: [
                KafkaError.Code(rawValue: 6), KafkaError.Code(rawValue: 7), KafkaError.Code(rawValue: 19),
            ])
        for number in 0..<1_000 {
            try producer.send(
                KafkaMessage(topic: "t", partition: 0, key: nil, value: Array("\(number)".utf8)))
        }
        try producer.flush(timeoutMilliseconds: 20_000)
        let seen = try readAll(cluster.brokers, partitions: 1, count: 1_000)
        #expect(seen.map(\.value) == (0..<1_000).map(String.init))
    }

    @Test func tokensComeBackWithOffsets() throws {
        let cluster = try cluster(partitions: 1)
        let outcomes = Outcomes()
        let producer = try KafkaProducer(configuration: quiet(cluster.brokers)) { outcomes.add($0) }
        for token in [UInt64(0), 1, 1 << 40] {
            try producer.send(KafkaMessage(topic: "t", partition: 0, key: nil, value: [1]), token: token)
        }
        try producer.flush()
        #expect(outcomes.all.map(\.token) == [0, 1, 1 << 40])
        #expect(outcomes.all.map(\.offset) == [0, 1, 2])
        #expect(outcomes.all.allSatisfy { $0.error == nil && $0.topicPartition.topic == "t" })
    }

    @Test func failuresNameTheTopicAndAreCounted() throws {
        let cluster = try cluster(partitions: 1)
        cluster.setBroker(1, isUp: false)
        let producer = try KafkaProducer(configuration: quiet(cluster.brokers, ["message.timeout.ms": "1000"]))
        #expect(throws: KafkaError.self) {
            try producer.sendAndWait([KafkaMessage(topic: "t", partition: 0, key: nil, value: [1])])
        }
        try producer.send(KafkaMessage(topic: "t", partition: 0, key: nil, value: [1]))
        let error = #expect(throws: KafkaError.self) { try producer.flush(timeoutMilliseconds: 10_000) }
        #expect(error?.code == .messageTimedOut)
        #expect(error?.message.contains("t") == true && error?.message.contains(cluster.brokers) == true)
        #expect(producer.deliveryCounts.failed == 2 && producer.deliveryCounts.delivered == 0)
    }

    @Test func statisticsDoNotEndAFlushEarly() throws {
        let cluster = try cluster(partitions: 1)
        cluster.failNext(apiKey: 0, codes: Array(repeating: KafkaError.Code(rawValue: 7), count: 20))
        let settings = ["statistics.interval.ms": "1", "retry.backoff.ms": "20"]
        let producer = try KafkaProducer(configuration: quiet(cluster.brokers, settings))
        for round in 0..<20 {
            try producer.send(KafkaMessage(topic: "t", partition: 0, key: nil, value: [UInt8(round)]))
            try producer.flush()
            #expect(producer.deliveryCounts.delivered == round + 1)
        }
        // The first ones may be from before the connection stood.
        _ = try eventually("statistics of a broker that is up") { () -> KafkaStatistics? in
            producer.poll(timeoutMilliseconds: 5)
            guard case .statistics(let statistics) = producer.nextEvent() else { return nil }
            return statistics.brokers.contains { $0.isUp } ? statistics : nil
        }
    }

    @Test func aFullQueueHoldsTheSenderBack() throws {
        let cluster = try cluster(partitions: 1)
        let limits = ["queue.buffering.max.messages": "100", "linger.ms": "1"]
        let producer = try KafkaProducer(configuration: quiet(cluster.brokers, limits))
        for sent in 1...5_000 {
            try producer.send(KafkaMessage(topic: "t", partition: 0, key: nil, value: [1]))
            // `outstanding` also counts events, such as a report of delivery that waits to be polled.
            #expect(sent - Int(producer.deliveryCounts.delivered) <= 100)
        }
        try producer.flush()
        #expect(producer.deliveryCounts.delivered == 5_000)
    }

    @Test func aMessageTooLargeIsRefusedAtOnce() throws {
        let cluster = try cluster(partitions: 1)
        let producer = try KafkaProducer(configuration: quiet(cluster.brokers))
        let large = [UInt8](repeating: 0, count: KafkaLimits.maximumMessageBytes + 1)
        let error = #expect(throws: KafkaError.self) {
            try producer.send(KafkaMessage(topic: "t", partition: 0, key: nil, value: large))
        }
        #expect(error?.code == .messageTooLarge)
        #expect(try producer.sendAndWait([]) == [])
    }
}

private final class Outcomes: Sendable {
    private let list = Mutex<[KafkaDelivery]>([])
    func add(_ delivery: KafkaDelivery) { list.withLock { $0.append(delivery) } }
    var all: [KafkaDelivery] { list.withLock { $0 } }
}
