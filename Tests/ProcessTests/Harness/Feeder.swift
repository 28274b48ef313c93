import Foundation
import Kafka
import Synchronization

/// Sends a script's events from a thread of its own, through restarts of the broker.
final class Feeder: Sendable {
    private struct State {
        var sent = 0
        var isDone = false
        var failure: String?
    }

    private let state = Mutex(State())
    private let stopping = Atomic<Bool>(false)

    typealias Emit = (_ topic: String, _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws -> Void

    /// - Parameters:
    ///   - eventsPerSecond: nil sends as fast as it goes.
    ///   - burst: the first so many go as fast as they can all the same.
    convenience init(
        _ script: TradeScript, to stack: Stack, eventsPerSecond: Int? = nil, atOnce burst: Int = 0,
        partitioner: KafkaPartitioner = .murmur2
    ) throws {
        try self.init(to: stack, Pace(eventsPerSecond: eventsPerSecond, burst: burst), partitioner) { emit in
            try script.run { event in
                var key = event.key
                var value = event.json
                try key.withUTF8 { key in
                    try value.withUTF8 { value in
                        try emit(event.topic, UnsafeRawBufferPointer(key), UnsafeRawBufferPointer(value))
                    }
                }
            }
        }
    }

    convenience init(_ tape: SimulatedTape, to stack: Stack) throws {
        try self.init(to: stack, Pace(eventsPerSecond: nil, burst: 0), .murmur2) { try tape.run($0) }
    }

    private struct Pace: Sendable {
        let eventsPerSecond: Int?
        let burst: Int
    }

    private init(
        to stack: Stack, _ pace: Pace, _ partitioner: KafkaPartitioner,
        _ source: @escaping @Sendable (Emit) throws -> Void
    ) throws {
        // Broker restarts must not cost a message: it may wait for as long as a test lasts.
        let producer = try KafkaProducer(
            configuration: stack.kafka(["message.timeout.ms": "600000"]), defaultPartitioner: partitioner)
        let thread = Thread { [self] in
            do {
                try run(source, producer, pace)
            } catch {
                // The simulator wraps what ends it.
                guard stopping.load(ordering: .relaxed) else { return finish("\(error)") }
            }
            do {
                try eventually("all events to be acknowledged") {
                    try producer.flush()
                    return ()
                }
                finish(nil)
            } catch {
                finish("\(error)")
            }
        }
        thread.stackSize = 4 << 20
        thread.start()
    }

    private struct Stopped: Error {}

    private func run(_ source: (Emit) throws -> Void, _ producer: KafkaProducer, _ pace: Pace) throws {
        var topics: [String: KafkaProducer.Topic] = [:]
        var begun = ContinuousClock.now
        var count = 0
        defer { state.withLock { $0.sent = count } }
        try source { name, key, value in
            if stopping.load(ordering: .relaxed) { throw Stopped() }
            if count == pace.burst { begun = .now }
            if let eventsPerSecond = pace.eventsPerSecond, count > pace.burst, count % 32 == 0 {
                producer.poll()
                let wait =
                    begun + .microseconds((count - pace.burst) * 1_000_000 / eventsPerSecond) - ContinuousClock.now
                if wait > .zero { usleep(UInt32(clamping: wait.components.attoseconds / 1_000_000_000_000)) }
            }
            let topic = try topics[name] ?? producer.topic(name)
            topics[name] = topic
            try producer.send(topic, key: key, value: value)
            count += 1
            if count % 256 == 0 { state.withLock { $0.sent = count } }
        }
    }

    private func finish(_ failure: String?) {
        state.withLock {
            $0.isDone = true
            $0.failure = failure
        }
    }

    var sent: Int { state.withLock { $0.sent } }
    var isDone: Bool { state.withLock { $0.isDone } }

    /// Waits until every event is acknowledged; returns how many that were.
    @discardableResult
    func join(within seconds: Double = ProcessTestLimits.waitSeconds * 2) throws -> Int {
        try eventually("the feeder to end", within: seconds) { isDone }
        if let failure = state.withLock({ $0.failure }) { throw WaitTimedOut(what: "feeder: \(failure)", seconds: 0) }
        return sent
    }

    /// Stops where it is; what it sent is then `sent` events of the script.
    func stop() throws -> Int {
        stopping.store(true, ordering: .relaxed)
        return try join()
    }
}
