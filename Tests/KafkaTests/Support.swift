import Foundation
import Kafka
import Testing

struct WaitTimedOut: Error, CustomStringConvertible {
    let what: String
    var description: String { "gave up waiting for \(what)" }
}

/// Repeats `body` until it returns a value.
func eventually<Value>(
    _ what: String, within limit: Duration = .seconds(30), _ body: () throws -> Value?
) throws -> Value {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if let value = try body() { return value }
    }
    throw WaitTimedOut(what: what)
}

func quiet(_ brokers: String, clientId: String = "kafka-tests", _ properties: [String: String] = [:])
    -> KafkaConfiguration
{
    KafkaConfiguration(brokers: brokers, clientId: clientId, properties: properties, logSink: { _ in })
}

extension KafkaConsumer {
    /// Polls until an event of the kind `pick` chooses arrives.
    func next<Value>(
        _ what: String, within limit: Duration = .seconds(30), _ pick: (KafkaConsumerEvent) -> Value?
    ) throws -> Value {
        try eventually(what, within: limit) { poll(timeoutMilliseconds: 100).flatMap(pick) }
    }

    func nextAssigned(within limit: Duration = .seconds(30)) throws -> [TopicPartition] {
        try next("an assignment", within: limit) { if case .assigned(let list) = $0 { list.sorted() } else { nil } }
    }

    func nextRevoked(within limit: Duration = .seconds(30)) throws -> [TopicPartition] {
        try next("a revoke", within: limit) {
            switch $0 {
            case .revoked(let list), .lost(let list): list.sorted()
            default: nil
            }
        }
    }
}

/// A record as a test compares it.
struct Seen: Hashable, Comparable {
    let place: TopicPartition
    let offset: Int64
    let value: String

    static func < (left: Seen, right: Seen) -> Bool {
        (left.place, left.offset) < (right.place, right.offset)
    }
}

extension KafkaLaneQueue {
    /// Takes records until there are `count` of them.
    func take(_ count: Int, within limit: Duration = .seconds(30)) throws -> [Seen] {
        var result: [Seen] = []
        return try eventually("\(count) records", within: limit) {
            let batch = consumeBatch(maximumMessages: 1_000, timeoutMilliseconds: 100)
            if let failed = batch.partitionErrors.first { throw failed.error }
            result.append(contentsOf: batch.seen)
            return result.count >= count ? result : nil
        }
    }
}

extension KafkaBatch {
    var seen: [Seen] {
        (0..<count).map { index in
            let record = self[index]
            return Seen(
                place: TopicPartition(topic: topicName(of: record), partition: record.partition),
                offset: record.offset, value: record.value.map { String(decoding: $0, as: UTF8.self) } ?? "<null>")
        }
    }
}

/// Produces `counts[topic]` numbered records to each of `partitions`.
func produce(
    to brokers: String, topics: [String], partitions: Int32, each count: Int, from first: Int = 0
) throws {
    let producer = try KafkaProducer(configuration: quiet(brokers))
    for topic in topics {
        for partition in 0..<partitions {
            for number in first..<(first + count) {
                try producer.send(
                    KafkaMessage(
                        topic: topic, partition: partition, key: Array("k\(number)".utf8),
                        value: Array("\(number)".utf8)))
            }
        }
    }
    try producer.flush(timeoutMilliseconds: 30_000)
}
