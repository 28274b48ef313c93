import Engine
import Foundation
import Importers
import Kafka
import Postgres
import Synchronization

/// From `send` until a reader of the database can see the event, at a steady rate.
enum LatencyStage {
    static func run(_ stack: BenchStack, note: (String) -> Void) throws -> [BenchFigure] {
        note("measuring produce-to-visible at \(BenchLimits.latencyEventsPerSecond) events/s")
        let worker = try stack.start("positions")
        defer { worker.terminate() }
        try stack.waitUntilOwned("positions")
        let watch = try VisibilityWatch(stack)
        try send(stack, watch)
        try stack.waitUntilCaughtUp("positions")
        let delays = try watch.finish().sorted()
        guard !delays.isEmpty else { throw BenchFailure(description: "nothing became visible") }
        func percentile(_ share: Double) -> Double { delays[min(delays.count - 1, Int(Double(delays.count) * share))] }
        return [
            BenchFigure("produce to visible, p50", percentile(0.50), unit: "ms"),
            BenchFigure("produce to visible, p99", percentile(0.99), unit: "ms", atMost: 150),
        ]
    }

    private static func send(_ stack: BenchStack, _ watch: VisibilityWatch) throws {
        let producer = try KafkaProducer(configuration: stack.kafka) { watch.delivered($0) }
        let topic = try producer.topic("trades.executed")
        var simulator = Simulator(
            SimulatorOptions(
                events: BenchLimits.latencyEventsPerSecond * BenchLimits.latencySeconds, users: stack.options.users,
                symbols: stack.options.symbols, seed: stack.options.seed + 1, kind: .trades))
        let begun = ContinuousClock.now
        var number = 0
        try simulator.run { (_, key, value) throws in
            let due = begun + .microseconds(number * 1_000_000 / BenchLimits.latencyEventsPerSecond)
            while ContinuousClock.now < due {
                producer.poll()
                usleep(500)
            }
            var text = key
            watch.sent(UInt64(number))
            try text.withUTF8 { bytes in
                try producer.send(topic, key: UnsafeRawBufferPointer(bytes), value: value, token: UInt64(number))
            }
            number += 1
        }
        try producer.flush(timeoutMilliseconds: BenchLimits.producerFlushMilliseconds)
    }
}

/// Notes when each event was sent, where it came to lie, and when the checkpoint in the database passed it.
final class VisibilityWatch: Sendable {
    private struct State {
        var sent: [UInt64: ContinuousClock.Instant] = [:]
        /// By partition, in offset order: the offset and the time of sending.
        var waiting: [Int32: [(offset: Int64, sent: ContinuousClock.Instant)]] = [:]
        /// By partition, every move of the checkpoint that was seen.
        var moves: [Int32: [(next: Int64, seen: ContinuousClock.Instant)]] = [:]
        var isDone = false
        var hasEnded = false
    }

    private let state = Mutex(State())

    init(_ stack: BenchStack) throws {
        let connection = try SendableConnection(PostgresConnection.connect(stack.database))
        let thread = Thread { [self] in
            while !state.withLock({ $0.isDone }) {
                look(connection.value)
                usleep(1_000)
            }
            look(connection.value)
            state.withLock { $0.hasEnded = true }
        }
        thread.start()
    }

    func sent(_ token: UInt64) {
        let now = ContinuousClock.now
        state.withLock { $0.sent[token] = now }
    }

    func delivered(_ delivery: KafkaDelivery) {
        guard let offset = delivery.offset else { return }
        state.withLock { state in
            guard let sent = state.sent.removeValue(forKey: delivery.token) else { return }
            state.waiting[delivery.topicPartition.partition, default: []].append((offset, sent))
        }
    }

    private func look(_ connection: PostgresConnection) {
        guard
            let rows = try? connection.cachedQuery(
                """
                SELECT c.lane, c.next_offset FROM tapefold.checkpoint c JOIN tapefold.build b USING (view, build)
                WHERE c.view = 'positions' AND b.status = 'live' AND c.topic = 'trades.executed'
                """)
        else { return }
        let now = ContinuousClock.now
        state.withLock { state in
            for row in 0..<rows.rowCount {
                guard let lane = try? rows.int32(row, 0), let next = try? rows.int64(row, 1) else { continue }
                if state.moves[lane]?.last?.next != next { state.moves[lane, default: []].append((next, now)) }
            }
        }
    }

    /// Milliseconds from sending to being visible, of every event.
    func finish() throws -> [Double] {
        state.withLock { $0.isDone = true }
        while !state.withLock({ $0.hasEnded }) { usleep(1_000) }
        return state.withLock { state in
            var delays: [Double] = []
            for (lane, events) in state.waiting {
                let moves = state.moves[lane] ?? []
                for event in events {
                    guard let move = moves.first(where: { $0.next > event.offset }) else { continue }
                    delays.append(Double((move.seen - event.sent) / .microseconds(1)) / 1_000)
                }
            }
            return delays
        }
    }
}

/// `@unchecked Sendable`: made on one thread and then used by the watch's thread alone.
private struct SendableConnection: @unchecked Sendable {
    let value: PostgresConnection

    init(_ value: PostgresConnection) { self.value = value }
}
