import Domain
import Foundation
import Testing

extension ProcessTests {
    @Suite("Copies as of a point", .serialized)
    struct AsOfTests {
        private static let script = TradeScript(trades: 6_000, users: 40, symbols: 3)

        @Test("by time: exactly the events not after it, whenever they came; named, listed, dropped")
        func byTime() throws {
            let (stack, tool) = try folded()
            let time = Timestamp(microseconds: TradeScript.start + 2_500 * 1_000)
            let copy = ["replay", "positions", "--as-of", time.description, "--name", "noon", "--json"]
            let made = try runProgram(tool, copy, stack.environment)
            #expect(made.output.contains(#""schema":"api_noon""#), "\(made.output)")
            let oracle = TradeOracle(Self.script) { $0.timestamp <= time }
            try expect(oracle, stack, "api_noon.")
            try stack.expectPositions(TradeOracle(Self.script))
            let again = try runProgram(tool, copy, stack.environment, mayFail: true)
            #expect(again.status == .exited(1))
            #expect(again.output.contains("there is a copy noon already"), "\(again.output)")
            let list = try runProgram(tool, ["views", "list", "--json"], stack.environment)
            #expect(list.output.contains(#""asOf":"2026-01-05T04:00:02.5"#), "\(list.output)")
            // A copy neither follows nor goes live, and a replay leaves it alone.
            try runProgram(tool, ["replay", "positions"], stack.environment)
            try expect(oracle, stack, "api_noon.")
            let promoted = try runProgram(
                tool, ["views", "promote", "positions", "2.2", "--yes"], stack.environment, mayFail: true)
            #expect(promoted.output.contains("never goes live"), "\(promoted.output)")
            try runProgram(tool, ["views", "drop", "positions", "noon", "--yes"], stack.environment)
            #expect(
                try stack.count("SELECT count(*) FROM pg_namespace WHERE nspname IN ('api_noon', 'positions_2_2')") == 0
            )
        }

        @Test("by position: the records before it; positions of other views are no matter, missing and wrong ones are")
        func byOffsets() throws {
            let (stack, tool) = try folded()
            var ends = try stack.ends("positions").mapValues { $0 / 3 }
            let text = ends.map { "\($0.key)@\($0.value)" }.joined(separator: ",")
            try runProgram(
                tool,
                ["replay", "positions", "--as-of-offsets", text + ",market.updates/0@9", "--name", "third"],
                stack.environment)
            let log = ScriptedLog(Self.script, first: .max)
            try expect(TradeOracle(log, before: ends), stack, "api_third.")

            let file = stack.folder + "/positions.txt"
            try text.replacing(",", with: "\n").write(toFile: file, atomically: true, encoding: .utf8)
            try runProgram(
                tool, ["replay", "positions", "--as-of-offsets-file", file, "--name", "same"], stack.environment)
            try expect(TradeOracle(log, before: ends), stack, "api_same.")

            func refusal(_ positions: String) throws -> String {
                let outcome = try runProgram(
                    tool, ["replay", "positions", "--as-of-offsets", positions], stack.environment, mayFail: true)
                #expect(outcome.status == .exited(2), "\(outcome.output)")
                return outcome.output
            }
            ends["trades.executed/0"] = 1_000_000
            let beyond = try refusal(ends.map { "\($0.key)@\($0.value)" }.joined(separator: ","))
            #expect(beyond.contains("trades.executed/0 ends at offset") && beyond.contains("is not there yet"))
            ends["trades.executed/0"] = nil
            let lacking = try refusal(ends.map { "\($0.key)@\($0.value)" }.joined(separator: ","))
            #expect(lacking.contains("do not say how far trades.executed/0 goes"), "\(lacking)")
            #expect(try refusal("trades.executed/x@1").contains("is no position"))
        }

        @Test("interrupted, it says how to go on or drop it, and the same command goes on")
        func interrupted() throws {
            let (stack, tool) = try folded()
            let copy = [
                "replay", "positions", "--as-of", "2026-01-05T04:00:03Z", "--name", "slow", "--throttle", "200",
            ]
            let program = try RunningProgram(tool, copy, stack.environment)
            try eventually("the copy to be begun") {
                try stack.count("SELECT count(*) FROM tapefold.build WHERE status = 'copying'") > 0
            }
            try eventually("it to fold: \(program.output)") { program.output.contains("folding") }
            program.process.send(signal: SIGINT)
            let outcome = try program.wait(mayFail: true)
            #expect(outcome.status == .exited(130), "\(outcome.output)")
            #expect(outcome.output.contains("tapefold views drop positions slow"), "\(outcome.output)")
            let rest = try runProgram(tool, Array(copy.dropLast(2)) + ["--json"], stack.environment)
            #expect(rest.output.contains(#""resumed":true"#), "\(rest.output)")
            let time = Timestamp(microseconds: TradeScript.start + 3_000_000)
            try expect(TradeOracle(Self.script) { $0.timestamp <= time }, stack, "api_slow.")
        }

        private func folded() throws -> (Stack, String) {
            let stack = try Stack()
            _ = try stack.startReadyWorker()
            try Feeder(Self.script, to: stack).join()
            try stack.waitUntilCaughtUp("positions")
            return (stack, try Stack.program("tapefold"))
        }

        private func expect(
            _ oracle: TradeOracle, _ stack: Stack, _ relations: String,
            sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            let differences = try PositionsComparison.differences(
                try oracle.rows(), try stack.database(), relations: relations)
            #expect(differences.isEmpty, "\(differences.joined(separator: "\n"))", sourceLocation: sourceLocation)
        }
    }
}
