import Foundation
import Kafka
import Synchronization
import Testing

extension ProcessTests {
    @Suite("A full disk", .serialized)
    struct FullDiskTests {
        private static let brokerMebibytes = 48
        private static let databaseMebibytes = 320
        /// A message that could not be stored is told of as failed after this.
        private static let patienceMilliseconds = 2_000

        @Test(
            "under the broker's log: producers get errors, nothing acknowledged is lost, all goes on once there is space",
            .needsSmallDisk)
        func broker() throws {
            let disk = try SmallDisk(mebibytes: Self.brokerMebibytes)
            let stack = try Stack(Stack.Surroundings(brokerDisk: disk))
            let worker = try stack.startReadyWorker()
            let sender = try TokenSender(stack, patienceMilliseconds: Self.patienceMilliseconds)
            try sender.send(2_000)
            try sender.finish()
            #expect(sender.acknowledged.count == 2_000)

            try disk.fill()
            try eventually("messages to fail") {
                try sender.send(100)
                return sender.failed > 100
            }
            #expect(stack.brokerProcess?.isRunning == true, "\(stack.log("broker"))")
            // What was acknowledged before is still served, by a broker that starts on the full disk too.
            stack.killBroker()
            try stack.startBroker()
            let failed = sender.failed
            try eventually("messages to fail again") {
                try sender.send(100)
                return sender.failed > failed
            }
            #expect(stack.brokerProcess?.isRunning == true)

            disk.makeSpace()
            let acknowledged = sender.acknowledged.count
            try eventually("messages to be acknowledged again") {
                try sender.send(100)
                return sender.acknowledged.count > acknowledged + 1_000
            }
            try sender.finish()
            try stack.waitUntilCaughtUp("positions")
            try check(stack, sender)
            #expect(worker.process.isRunning)
            #expect(stack.complaints.isEmpty, "\(stack.complaints.joined(separator: "\n"))")
        }

        /// Of a message that was told of as failed it is unknown whether it was stored; the view must agree with itself.
        private func check(_ stack: Stack, _ sender: TokenSender) throws {
            let rows = try stack.database().query("SELECT trade_id FROM api.trades")
            let stored = try Set((0..<rows.rowCount).map { try rows.text($0, 0) })
            let lost = sender.acknowledged.filter { !stored.contains(TradeScript.tradeId($0)) }
            #expect(lost.isEmpty, "acknowledged and lost: \(lost.sorted().prefix(20))")
            var oracle = TradeOracle()
            for event in sender.events where stored.contains(TradeScript.tradeId(event.number)) {
                oracle.record(.trade(event))
            }
            try stack.expectPositions(oracle)
        }

        @Test("under PostgreSQL: workers wait, and all goes on once there is space", .needsSmallDisk)
        func database() throws {
            let disk = try SmallDisk(mebibytes: Self.databaseMebibytes)
            let stack = try Stack(
                Stack.Surroundings(
                    databaseDisk: disk, databaseSettings: ["max_wal_size": "64MB", "min_wal_size": "32MB"]))
            let worker = try stack.startReadyWorker()
            let script = TradeScript(trades: 60_000, users: 1_000, symbols: 10)
            let feeder = try Feeder(script, to: stack, eventsPerSecond: 10_000)
            try stack.waitUntilFolded(10_000, "positions")
            try disk.fill()
            try eventually("the worker to be refused: \(worker.log.suffix(2_000))") {
                worker.lines("database_retry").count >= 3
            }
            disk.makeSpace()
            // A server that could not write its log has ended; a supervisor starts it again.
            if !stack.postgres.server.process.isRunning { try stack.startPostgres() }
            try feeder.join()
            try eventually("the view to catch up: \(worker.log.suffix(2_000))") {
                if !stack.postgres.server.process.isRunning { try stack.startPostgres() }
                return try stack.isCaughtUp("positions")
            }
            var oracle = TradeOracle()
            script.run { oracle.record($0) }
            try stack.expectPositions(oracle)
            #expect(worker.process.isRunning)
            #expect(stack.complaints.isEmpty, "\(stack.complaints.joined(separator: "\n"))")
        }
    }
}

/// Sends numbered trades and knows of each what the producer was told.
private final class TokenSender {
    private final class Outcomes: Sendable {
        struct State {
            var acknowledged: Set<Int> = []
            var failed = 0
        }
        let state = Mutex(State())
    }

    private let outcomes = Outcomes()
    private let producer: KafkaProducer
    private(set) var events: [TradeScript.Trade] = []

    init(_ stack: Stack, patienceMilliseconds: Int) throws {
        producer = try KafkaProducer(
            configuration: stack.kafka(["message.timeout.ms": "\(patienceMilliseconds)"])
        ) { [outcomes] delivery in
            outcomes.state.withLock {
                if delivery.error == nil { $0.acknowledged.insert(Int(delivery.token)) } else { $0.failed += 1 }
            }
        }
    }

    var acknowledged: Set<Int> { outcomes.state.withLock { $0.acknowledged } }
    var failed: Int { outcomes.state.withLock { $0.failed } }

    func send(_ count: Int) throws {
        let script = TradeScript(
            trades: count, users: 50, symbols: 4, seed: UInt64(events.count + 1), duplicatesPerMille: 0,
            latePerMille: 0, correctedPerMille: 0, first: events.count)
        var trades: [TradeScript.Trade] = []
        script.run { if case .trade(let trade) = $0 { trades.append(trade) } }
        for trade in trades {
            let event = TradeScript.Event.trade(trade)
            try producer.send(
                KafkaMessage(topic: event.topic, key: Array(event.key.utf8), value: Array(event.json.utf8)),
                token: UInt64(trade.number))
        }
        events += trades
        producer.poll()
    }

    /// Waits until every message has its outcome.
    func finish() throws {
        try eventually("every message's outcome") {
            producer.poll(timeoutMilliseconds: 10)
            return producer.outstanding == 0
        }
    }
}
