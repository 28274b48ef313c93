import Foundation
import Kafka
import Testing

extension ProcessTests {
    @Suite("More partitions", .serialized)
    struct RepartitionTests {
        @Test("a topic that grew stops its view; repartition and replay end equal to the oracle; work goes on")
        func grown() throws {
            let stack = try Stack()
            let tool = try Stack.program("tapefold")
            let worker = try stack.startReadyWorker(
                "positions", ["TAPEFOLD_KAFKA_TOPIC_METADATA_REFRESH_INTERVAL_MS": "500"])
            let script = TradeScript(trades: 4_000, users: 120, correctedPerMille: 60)
            try Feeder(script, to: stack).join()
            try stack.waitUntilCaughtUp("positions")

            try stack.admin().growTopic("trades.executed", to: 8)
            try eventually("the view to stop: \(worker.log.suffix(2_000))") { !worker.lines("unknown_lane").isEmpty }
            let line = try #require(worker.lines("unknown_lane").first)
            #expect(line.contains("tapefold topics repartition positions"), "\(line)")
            let refused = try runProgram(
                tool, ["topics", "repartition", "positions", "--partitions", "8"], stack.environment, mayFail: true)
            #expect(refused.status == .exited(1))
            #expect(refused.output.contains("1 workers at work: stop them, or pause it"), "\(refused.output)")
            worker.process.send(signal: SIGTERM)
            #expect(worker.process.wait(timeoutMilliseconds: ProcessTestLimits.shutdownMilliseconds) == .exited(0))

            try refusals(stack, tool)
            let topology = stack.folder + "/topology8.json"
            let arguments = ["topics", "repartition", "positions", "--partitions", "8", "--topology-out", topology]
            let done = try stack.tool(arguments)
            let moved = try #require(done["moved"] as? [String: Int])
            #expect(moved["trades.executed"] ?? 0 > 500, "\(moved)")
            #expect(moved["trades.corrected"] ?? 0 > 10, "\(moved)")
            #expect(Set(done["views"] as? [String] ?? []).isSuperset(of: ["positions", "orders", "analytics"]))
            // Run again it finds all of it done.
            let again = try stack.tool(arguments)
            #expect((again["moved"] as? [String: Int])?.values.reduce(0, +) == 0)

            let variables = ["TAPEFOLD_TOPOLOGY": topology]
            try runProgram(tool, ["replay", "positions"], stack.environment.merging(variables) { $1 })
            var oracle = TradeOracle()
            script.run { oracle.record($0) }
            try stack.expectPositions(oracle)

            _ = try stack.startReadyWorker("positions", variables)
            var more = script
            more.first = 20_000
            try Feeder(more, to: stack).join()
            try eventually("no lag") { try stack.status("positions", variables)["lag"] as? Int == 0 }
            #expect((try stack.status("positions", variables)["partitions"] as? [Any])?.count == 16)
            more.run { oracle.record($0) }
            try stack.expectPositions(oracle)
            #expect(try stack.tool(["verify", "positions"], variables)["verified"] as? Bool == true)
        }

        private func refusals(_ stack: Stack, _ tool: String) throws {
            for (count, reason) in [("6", "must be a multiple of the 4"), ("16", "has 8 partitions, neither 4 nor 16")]
            {
                let outcome = try runProgram(
                    tool, ["topics", "repartition", "positions", "--partitions", count], stack.environment,
                    mayFail: true)
                #expect(outcome.status == .exited(1))
                #expect(outcome.output.contains(reason), "\(outcome.output)")
            }
        }
    }
}
