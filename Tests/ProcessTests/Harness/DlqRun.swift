import Foundation
import Kafka
import Testing

extension Stack {
    /// Runs `tapefold dlq …` and returns what it printed; fails the test when it ends otherwise than `succeeds` says.
    @discardableResult
    func dlq(_ words: String..., succeeds: Bool = true, sourceLocation: SourceLocation = #_sourceLocation) throws
        -> String
    {
        let run = try runProgram(try Self.program("tapefold"), ["dlq"] + words, environment, mayFail: true)
        #expect(run.status == .exited(succeeds ? 0 : 1), "\(words): \(run.output)", sourceLocation: sourceLocation)
        return run.output
    }

    /// The same with `--json`, as the objects and numbers that it printed.
    func dlqJSON(_ words: String..., succeeds: Bool = true, sourceLocation: SourceLocation = #_sourceLocation) throws
        -> [String: Any]
    {
        let tool = try Self.program("tapefold")
        let run = try runProgram(tool, ["dlq"] + words + ["--json"], environment, mayFail: true)
        #expect(run.status == .exited(succeeds ? 0 : 1), "\(words): \(run.output)", sourceLocation: sourceLocation)
        let object = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
        return try #require(object as? [String: Any], "\(run.output)")
    }

    /// Events parked in the live build.
    func parkedCount(_ view: String = "positions") throws -> Int {
        try count(
            "SELECT count(*) FROM tapefold.parked_event JOIN tapefold.build USING (view, build) WHERE view = $1 AND status = 'live'",
            [.text(view)])
    }

    func send(_ messages: [KafkaMessage]) throws {
        _ = try KafkaProducer(configuration: kafka()).sendAndWait(messages)
    }

    /// All records of a topic, in each partition's order.
    func records(_ topic: String) throws -> [KafkaMessage] {
        let admin = try admin()
        let description = try #require(try admin.describeTopic(topic))
        let places = (0..<Int32(description.partitionCount)).map { TopicPartition(topic: topic, partition: $0) }
        let ends = try places.reduce(0) { try $0 + Int(admin.watermarks($1).high) }
        let consumer = try KafkaConsumer(configuration: kafka(), groupId: nil)
        defer { consumer.close() }
        let queue = try consumer.laneQueue(for: places)
        try consumer.assign(places.map { TopicPartitionOffset($0, offset: 0) })
        var records: [KafkaMessage] = []
        try eventually("\(ends) records of \(topic)") {
            let batch = queue.consumeBatch(maximumMessages: 10_000, timeoutMilliseconds: 100)
            for index in 0..<batch.count {
                let record = batch[index]
                records.append(
                    KafkaMessage(
                        topic: topic, partition: record.partition, key: record.key.map(Array.init),
                        value: record.value.map(Array.init), headers: record.headers))
            }
            return records.count >= ends
        }
        return records
    }
}

extension TradeScript.Event {
    var message: KafkaMessage { KafkaMessage(topic: topic, key: Array(key.utf8), value: Array(json.utf8)) }
}
