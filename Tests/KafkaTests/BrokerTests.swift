import Foundation
import Kafka
import Testing

private let kcat = URL(filePath: "/usr/bin/kcat")
private let hasKcat = FileManager.default.isExecutableFile(atPath: "/usr/bin/kcat")

@Suite(.serialized, .enabled(if: BrokerProcess.isAvailable, "needs the embedded-broker executable"))
struct BrokerTests {
    @Test func topicsAreCreatedDescribedAndDeleted() throws {
        let broker = try BrokerProcess()
        let admin = try KafkaAdmin(configuration: quiet(broker.brokers))
        let topic = KafkaAdmin.NewTopic(
            name: "t", partitionCount: 3, replicationFactor: 1, configuration: ["retention.ms": "3600000"])
        #expect(try admin.createTopics([topic]).created == ["t"])
        let again = try admin.createTopics([topic, .init(name: "u", partitionCount: 1)])
        #expect(again.existing == ["t"] && again.created == ["u"] && again.failed.isEmpty)
        let outcome = try admin.createTopics([.init(name: "bad name", partitionCount: 1)])
        #expect(outcome.failed.map(\.topic) == ["bad name"])
        #expect(try admin.listTopics().map(\.name) == ["t", "u"])
        #expect(try admin.describeTopic("t")?.partitionCount == 3)
        #expect(try admin.describeTopic("none") == nil)
        #expect(try admin.topicConfiguration("t")["retention.ms"] == "3600000")
        try admin.deleteTopics(["u", "never-was"])
        #expect(try admin.listTopics().map(\.name) == ["t"])
        #expect(try admin.watermarks(TopicPartition(topic: "t", partition: 0)) == KafkaWatermarks(low: 0, high: 0))
    }

    /// Several requests, one outcome: in the order asked for.
    @Test func manyTopicsAreMadeInPieces() throws {
        let broker = try BrokerProcess()
        let admin = try KafkaAdmin(configuration: quiet(broker.brokers))
        let names = (0..<KafkaLimits.topicsInOneRequest * 2 + 1).map { "t\($0)" }
        func create() throws -> KafkaAdmin.CreationOutcome {
            try admin.createTopics((["bad name"] + names).map { .init(name: $0, partitionCount: 1) })
        }
        let first = try create()
        #expect(first.created == names && first.existing.isEmpty && first.failed.map(\.topic) == ["bad name"])
        let second = try create()
        #expect(second.existing == names && second.created.isEmpty && second.failed.map(\.topic) == ["bad name"])
    }

    @Test func offsetsAreFoundByTime() throws {
        let broker = try BrokerProcess()
        try broker.createTopics(["t"], partitions: 1)
        let producer = try KafkaProducer(configuration: quiet(broker.brokers))
        let base: Int64 = 1_700_000_000_000
        for number in 0..<10 {
            // A record batch each: a broker may answer with the start of the batch that holds the record.
            _ = try producer.sendAndWait([
                KafkaMessage(
                    topic: "t", partition: 0, key: nil, value: [1],
                    timestampMilliseconds: base + Int64(number) * 1_000)
            ])
        }
        let consumer = try KafkaConsumer(configuration: quiet(broker.brokers), groupId: nil)
        let place = TopicPartition(topic: "t", partition: 0)
        #expect(try consumer.offsets(forTime: base + 3_500, of: [place]).map(\.offset) == [4])
        let after = try consumer.offsets(forTime: base + 60_000, of: [place]).map(\.offset)
        #expect(after == [TopicPartitionOffset.end])
    }

    @Test func aGrouplessConsumerJoinsNoGroup() throws {
        let broker = try BrokerProcess()
        try broker.createTopics(["t"], partitions: 1)
        try produce(to: broker.brokers, topics: ["t"], partitions: 1, each: 10)
        let consumer = try KafkaConsumer(configuration: quiet(broker.brokers), groupId: nil)
        let lane = try consumer.laneQueue(for: [TopicPartition(topic: "t", partition: 0)])
        try consumer.assign([TopicPartitionOffset(topic: "t", partition: 0, offset: 0)])
        #expect(try lane.take(10).count == 10)
        #expect(try KafkaAdmin(configuration: quiet(broker.brokers)).groups().isEmpty)
    }

    @Test(.enabled(if: hasKcat, "needs kcat")) func aKilledMembersLanesGoToTheOther() throws {
        let broker = try BrokerProcess()
        try broker.createTopics(["a", "b"], partitions: 4)
        try produce(to: broker.brokers, topics: ["a", "b"], partitions: 4, each: 20)
        let member = try Member(broker.brokers)
        try member.follow { $0.count == 8 }
        let other = Process()
        other.executableURL = kcat
        other.arguments = [
            "-b", broker.brokers, "-G", "g", "-X", "session.timeout.ms=6000", "-X", "heartbeat.interval.ms=500",
            "-X", "partition.assignment.strategy=range", "-q", "a", "b",
        ]
        other.standardOutput = FileHandle.nullDevice
        other.standardError = FileHandle.nullDevice
        try other.run()
        defer { kill(other.processIdentifier, SIGKILL) }
        try member.follow { $0.count == 4 }
        // Whole lanes: the same partition numbers of both topics.
        let byTopic = Dictionary(grouping: member.partitions, by: \.topic).mapValues { Set($0.map(\.partition)) }
        #expect(byTopic["a"] == byTopic["b"])
        kill(other.processIdentifier, SIGKILL)
        other.waitUntilExit()
        try member.follow { $0.count == 8 }
        try member.drain(expecting: 160)
        #expect(member.consumer.close())
    }

    @Test func aBrokerThatIsKilledAndComesBackLosesAndDoublesNothing() throws {
        let broker = try BrokerProcess()
        try broker.createTopics(["t"], partitions: 2)
        let member = try Member(broker.brokers, topics: ["t"])
        try member.follow { $0.count == 2 }
        let producer = try KafkaProducer(configuration: quiet(broker.brokers))
        for number in 0..<20_000 {
            try producer.send(
                KafkaMessage(topic: "t", partition: Int32(number % 2), key: nil, value: Array("\(number)".utf8)))
            if number == 10_000 {
                broker.kill()
                try broker.restart()
            }
        }
        try producer.flush(timeoutMilliseconds: 60_000)
        #expect(producer.deliveryCounts.delivered == 20_000)
        try member.drain(expecting: 20_000)
        for partition in 0..<2 {
            let values = member.seen.filter { $0.place.partition == Int32(partition) }.map(\.value)
            #expect(values == (0..<10_000).map { String($0 * 2 + partition) })
        }
        #expect(member.consumer.close())
    }

    @Test func anUnreachableBrokerIsNamed() throws {
        let admin = try KafkaAdmin(configuration: quiet("127.0.0.1:1"))
        let error = #expect(throws: KafkaError.self) { try admin.listTopics(timeoutMilliseconds: 500) }
        #expect(error?.message.contains("127.0.0.1:1") == true && error?.message.contains("KAFKA_BROKERS") == true)
        #expect(error?.isRetriable == true)
    }
}

/// A worker in small: follows the group, keeps its own offsets, checks that none is skipped or seen twice.
private final class Member {
    let consumer: KafkaConsumer
    private(set) var partitions: [TopicPartition] = []
    private(set) var seen: [Seen] = []
    private var next: [TopicPartition: Int64] = [:]
    private var lane: KafkaLaneQueue?

    init(_ brokers: String, topics: [String] = ["a", "b"]) throws {
        consumer = try KafkaConsumer(configuration: quiet(brokers), groupId: "g")
        try consumer.subscribe(topics: topics)
    }

    func follow(until isDone: ([TopicPartition]) -> Bool) throws {
        _ = try eventually("the lanes to be shared out") {
            try step()
            return isDone(partitions) ? true : nil
        }
    }

    func drain(expecting count: Int) throws {
        _ = try eventually("\(count) records, got \(seen.count)") {
            try step()
            return seen.count >= count ? true : nil
        }
        try step()
        #expect(seen.count == count)
    }

    private func step() throws {
        if let event = consumer.poll(timeoutMilliseconds: 5) { try handle(event) }
        guard let lane else { return }
        let batch = lane.consumeBatch(maximumMessages: 500, timeoutMilliseconds: 5)
        if let failed = batch.partitionErrors.first { throw failed.error }
        for record in batch.seen {
            #expect(record.offset == next[record.place, default: 0])
            next[record.place] = record.offset + 1
            seen.append(record)
        }
    }

    private func handle(_ event: KafkaConsumerEvent) throws {
        switch event {
        case .assigned(let list):
            lane = try consumer.laneQueue(for: list)
            try consumer.assign(list.map { TopicPartitionOffset($0, offset: next[$0, default: 0]) })
            partitions = list
        case .revoked, .lost:
            lane?.close()
            lane = nil
            partitions = []
            try consumer.unassign()
        case .partitionError(_, let error):
            throw error
        default:
            break
        }
    }
}
