import Kafka
import Testing

@Suite(.serialized) struct ConsumerTests {
    @Test func assignWithoutGroupReadsFromTheOffsetGiven() throws {
        let cluster = try KafkaMockCluster()
        cluster.createTopic("t", partitions: 2)
        try produce(to: cluster.brokers, topics: ["t"], partitions: 2, each: 10)
        let consumer = try KafkaConsumer(configuration: quiet(cluster.brokers), groupId: nil)
        let place = TopicPartition(topic: "t", partition: 1)
        let lane = try consumer.laneQueue(for: [place])
        try consumer.assign([TopicPartitionOffset(place, offset: 4)])
        let seen = try lane.take(6)
        #expect(seen.map(\.offset) == [4, 5, 6, 7, 8, 9])
        #expect(seen.map(\.value) == ["4", "5", "6", "7", "8", "9"])
        #expect(try consumer.watermarks(place) == KafkaWatermarks(low: 0, high: 10))
        #expect(consumer.lastKnownWatermarks(place)?.high == 10)
        #expect(try consumer.partitionCounts(topics: ["t"]) == ["t": 2])
        #expect(consumer.close())
    }

    @Test func recordsCarryKeysHeadersTimesAndNulls() throws {
        let cluster = try KafkaMockCluster()
        cluster.createTopic("t", partitions: 1)
        let producer = try KafkaProducer(configuration: quiet(cluster.brokers))
        let headers = [KafkaHeader("ce_id", "1"), KafkaHeader(name: "none", value: nil), KafkaHeader("ce_id", "2")]
        let offsets = try producer.sendAndWait([
            KafkaMessage(
                topic: "t", partition: 0, key: Array("key".utf8), value: Array("value".utf8), headers: headers,
                timestampMilliseconds: 1_700_000_000_123),
            KafkaMessage(topic: "t", partition: 0, key: nil, value: nil),
            KafkaMessage(topic: "t", partition: 0, key: [], value: []),
        ])
        #expect(offsets == [0, 1, 2])
        let consumer = try KafkaConsumer(configuration: quiet(cluster.brokers), groupId: nil)
        let place = TopicPartition(topic: "t", partition: 0)
        let lane = try consumer.laneQueue(for: [place])
        try consumer.assign([TopicPartitionOffset(place, offset: TopicPartitionOffset.beginning)])
        var batches: [KafkaBatch] = []
        _ = try eventually("three records") {
            batches.append(lane.consumeBatch(maximumMessages: 10, timeoutMilliseconds: 100))
            return batches.reduce(0) { $0 + $1.count } == 3 ? true : nil
        }
        var index = 0
        for batch in batches {
            for position in 0..<batch.count {
                check(batch[position], index: index, headers: headers)
                index += 1
            }
        }
        #expect(batches.last?.positions.last?.nextOffset == 3)
        #expect(batches.reduce(0) { $0 + $1.payloadBytes } == 8)
    }

    private func check(_ record: KafkaRecord, index: Int, headers: [KafkaHeader]) {
        switch index {
        case 0:
            #expect(record.key.map { String(decoding: $0, as: UTF8.self) } == "key")
            #expect(record.value.map { String(decoding: $0, as: UTF8.self) } == "value")
            #expect(record.headers == headers)
            #expect(record.header(named: "ce_id").map { String(decoding: $0, as: UTF8.self) } == "2")
            #expect(record.header(named: "none") == nil)
            #expect(record.header(named: "absent") == nil)
            #expect(record.timestampMilliseconds == 1_700_000_000_123)
        case 1:
            #expect(record.key == nil && record.value == nil && !record.hasHeaders)
        default:
            #expect(record.key?.count == 0 && record.value?.count == 0)
        }
    }

    @Test func rebalancesWaitForTheApplication() throws {
        let cluster = try KafkaMockCluster()
        for topic in ["a", "b"] { cluster.createTopic(topic, partitions: 4) }
        try produce(to: cluster.brokers, topics: ["a", "b"], partitions: 4, each: 5)
        let first = try KafkaConsumer(configuration: quiet(cluster.brokers, clientId: "one"), groupId: "g")
        try first.subscribe(topics: ["a", "b"])
        let all = try first.nextAssigned()
        #expect(all.count == 8)
        // Longer than the session: only heartbeats keep the membership while nobody has answered yet.
        try holdOpen(first, for: .milliseconds(7_000))
        let lane = try first.laneQueue(for: all)
        try first.assign(all.map { TopicPartitionOffset($0, offset: 2) })
        let seen = try lane.take(24)
        #expect(Set(seen.map(\.offset)) == [2, 3, 4])
        #expect(Set(seen.map(\.place)) == Set(all))

        let second = try KafkaConsumer(configuration: quiet(cluster.brokers, clientId: "two"), groupId: "g")
        try second.subscribe(topics: ["a", "b"])
        var revoked: [TopicPartition]?
        _ = try eventually("the first to be asked to give up") {
            _ = second.poll(timeoutMilliseconds: 10)
            if case .revoked(let list) = first.poll(timeoutMilliseconds: 10) { revoked = list.sorted() }
            return revoked
        }
        #expect(revoked == all)
        lane.close()
        // The second gets nothing while the first still holds on.
        for _ in 0..<20 {
            if case .assigned(let list) = second.poll(timeoutMilliseconds: 50) {
                Issue.record("assigned early: \(list)")
            }
            if let event = first.poll(timeoutMilliseconds: 10), case .lost = event { Issue.record("lost") }
        }
        try first.unassign()
        let (mine, theirs) = try bothAssigned(first, second)
        #expect(Set(mine).union(theirs) == Set(all))
        // range gives both the same partition numbers of every topic: whole lanes.
        for list in [mine, theirs] {
            #expect(
                list.filter { $0.topic == "a" }.map(\.partition) == list.filter { $0.topic == "b" }.map(\.partition))
        }
        #expect(second.close())
        #expect(first.close())
    }

    private func holdOpen(_ consumer: KafkaConsumer, for time: Duration) throws {
        let end = ContinuousClock.now + time
        while ContinuousClock.now < end {
            switch consumer.poll(timeoutMilliseconds: 50) {
            case .revoked, .lost, .assigned: Issue.record("the group moved on without an answer")
            default: break
            }
        }
    }

    /// Waits until both have assignments of the same generation: one whose session ended in a slow moment hears of the next
    /// generation after the other has been given its part.
    private func bothAssigned(
        _ first: KafkaConsumer, _ second: KafkaConsumer
    ) throws -> ([TopicPartition], [TopicPartition]) {
        var mine: [TopicPartition]?
        var theirs: [TopicPartition]?
        return try eventually("both to be assigned, each its own part") {
            try follow(first, &mine)
            try follow(second, &theirs)
            guard let mine, let theirs, Set(mine).isDisjoint(with: theirs) else { return nil }
            return (mine, theirs)
        }
    }

    /// One that joins late finds that the other was given everything, and the group begins anew.
    private func follow(_ consumer: KafkaConsumer, _ assigned: inout [TopicPartition]?) throws {
        switch consumer.poll(timeoutMilliseconds: 20) {
        case .assigned(let list):
            assigned = list.sorted()
            // Until this is answered nothing more is heard of the group; behind the last record there is nothing to read.
            try consumer.assign(list.map { TopicPartitionOffset($0, offset: 5) })
        case .revoked, .lost:
            assigned = nil
            try consumer.unassign()
        default: break
        }
    }

    @Test func closeAnswersARebalanceStillOpen() throws {
        let cluster = try KafkaMockCluster()
        cluster.createTopic("t", partitions: 2)
        let consumer = try KafkaConsumer(configuration: quiet(cluster.brokers), groupId: "g")
        try consumer.subscribe(topics: ["t"])
        #expect(try consumer.nextAssigned().count == 2)
        #expect(consumer.close())
        if let event = consumer.poll(timeoutMilliseconds: 10) { Issue.record("\(event)") }
        #expect(consumer.close())
    }

    @Test func closeEndsWhenTheBrokersAreGone() throws {
        let cluster = try KafkaMockCluster()
        cluster.createTopic("t", partitions: 1)
        let consumer = try KafkaConsumer(configuration: quiet(cluster.brokers), groupId: "g")
        try consumer.subscribe(topics: ["t"])
        let places = try consumer.nextAssigned()
        try consumer.assign(places.map { TopicPartitionOffset($0, offset: 0) })
        cluster.setBroker(1, isUp: false)
        let error = try consumer.next("an error event") { if case .error(let error) = $0 { error } else { nil } }
        #expect(error.isRetriable && !error.isFatal)
        #expect(error.message.contains(cluster.brokers) && error.message.contains("KAFKA_BROKERS"))
        let began = ContinuousClock.now
        consumer.close(timeoutMilliseconds: 2_000)
        #expect(ContinuousClock.now - began < .seconds(8))
    }

    @Test func anOffsetOutOfRangeIsReportedAndNeverSkipped() throws {
        let cluster = try KafkaMockCluster()
        cluster.createTopic("t", partitions: 1)
        try produce(to: cluster.brokers, topics: ["t"], partitions: 1, each: 3)
        let consumer = try KafkaConsumer(configuration: quiet(cluster.brokers), groupId: nil)
        let place = TopicPartition(topic: "t", partition: 0)
        let lane = try consumer.laneQueue(for: [place])
        try consumer.assign([TopicPartitionOffset(place, offset: 1_000)])
        let failure = try eventually("the partition's error") {
            let batch = lane.consumeBatch(maximumMessages: 10, timeoutMilliseconds: 100)
            #expect(batch.isEmpty)
            return batch.partitionErrors.first
        }
        #expect(failure.error.code == .autoOffsetReset)
        #expect(failure.place == TopicPartitionOffset(place, offset: 1_000))
        #expect(failure.error.message.contains("t/0@1000"))
    }

    @Test func commitsAreReadBack() throws {
        let cluster = try KafkaMockCluster()
        cluster.createTopic("t", partitions: 2)
        let consumer = try KafkaConsumer(configuration: quiet(cluster.brokers), groupId: "g")
        try consumer.subscribe(topics: ["t"])
        let places = try consumer.nextAssigned()
        try consumer.assign(places.map { TopicPartitionOffset($0, offset: 0) })
        try consumer.commit([TopicPartitionOffset(places[0], offset: 7)])
        #expect(try consumer.committed(places) == [TopicPartitionOffset(places[0], offset: 7)])
        try consumer.commitAsync([TopicPartitionOffset(places[1], offset: 9)])
        _ = try eventually("the commit to arrive") {
            _ = consumer.poll(timeoutMilliseconds: 20)
            return try consumer.committed(places).count == 2 ? true : nil
        }
        #expect(consumer.close())
    }
}
