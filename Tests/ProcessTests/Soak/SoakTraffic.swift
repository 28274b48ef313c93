import Foundation
import Importers
import Kafka
import Synchronization
import TestKit

/// The events of a soak: the simulator's, with what comes with some of its trades in between.
struct SoakTape: Sendable {
    private static let partitions: Int32 = 4
    private let tape: SimulatedTape
    private let seed: UInt64

    init(_ settings: SoakSettings) {
        seed = settings.seed
        tape = SimulatedTape(
            options: SimulatorOptions(
                events: settings.events, users: SoakSettings.users, symbols: SoakSettings.symbols,
                seed: settings.seed, kind: .mixed, duplicatesPerMille: SoakSettings.duplicatesPerMille,
                outOfOrderPerMille: SoakSettings.outOfOrderPerMille))
    }

    struct Event {
        let topic: String
        let key: UnsafeRawBufferPointer
        let value: UnsafeRawBufferPointer
        /// Nil where the key says; another one for an event that a client with another partitioner sent.
        let partition: Int32?
    }

    func run(_ emit: (Event) throws -> Void) throws {
        var random = SeededRandom(seed: seed &+ 2)
        try tape.run { topic, key, value in
            let isMisplaced = random.chance(perMille: SoakSettings.misplacedPerMille)
            let partition =
                isMisplaced
                ? (KafkaPartitioner.murmur2.partition(forKey: key, count: Self.partitions) + 1) % Self.partitions : nil
            try emit(Event(topic: topic, key: key, value: value, partition: partition))
            guard topic == "trades.executed", let extras = SoakExtras(of: value) else { return }
            for var extra in extras.events(&random) {
                var key = extra.key
                try key.withUTF8 { key in
                    try extra.value.withUTF8 { value in
                        try emit(
                            Event(
                                topic: extra.topic, key: UnsafeRawBufferPointer(key),
                                value: UnsafeRawBufferPointer(value), partition: nil))
                    }
                }
            }
        }
    }
}

/// Sends a soak's events at their rate and counts what is acknowledged.
final class SoakTraffic: Sendable {
    private struct State {
        var sent = 0
        var isDone = false
        var failure: String?
    }

    private let state = Mutex(State())

    init(_ tape: SoakTape, _ settings: SoakSettings, to stack: Stack) throws {
        // Restarts and cuts must not cost a message.
        let producer = try KafkaProducer(configuration: stack.kafka(["message.timeout.ms": "600000"]))
        let rate = settings.eventsPerSecond
        let thread = Thread { [self] in
            do {
                try run(tape, producer, rate)
                try eventually("all events to be acknowledged") {
                    producer.poll(timeoutMilliseconds: 100)
                    return producer.outstanding == 0
                }
                let counts = producer.deliveryCounts
                finish(counts.failed == 0 ? nil : "\(counts.failed) events were refused: \(counts)")
            } catch {
                finish("\(error)")
            }
        }
        thread.stackSize = 4 << 20
        thread.start()
    }

    private func run(_ tape: SoakTape, _ producer: KafkaProducer, _ rate: Int) throws {
        let begun = ContinuousClock.now
        var topics: [String: KafkaProducer.Topic] = [:]
        var count = 0
        try tape.run { event in
            if count % 32 == 0 {
                producer.poll()
                let wait = begun + .microseconds(count * 1_000_000 / rate) - .now
                if wait > .zero { usleep(UInt32(clamping: wait.components.attoseconds / 1_000_000_000_000)) }
            }
            let topic = try topics[event.topic] ?? producer.topic(event.topic)
            topics[event.topic] = topic
            try producer.send(topic, partition: event.partition, key: event.key, value: event.value)
            count += 1
            if count % 256 == 0 { state.withLock { $0.sent = count } }
        }
        state.withLock { $0.sent = count }
    }

    private func finish(_ failure: String?) {
        state.withLock {
            $0.isDone = true
            $0.failure = failure
        }
    }

    var sent: Int { state.withLock { $0.sent } }

    /// Waits until every event is acknowledged; returns how many that were.
    func join() throws -> Int {
        try eventually("the traffic to end", within: 600) { state.withLock { $0.isDone } }
        if let failure = state.withLock({ $0.failure }) { throw WaitTimedOut(what: "traffic: \(failure)", seconds: 0) }
        return sent
    }
}
