import Events
import Foundation
import Kafka
import Testing

extension ProcessTests {
    @Suite("A log that does not fit what was folded", .serialized)
    struct StoppedLaneTests {
        @Test("a topic made anew: its lanes stop and say why, the other lanes go on, and a replay is the remedy")
        func madeAnew() throws {
            let stack = try Stack()
            let worker = try stack.startReadyWorker()
            let script = TradeScript(trades: 2_000, users: 40, correctedPerMille: 0)
            try Feeder(script, to: stack).join()
            try stack.waitUntilCaughtUp("positions")
            try recreate("trades.executed", stack)
            try eventually("four stopped lanes: \(worker.log.suffix(3_000))") {
                Set(worker.lines("lane_stopped")).count == 4
            }
            let line = try #require(worker.lines("lane_stopped").first)
            #expect(line.contains("created anew") && line.contains("tapefold replay positions"), "\(line)")
            #expect(worker.process.isRunning)
            try replayAndGoOn(stack, script)
        }

        @Test("the same while no worker runs; lanes whose log fits go on")
        func madeAnewMeanwhile() throws {
            let stack = try Stack()
            let first = try stack.startReadyWorker()
            // One user: one lane.
            let script = TradeScript(trades: 500, users: 1, correctedPerMille: 0)
            try Feeder(script, to: stack).join()
            try stack.waitUntilCaughtUp("positions")
            first.process.send(signal: SIGTERM)
            #expect(first.process.wait(timeoutMilliseconds: ProcessTestLimits.shutdownMilliseconds) == .exited(0))
            try recreate("trades.executed", stack)
            let worker = try stack.startWorker()
            try eventually("a stopped lane: \(worker.log.suffix(3_000))") { !worker.lines("lane_stopped").isEmpty }
            #expect(worker.lines("lane_stopped").count == 1)
            let others = TradeScript(trades: 500, users: 40, correctedPerMille: 0, first: 10_000)
            try Feeder(others, to: stack).join()
            try eventually("the other lanes to fold") {
                try stack.count("SELECT count(DISTINCT user_id) FROM api.trades WHERE trade_id >= 't10000'") > 20
            }
            try replayAndGoOn(stack, others)
        }

        /// Replays what the new log holds, then sends more: the worker must go on without being started again.
        private func replayAndGoOn(_ stack: Stack, _ script: TradeScript) throws {
            let isEmpty = try stack.ends("positions").values.reduce(0, +) == 0
            try runProgram(try Stack.program("tapefold"), ["replay", "positions"], stack.environment)
            var more = script
            more.first = 50_000
            try Feeder(more, to: stack).join()
            try stack.waitUntilCaughtUp("positions")
            var oracle = TradeOracle()
            if !isEmpty { script.run { oracle.record($0) } }
            more.run { oracle.record($0) }
            try stack.expectPositions(oracle)
        }

        private func recreate(_ topic: String, _ stack: Stack) throws {
            let admin = try stack.admin()
            try admin.deleteTopics([topic])
            try eventually("the topic to be gone") { try admin.describeTopic(topic) == nil }
            let outcome = try admin.createTopics([.init(name: topic, partitionCount: 4, replicationFactor: 1)])
            #expect(outcome.created == [topic])
        }

        @Test("a topic with another partition count: the worker ends with 1 and says what to do")
        func unequal() throws {
            let stack = try Stack(makesTopics: false)
            let admin = try stack.admin()
            _ = try admin.createTopics([
                .init(name: "trades.executed", partitionCount: 4, replicationFactor: 1),
                .init(name: "trades.corrected", partitionCount: 3, replicationFactor: 1),
            ])
            let worker = try stack.startWorker()
            #expect(worker.process.wait(timeoutMilliseconds: 60_000) == .exited(1))
            #expect(
                worker.log.contains("topic trades.corrected has 3 partitions, topology.json says 4"), "\(worker.log)")
            #expect(worker.log.contains("tapefold topics check"), "\(worker.log)")
        }

        @Test("topics that are not there yet: the worker waits, saying so, and starts once they are")
        func missing() throws {
            let stack = try Stack(makesTopics: false)
            let worker = try stack.startWorker()
            try eventually("the worker to say what it waits for: \(worker.log)") {
                worker.log.contains("topic trades.executed does not exist: create it with `tapefold topics create`")
            }
            try stack.makeTopics()
            try eventually("the worker to be ready") { worker.isReady }
        }

        @Test("more partitions than the view was built from: the worker ends with 1 and names the remedy")
        func repartitioned() throws {
            let stack = try Stack()
            let first = try stack.startReadyWorker()
            first.process.send(signal: SIGTERM)
            first.process.wait()
            let admin = try stack.admin()
            let topics = ["trades.executed", "trades.corrected"]
            try admin.deleteTopics(topics)
            try eventually("the topics to be gone") { try topics.allSatisfy { try admin.describeTopic($0) == nil } }
            _ = try admin.createTopics(topics.map { .init(name: $0, partitionCount: 8, replicationFactor: 1) })
            let path = stack.folder + "/topology.json"
            let text = try String(contentsOfFile: "topology/topology.json", encoding: .utf8)
            try text.replacing("\"partitions\": 4", with: "\"partitions\": 8").write(
                toFile: path, atomically: true, encoding: .utf8)
            let worker = try stack.startWorker("positions", ["TAPEFOLD_TOPOLOGY": path])
            #expect(worker.process.wait(timeoutMilliseconds: 60_000) == .exited(1))
            #expect(worker.log.contains("was built from 4 lanes, its topics have 8 partitions now"), "\(worker.log)")
            #expect(worker.log.contains("tapefold topics repartition positions --partitions 8"), "\(worker.log)")
        }
    }
}
