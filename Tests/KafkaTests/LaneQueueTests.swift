import Foundation
import Kafka
import Synchronization
import Testing

@Suite(.serialized) struct LaneQueueTests {
    private let place = TopicPartition(topic: "t", partition: 0)

    private func cluster(partitions: Int32 = 1) throws -> KafkaMockCluster {
        let cluster = try KafkaMockCluster()
        cluster.createTopic("t", partitions: partitions)
        return cluster
    }

    @Test func aLaneThatDoesNotConsumeStopsTheFetching() throws {
        let cluster = try cluster(partitions: 2)
        try produceLarge(to: cluster.brokers, count: 4_000)
        let limits = ["queued.max.messages.kbytes": "256", "fetch.message.max.bytes": "65536"]
        let consumer = try KafkaConsumer(configuration: quiet(cluster.brokers, limits), groupId: nil)
        let slow = try consumer.laneQueue(for: [place])
        let fast = try consumer.laneQueue(for: [TopicPartition(topic: "t", partition: 1)])
        try consumer.assign((0..<2).map { TopicPartitionOffset(topic: "t", partition: $0, offset: 0) })
        // The other lane is not held up.
        #expect(try fast.take(4_000).count == 4_000)
        let full = try eventually("the slow lane to fill up") { slow.backlog > 0 ? slow.backlog : nil }
        #expect(full < 2_000)
        let seen = try slow.take(4_000)
        #expect(seen.map(\.offset) == Array(0..<4_000))
    }

    private func produceLarge(to brokers: String, count: Int) throws {
        let producer = try KafkaProducer(configuration: quiet(brokers, ["compression.type": "none"]))
        let topic = try producer.topic("t")
        let value = [UInt8](repeating: 120, count: 1_000)
        for partition in 0..<Int32(2) {
            for _ in 0..<count {
                try value.withUnsafeBytes { bytes in
                    try producer.send(topic, partition: partition, key: nil, value: bytes)
                }
            }
        }
        try producer.flush(timeoutMilliseconds: 30_000)
    }

    @Test func positionsReachTheEndOfTheLog() throws {
        let cluster = try cluster()
        try produce(to: cluster.brokers, topics: ["t"], partitions: 1, each: 10)
        let consumer = try KafkaConsumer(configuration: quiet(cluster.brokers), groupId: nil)
        let lane = try consumer.laneQueue(for: [place])
        try consumer.assign([TopicPartitionOffset(place, offset: 3)])
        var records = 0
        let end = try eventually("the end") {
            let batch = lane.consumeBatch(maximumMessages: 4, timeoutMilliseconds: 100)
            records += batch.count
            return batch.positions.first { $0.isAtEnd }
        }
        #expect(records == 7)
        #expect(end == KafkaPosition(topicIndex: 0, partition: 0, nextOffset: 10, isAtEnd: true))
    }

    @Test func recordsOfAnEarlierAssignmentDoNotComeBack() throws {
        let cluster = try cluster()
        try produce(to: cluster.brokers, topics: ["t"], partitions: 1, each: 100)
        let consumer = try KafkaConsumer(configuration: quiet(cluster.brokers), groupId: nil)
        let lane = try consumer.laneQueue(for: [place])
        for start in [Int64(0), 90, 50, 10] {
            try consumer.assign([TopicPartitionOffset(place, offset: start)])
            _ = try eventually("records to wait in the queue") { lane.backlog > 0 ? true : nil }
            try consumer.unassign()
        }
        #expect(lane.consumeBatch(maximumMessages: 1_000, timeoutMilliseconds: 0).count == 0)
        try consumer.assign([TopicPartitionOffset(place, offset: 97)])
        #expect(try lane.take(3).map(\.offset) == [97, 98, 99])
    }

    @Test func aNewQueueTakesOverAfterTheOldOneIsClosed() throws {
        let cluster = try cluster()
        try produce(to: cluster.brokers, topics: ["t"], partitions: 1, each: 20)
        let consumer = try KafkaConsumer(configuration: quiet(cluster.brokers), groupId: nil)
        let first = try consumer.laneQueue(for: [place])
        try consumer.assign([TopicPartitionOffset(place, offset: 0)])
        let held = first.consumeBatch(maximumMessages: 5, timeoutMilliseconds: 5_000)
        #expect(throws: KafkaError.self) { try consumer.laneQueue(for: [place]) }
        first.close()
        try consumer.unassign()
        let second = try consumer.laneQueue(for: [place])
        try consumer.assign([TopicPartitionOffset(place, offset: 5)])
        #expect(try second.take(15).first?.offset == 5)
        #expect(first.consumeBatch(maximumMessages: 5, timeoutMilliseconds: 0).isEmpty)
        // A batch outlives its queue and its consumer.
        #expect(consumer.close())
        #expect(held.seen.first?.offset == 0)
    }

    @Test func aQueueThatEndsLateTakesNothingFromTheNext() throws {
        let cluster = try cluster()
        try produce(to: cluster.brokers, topics: ["t"], partitions: 1, each: 20)
        let consumer = try KafkaConsumer(configuration: quiet(cluster.brokers), groupId: nil)
        var straggler: KafkaLaneQueue? = try consumer.laneQueue(for: [place])
        try consumer.assign([TopicPartitionOffset(place, offset: 0)])
        #expect(straggler?.consumeBatch(maximumMessages: 5, timeoutMilliseconds: 5_000).isEmpty == false)
        try consumer.unassign()
        let next = try consumer.laneQueue(for: [place])
        #expect(straggler?.isClosed == true)
        try consumer.assign([TopicPartitionOffset(place, offset: 5)])
        let before = try next.take(15)
        straggler = nil
        try produce(to: cluster.brokers, topics: ["t"], partitions: 1, each: 20)
        #expect(try (before + next.take(20)).map(\.offset) == Array(5..<40))
    }

    @Test func seekingMovesOnePartitionAndLeavesTheOthers() throws {
        let cluster = try cluster(partitions: 2)
        try produce(to: cluster.brokers, topics: ["t"], partitions: 2, each: 50)
        let consumer = try KafkaConsumer(configuration: quiet(cluster.brokers), groupId: nil)
        let other = TopicPartition(topic: "t", partition: 1)
        let lane = try consumer.laneQueue(for: [place])
        let neighbour = try consumer.laneQueue(for: [other])
        try consumer.assign([place, other].map { TopicPartitionOffset($0, offset: 0) })
        #expect(lane.consumeBatch(maximumMessages: 7, timeoutMilliseconds: 5_000).count > 0)
        let before = neighbour.consumeBatch(maximumMessages: 10, timeoutMilliseconds: 5_000)
        try consumer.seek([TopicPartitionOffset(place, offset: 3)])
        #expect(try lane.take(47).map(\.offset) == Array(3..<50))
        let after = try neighbour.take(50 - before.count)
        #expect((before.seen + after).map(\.offset) == Array(0..<50))
    }

    @Test func closingWakesTheConsumingThread() throws {
        let cluster = try cluster()
        let consumer = try KafkaConsumer(configuration: quiet(cluster.brokers), groupId: nil)
        let lane = try consumer.laneQueue(for: [place])
        try consumer.assign([TopicPartitionOffset(place, offset: 0)])
        let returned = Flag()
        try withThread {
            while !lane.isClosed { _ = lane.consumeBatch(maximumMessages: 10, timeoutMilliseconds: 60_000) }
            returned.raise()
        } while: {
            _ = try eventually("the end of the log") { lane.backlog == 0 ? true : nil }
            lane.close()
            _ = try eventually("the thread to end") { returned.isRaised ? true : nil }
        }
    }

    @Test func aRecordWithoutAQueueIsReported() throws {
        let cluster = try cluster()
        try produce(to: cluster.brokers, topics: ["t"], partitions: 1, each: 1)
        let consumer = try KafkaConsumer(configuration: quiet(cluster.brokers), groupId: nil)
        try consumer.assign([TopicPartitionOffset(place, offset: 0)])
        let (where_, error) = try consumer.next("the report") {
            if case .partitionError(let place, let error) = $0 { (place, error) } else { nil }
        }
        #expect(where_ == TopicPartitionOffset(place, offset: 0))
        #expect(error.code == .wrongState)
    }
}

private final class Flag: Sendable {
    private let value = Atomic<Bool>(false)
    var isRaised: Bool { value.load(ordering: .acquiring) }
    func raise() { value.store(true, ordering: .releasing) }
}

/// Runs `body` on a thread of its own while `other` runs here, and waits for it.
func withThread(
    _ body: @escaping @Sendable () -> Void, while other: () throws -> Void
) throws {
    let done = DispatchSemaphore(value: 0)
    let thread = Thread {
        body()
        done.signal()
    }
    thread.start()
    try other()
    done.wait()
}
