import Foundation
import Kafka
import Testing

extension ProcessTests {
    @Suite("A log whose head goes, or that gets more partitions", .serialized)
    struct RetentionTests {
        /// Two segments a partition: what comes later pushes the head out.
        private static let shortLog = ["segment.bytes": "32768", "retention.bytes": "65536"]

        private func makeTopics(_ stack: Stack, short name: String) throws {
            let outcome = try stack.admin().createTopics(
                stack.topology.topics.map {
                    .init(
                        name: $0.name, partitionCount: Int32($0.partitions), replicationFactor: 1,
                        configuration: $0.name == name ? Self.shortLog : [:])
                })
            if let failed = outcome.failed.first { throw failed.error }
        }

        /// Sends until every partition's head has gone beyond what was there before.
        private func overtake(_ topic: String, _ stack: Stack, of view: String, _ send: () throws -> Void) throws {
            let ends = try stack.ends(view)
            try send()
            for partition in 0..<4 {
                let place = TopicPartition(topic: topic, partition: Int32(partition))
                let end = ends["\(place)"] ?? 0
                try eventually("the head of \(place) to go beyond \(end)") {
                    try stack.admin().watermarks(place).low > end
                }
            }
        }

        private func waitUntilAllStop(_ worker: Stack.Worker) throws {
            try eventually("stopped lanes: \(worker.log.suffix(3_000))") {
                let lines = worker.lines("lane_stopped")
                return (0..<4).allSatisfy { lane in lines.contains { $0.contains(" lane=\(lane) ") } }
            }
        }

        @Test("overtakes a frozen market worker: its lanes stop and say so, a replay of what is left is the remedy")
        func window() throws {
            let stack = try Stack(makesTopics: false)
            try makeTopics(stack, short: "market.updates")
            let worker = try stack.startReadyWorker("market")
            try sendTicks(0..<40, stack)
            try stack.waitUntilCaughtUp("market")
            worker.process.send(signal: SIGSTOP)
            // A fetch that waits at the broker is answered with these, and no other comes from a frozen process.
            try sendTicks(40..<80, stack)
            try overtake("market.updates", stack, of: "market") { try sendTicks(80..<6_000, stack) }
            worker.process.send(signal: SIGCONT)
            try waitUntilAllStop(worker)
            let line = try #require(worker.lines("lane_stopped").first)
            #expect(line.contains("retention removed offsets") && line.contains("tapefold replay market"), "\(line)")
            // Nobody folds behind the swap: what readers see is the build's alone.
            let tool = try Stack.program("tapefold")
            try runProgram(tool, ["pause", "market"], stack.environment)
            try runProgram(tool, ["replay", "market"], stack.environment)
            #expect(try stack.count("SELECT count(*) FROM api.quotes") == Self.symbols)
            #expect(try stack.count("SELECT min(last_price)::bigint FROM api.quotes") == 5_900)
            try runProgram(tool, ["resume", "market"], stack.environment)
            // Before more comes: it would push out what stopped lanes have not begun with again.
            try stack.waitUntilCaughtUp("market")
            try sendTicks(6_000..<6_100, stack)
            try stack.waitUntilCaughtUp("market")
            #expect(try stack.count("SELECT count(*) FROM api.quotes") == Self.symbols)
            #expect(try stack.count("SELECT min(last_price)::bigint FROM api.quotes") == 6_000)
        }

        @Test(
            "overtakes a positions worker that does not run: its lanes stop, a replay is refused, rows stay as they were"
        )
        func complete() throws {
            let stack = try Stack(makesTopics: false)
            try makeTopics(stack, short: "trades.executed")
            let first = try stack.startReadyWorker()
            let script = TradeScript(trades: 60, users: 40, duplicatesPerMille: 0, correctedPerMille: 0)
            try send(script, stack)
            try stack.waitUntilCaughtUp("positions")
            first.process.send(signal: SIGTERM)
            #expect(first.process.wait(timeoutMilliseconds: ProcessTestLimits.shutdownMilliseconds) == .exited(0))
            try overtake("trades.executed", stack, of: "positions") {
                try send(TradeScript(trades: 4_000, users: 40, correctedPerMille: 0, first: 10_000), stack)
            }
            let worker = try stack.startWorker()
            try waitUntilAllStop(worker)
            let replay = try runProgram(
                try Stack.program("tapefold"), ["replay", "positions"], stack.environment, mayFail: true)
            #expect(replay.status == .exited(1))
            #expect(replay.output.contains("its history must be complete"), "\(replay.output)")
            #expect(replay.output.contains("restore the topic"), "\(replay.output)")
            #expect(worker.process.isRunning)
            var oracle = TradeOracle()
            script.run { oracle.record($0) }
            try stack.expectPositions(oracle)
        }

        private static let symbols = 40
        /// The log grows with what is sent, in batches much smaller than a segment: the last one alone is never removed.
        private static let plain = ["compression.type": "none", "batch.num.messages": "50"]

        private func send(_ script: TradeScript, _ stack: Stack) throws {
            let producer = try KafkaProducer(configuration: stack.kafka(Self.plain))
            try script.run { event in
                try producer.send(
                    KafkaMessage(topic: event.topic, key: Array(event.key.utf8), value: Array(event.json.utf8)))
            }
            try producer.flush()
        }

        /// The price counts up, so that the last tick of a symbol is known by it.
        private func sendTicks(_ range: Range<Int>, _ stack: Stack) throws {
            let producer = try KafkaProducer(configuration: stack.kafka(Self.plain))
            for number in range {
                let symbol = "SYM\(number % Self.symbols)"
                let time = TradeScript.time(TradeScript.start + Int64(number) * 1_000)
                let value = """
                    {"specversion":"1.0","id":"\(number)","source":"/process-tests",\
                    "type":"com.tapefold.market.updates.v1","time":"\(time)","subject":"\(symbol)",\
                    "data":{"symbol":"\(symbol)","exchange":"NSE","lastPrice":"\(number / 100 * 100)"}}
                    """
                try producer.send(
                    KafkaMessage(topic: "market.updates", key: Array(symbol.utf8), value: Array(value.utf8)))
            }
            try producer.flush()
        }

        @Test("a topic that grows under two workers: both stand still and name the remedy, whatever lanes they had")
        func growing() throws {
            let stack = try Stack()
            let workers = try (0..<2).map { _ in
                try stack.startWorker("positions", ["TAPEFOLD_KAFKA_TOPIC_METADATA_REFRESH_INTERVAL_MS": "500"])
            }
            try eventually("the workers to share the lanes") {
                workers.allSatisfy { worker in
                    worker.isReady && worker.lines("assigned").last?.contains(", ") == true
                }
            }
            let script = TradeScript(trades: 2_000, users: 40)
            try Feeder(script, to: stack).join()
            try stack.waitUntilCaughtUp("positions")
            try stack.grow("trades.executed", to: 8)
            for worker in workers {
                try eventually("the view to stop: \(worker.log.suffix(3_000))") { !worker.lines("topic_grew").isEmpty }
                let line = try #require(worker.lines("topic_grew").first)
                #expect(line.contains("tapefold topics repartition positions"), "\(line)")
            }
            // Known lanes have events too, and nobody folds them.
            let before = try stack.checkpoints("positions")
            var more = script
            more.first = 20_000
            try Feeder(more, to: stack).join()
            try eventually("the group to give new lanes out") {
                workers.contains { !$0.lines("unknown_lane").isEmpty }
            }
            #expect(workers.allSatisfy { $0.process.isRunning })
            #expect(try stack.checkpoints("positions") == before)
            var oracle = TradeOracle()
            script.run { oracle.record($0) }
            try stack.expectPositions(oracle)
        }
    }
}
