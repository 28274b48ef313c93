import Foundation
import Importers
import Kafka
import Synchronization
import TestKit

/// The events of a soak: the simulator's, with corrections of some of its trades in between.
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
        var random = SplitMix(seed &+ 2)
        try tape.run { topic, key, value in
            let isMisplaced = random.chance(SoakSettings.misplacedPerMille)
            let partition =
                isMisplaced
                ? (KafkaPartitioner.murmur2.partition(forKey: key, count: Self.partitions) + 1) % Self.partitions : nil
            try emit(Event(topic: topic, key: key, value: value, partition: partition))
            guard topic == "trades.executed", random.chance(SoakSettings.correctedPerMille),
                var correction = Self.correction(of: value, &random)
            else { return }
            try correction.withUTF8 {
                try emit(
                    Event(topic: "trades.corrected", key: key, value: UnsafeRawBufferPointer($0), partition: nil))
            }
        }
    }

    private static func correction(of value: UnsafeRawBufferPointer, _ random: inout SplitMix) -> String? {
        let text = String(decoding: value, as: UTF8.self)
        guard let trade = field("tradeId", text), let user = field("userId", text), let time = field("time", text)
        else { return nil }
        let change =
            switch random.below(4) {
            case 0: #""action":"void""#
            case 1: #""action":"amend","price":"\#(100 + random.below(900)).05""#
            case 2: #""action":"amend","quantity":"\#(1 + random.below(90))""#
            default: #""action":"amend","fees":"\#(random.below(20)).5""#
            }
        return """
            {"specversion":"1.0","id":"soak-\(random.next())","source":"/soak",\
            "type":"com.tapefold.trades.corrected.v1","time":"\(time)","subject":"\(user)",\
            "data":{"tradeId":"\(trade)","userId":"\(user)",\(change)}}
            """
    }

    /// A text field of the one object that an event of the simulator is.
    private static func field(_ name: String, _ text: String) -> String? {
        guard let start = text.range(of: "\"\(name)\":\"") else { return nil }
        return String(text[start.upperBound...].prefix { $0 != "\"" })
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
