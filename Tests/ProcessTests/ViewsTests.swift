import Foundation
import Kafka
import Postgres
import Testing

extension ProcessTests {
    @Suite("Builds", .serialized)
    struct ViewsTests {
        private static let script = TradeScript(trades: 4_000, users: 50)

        @Test("left ready, promoted, rolled back under traffic, dropped: always equal to the oracle")
        func lifecycle() throws {
            let stack = try Stack()
            let tool = try Stack.program("tapefold")
            let worker = try stack.startReadyWorker()
            try Feeder(Self.script, to: stack).join()
            try stack.waitUntilCaughtUp("positions")
            let ready = try runProgram(tool, ["replay", "positions", "--no-swap", "--json"], stack.environment)
            #expect(ready.output.contains(#""live":false"#), "\(ready.output)")
            #expect(try states(stack) == ["2.1": "live", "2.2": "ready"])

            var more = Self.script
            more.first = 10_000
            try Feeder(more, to: stack).join()
            try runProgram(tool, ["views", "promote", "positions", "--yes"], stack.environment)
            #expect(try states(stack) == ["2.1": "retired", "2.2": "live"])

            var last = Self.script
            last.first = 20_000
            let feeder = try Feeder(last, to: stack, eventsPerSecond: 1_000)
            for expected in [["2.1": "live", "2.2": "retired"], ["2.1": "retired", "2.2": "live"]] {
                try runProgram(tool, ["views", "rollback", "positions", "--yes"], stack.environment)
                #expect(try states(stack) == expected)
            }
            try feeder.join()
            try stack.waitUntilCaughtUp("positions")
            var oracle = TradeOracle()
            for script in [Self.script, more, last] { script.run { oracle.record($0) } }
            try stack.expectPositions(oracle)
            let verified = try runProgram(tool, ["verify", "positions", "--json"], stack.environment)
            #expect(verified.output.contains(#""verified":true"#), "\(verified.output)")

            try dropping(stack, tool)
            #expect(worker.process.isRunning)
            #expect(stack.complaints.isEmpty, "\(stack.complaints)")
        }

        private func dropping(_ stack: Stack, _ tool: String) throws {
            func drop(_ words: String...) throws -> ProgramOutcome {
                try runProgram(tool, ["views", "drop", "positions"] + words, stack.environment, mayFail: true)
            }
            let live = try drop("2.2", "--yes")
            #expect(live.status == .exited(1))
            #expect(live.output.contains("is live and is not dropped"), "\(live.output)")
            let unasked = try drop("2.1")
            #expect(unasked.status == .exited(2))
            #expect(unasked.output.contains("say --yes"), "\(unasked.output)")
            #expect(try drop("2.7", "--yes").output.contains("no build or copy 2.7"))
            #expect(try drop("2.1", "--yes").status.isSuccess)
            #expect(try states(stack) == ["2.2": "live"])
            let none = try runProgram(
                tool, ["views", "rollback", "positions", "--yes"], stack.environment, mayFail: true)
            #expect(none.output.contains("no build that was live before"), "\(none.output)")
        }

        @Test("the builds that were live are kept as asked for; the list says what there is")
        func kept() throws {
            let stack = try Stack()
            let tool = try Stack.program("tapefold")
            _ = try stack.startReadyWorker()
            try Feeder(Self.script, to: stack).join()
            try stack.waitUntilCaughtUp("positions")
            try runProgram(tool, ["replay", "positions", "--keep", "2"], stack.environment)
            try runProgram(tool, ["replay", "positions", "--keep", "2"], stack.environment)
            #expect(try states(stack) == ["2.1": "retired", "2.2": "retired", "2.3": "live"])
            try runProgram(tool, ["replay", "positions"], stack.environment)
            #expect(try states(stack) == ["2.3": "retired", "2.4": "live"])
            try runProgram(tool, ["replay", "positions", "--keep", "0"], stack.environment)
            #expect(try states(stack) == ["2.5": "live"])
            let list = try runProgram(tool, ["views", "list", "positions", "--json"], stack.environment)
            struct List: Decodable {
                struct Entry: Decodable {
                    let build: String
                    let status: String
                    let lag: Int
                    let bytes: Int
                    let offsets: [String: Int]
                    let liveSince: String?
                }
                let builds: [Entry]
            }
            let entry = try #require(try JSONDecoder().decode(List.self, from: Data(list.output.utf8)).builds.first)
            #expect(entry.build == "2.5" && entry.status == "live" && entry.lag == 0 && entry.bytes > 100_000)
            #expect(entry.offsets.mapValues(Int64.init) == (try stack.checkpoints("positions")))
            #expect(entry.liveSince != nil)
        }

        @Test("refused while no worker serves the view, and with --force done; memory's limit changes no row")
        func withoutWorker() throws {
            let stack = try Stack()
            let tool = try Stack.program("tapefold")
            let worker = try stack.startReadyWorker()
            // More books than one megabyte holds.
            let script = TradeScript(trades: 10_000, users: 1_000)
            try Feeder(script, to: stack).join()
            try stack.waitUntilCaughtUp("positions")
            worker.process.send(signal: SIGTERM)
            worker.process.wait()
            let refused = try runProgram(tool, ["replay", "positions"], stack.environment, mayFail: true)
            #expect(refused.status == .exited(1))
            #expect(
                refused.output.contains("no worker of fold 2 is there")
                    && refused.output.contains("--force"),
                "\(refused.output)")
            let forced = try runProgram(
                tool, ["replay", "positions", "--force", "--memory", "1", "--json"], stack.environment)
            #expect(forced.output.contains(#""spilled":true"#), "\(forced.output)")
            try stack.expectPositions(TradeOracle(script))
        }

        @Test("catching up more slowly than the live build goes on: lanes are held for moments, and it ends")
        func overtakes() throws {
            let stack = try Stack()
            let tool = try Stack.program("tapefold")
            _ = try stack.startReadyWorker()
            let script = TradeScript(trades: 2_000_000, users: 500)
            let feeder = try Feeder(script, to: stack, eventsPerSecond: 2_000, atOnce: 3_000)
            try stack.waitUntilFolded(3_000, "positions")
            let outcome = try runProgram(
                tool, ["replay", "positions", "--throttle", "1500", "--json"], stack.environment)
            #expect(outcome.output.contains(#""heldLanes":true"#), "\(outcome.output)")
            let sent = try feeder.stop()
            try stack.waitUntilCaughtUp("positions")
            var left = sent
            try stack.expectPositions(
                TradeOracle(script) { _ in
                    left -= 1
                    return left >= 0
                })
            #expect(stack.complaints.isEmpty, "\(stack.complaints)")
        }

        @Test("bad records are told of one by one at first, then counted")
        func badRecords() throws {
            let stack = try Stack()
            let tool = try Stack.program("tapefold")
            _ = try stack.startReadyWorker()
            let bad = (0..<40).map {
                KafkaMessage(topic: "trades.executed", key: Array("user-\($0)".utf8), value: Array("{\"da".utf8))
            }
            _ = try KafkaProducer(configuration: stack.kafka()).sendAndWait(bad)
            try stack.waitUntilCaughtUp("positions")
            let outcome = try runProgram(tool, ["replay", "positions"], stack.environment)
            let lines = outcome.output.split(separator: "\n")
            #expect(lines.count { $0.contains("event=parked") } == 5, "\(outcome.output)")
            #expect(
                lines.contains { $0.contains("event=bad_records") && $0.contains("parked=40") }, "\(outcome.output)")
        }

        private func states(_ stack: Stack) throws -> [String: String] {
            let rows = try stack.database().query("SELECT build, status FROM tapefold.build WHERE view = 'positions'")
            return try Dictionary(
                uniqueKeysWithValues: (0..<rows.rowCount).map { (try rows.text($0, 0), try rows.text($0, 1)) })
        }
    }
}
