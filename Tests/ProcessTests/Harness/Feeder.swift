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

    /// - Parameter eventsPerSecond: nil sends as fast as it goes.
    init(
        _ script: TradeScript, to stack: Stack, eventsPerSecond: Int? = nil, partitioner: KafkaPartitioner = .murmur2
    ) throws {
        // Broker restarts must not cost a message: it may wait for as long as a test lasts.
        let producer = try KafkaProducer(
            configuration: stack.kafka(["message.timeout.ms": "600000"]), defaultPartitioner: partitioner)
        let thread = Thread { [self] in
            do {
                try run(script, producer, eventsPerSecond)
                try eventually("all events to be acknowledged") {
                    try producer.flush()
                    return ()
                }
                finish(nil)
            } catch is Stopped {
                finish((try? producer.flush(timeoutMilliseconds: 60_000)) == nil ? "flush after the stop" : nil)
            } catch {
                finish("\(error)")
            }
        }
        thread.stackSize = 4 << 20
        thread.start()
    }

    private struct Stopped: Error {}

    private func run(_ script: TradeScript, _ producer: KafkaProducer, _ eventsPerSecond: Int?) throws {
        let topics = [try producer.topic("trades.executed"), try producer.topic("trades.corrected")]
        let begun = ContinuousClock.now
        var count = 0
        try script.run { event in
            if stopping.load(ordering: .relaxed) { throw Stopped() }
            if let eventsPerSecond, count % 32 == 0 {
                let due = begun + .microseconds(count * 1_000_000 / eventsPerSecond)
                producer.poll()
                let wait = due - ContinuousClock.now
                if wait > .zero { usleep(UInt32(clamping: wait.components.attoseconds / 1_000_000_000_000)) }
            }
            var key = event.key
            var value = event.json
            try key.withUTF8 { key in
                try value.withUTF8 { value in
                    try producer.send(
                        topics[event.topic == "trades.executed" ? 0 : 1], key: UnsafeRawBufferPointer(key),
                        value: UnsafeRawBufferPointer(value))
                }
            }
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
