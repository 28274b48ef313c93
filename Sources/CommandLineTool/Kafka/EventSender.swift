import Events
import Foundation
import Importers
import Kafka
import Synchronization

/// Sends events to topics with the right key and partitioner and keeps account of what became of them.
final class EventSender {
    private let producer: KafkaProducer
    private let failures: FailureLog
    private var topics: [String: KafkaProducer.Topic] = [:]
    private(set) var sent = 0

    /// What could not be delivered.
    struct Failure {
        /// The caller's own number for the message: a line, an event's ordinal.
        let number: UInt64
        let error: KafkaError
    }

    init(_ configuration: KafkaConfiguration, topology: Topology) throws {
        let failures = FailureLog()
        self.failures = failures
        var partitioners: [String: KafkaPartitioner] = [:]
        for topic in topology.topics {
            partitioners[topic.name] = topic.partitioner == .murmur2 ? .murmur2 : .crc32
        }
        var configuration = configuration
        let timeout = String(CommandLineLimits.eventTimeoutMilliseconds)
        configuration.properties.merge(["message.timeout.ms": timeout]) { own, _ in own }
        producer = try KafkaProducer(configuration: configuration, partitioners: partitioners) { delivery in
            guard let error = delivery.error else { return }
            failures.add(Failure(number: delivery.token, error: error))
        }
    }

    private static let structuredHeaders = [KafkaHeader("content-type", EventEncoder.structuredContentType)]

    /// Queues one structured CloudEvent; waits when the queue is full.
    func send(topic: String, key: String, value: UnsafeRawBufferPointer, number: UInt64) throws {
        let target: KafkaProducer.Topic
        if let known = topics[topic] {
            target = known
        } else {
            target = try producer.topic(topic)
            topics[topic] = target
        }
        var key = key
        let outcome = key.withUTF8 { bytes -> Result<Void, KafkaError> in
            do throws(KafkaError) {
                return .success(
                    try producer.send(
                        target, key: UnsafeRawBufferPointer(bytes), value: value, headers: Self.structuredHeaders,
                        token: number))
            } catch {
                return .failure(error)
            }
        }
        try outcome.get()
        sent += 1
    }

    func send(topic: String, key: String, value: [UInt8], number: UInt64) throws {
        try value.withUnsafeBytes { try send(topic: topic, key: key, value: $0, number: number) }
    }

    /// Waits until every message is acknowledged or has failed; what failed, in the order it became known.
    func finish() throws -> [Failure] {
        let deadline = ContinuousClock.now + .milliseconds(CommandLineLimits.deliveryTimeoutMilliseconds)
        while producer.outstanding > 0 {
            producer.poll(timeoutMilliseconds: CommandLineLimits.deliveryPollMilliseconds)
            guard ContinuousClock.now < deadline else {
                throw CommandFailure(
                    "\(producer.outstanding) events were not acknowledged in time",
                    remedy: "Check the broker and send the same input again; what arrived is known by its id.")
            }
        }
        return failures.all
    }

    /// How many failed so far.
    var failed: Int { failures.count }

    private final class FailureLog: Sendable {
        private let state = Mutex<(kept: [Failure], count: Int)>(([], 0))

        func add(_ failure: Failure) {
            state.withLock { state in
                state.count += 1
                if state.kept.count < CommandLineLimits.reportedProblems { state.kept.append(failure) }
            }
        }

        var all: [Failure] { state.withLock { $0.kept } }
        var count: Int { state.withLock { $0.count } }
    }
}
