import Foundation
import Postgres
import TestKit
import Testing

extension ProcessTests {
    @Suite("Replay", .serialized)
    struct ReplayTests {
        private static let snapshotsPerSecond = 200
        private static let eventsPerSecond = 2_000
        private static let backlog = 60_000

        @Test("under live traffic: every snapshot is the oracle's at its own position, none goes backwards; verified")
        func underTraffic() throws {
            let stack = try Stack()
            let tool = try Stack.program("tapefold")
            _ = try stack.startReadyWorker()
            // More than will be sent: the feeder is stopped.
            let script = TradeScript(trades: 2_000_000, users: 1_000, symbols: 5)
            let feeder = try Feeder(script, to: stack, eventsPerSecond: Self.eventsPerSecond, atOnce: Self.backlog)
            try stack.waitUntilFolded(Self.backlog, "positions")
            let reader = SnapshotReader(stack.databaseURL, perSecond: Self.snapshotsPerSecond)
            try eventually("snapshots before") { reader.count > 50 }
            for _ in 0..<2 {
                try runProgram(tool, ["replay", "positions"], stack.environment)
                let count = reader.count
                try eventually("snapshots after") { reader.count > count + 100 }
            }
            let sent = try feeder.stop()
            try stack.waitUntilCaughtUp("positions")
            let snapshots = try reader.stop()
            try SnapshotCheck.run(snapshots, ScriptedLog(script, first: sent))
            #expect(Set(snapshots.map(\.build)) == ["2.1", "2.2", "2.3"])
            var oracle = TradeOracle()
            var left = sent
            script.run {
                if left > 0 { oracle.record($0) }
                left -= 1
            }
            try stack.expectPositions(oracle)
            let verified = try runProgram(tool, ["verify", "positions", "--json"], stack.environment)
            #expect(verified.output.contains("\"verified\":true"), "\(verified.output)")
            #expect(stack.complaints.isEmpty, "\(stack.complaints.joined(separator: "\n"))")
        }

        @Test(
            "killed in bulk, in its end and by SIGINT: live untouched; resumed, equal; a second one at once is refused")
        func interrupted() throws {
            let stack = try Stack()
            let tool = try Stack.program("tapefold")
            let worker = try stack.startReadyWorker()
            let script = TradeScript(trades: ProcessTestLimits.interruptedEvents, users: 2_000, symbols: 10)
            var oracle = TradeOracle()
            script.run { oracle.record($0) }
            let expected = try oracle.rows()
            try Feeder(script, to: stack).join()
            try stack.waitUntilCaughtUp("positions")

            try killInBulk(stack, tool)
            #expect(try PositionsComparison.differences(expected, try stack.database()).isEmpty)
            try refuseSecond(stack, tool)
            try withoutSwaps(stack) {
                try interrupt(stack, tool)
                try killWhen(
                    "indexed", "SELECT count(*) FROM tapefold.build WHERE status = 'building' AND indexed", stack, tool)
            }
            #expect(try PositionsComparison.differences(expected, try stack.database()).isEmpty)

            let outcome = try runProgram(tool, ["replay", "positions", "--json"], stack.environment)
            #expect(outcome.output.contains("\"resumed\":true"), "\(outcome.output)")
            #expect(try PositionsComparison.differences(expected, try stack.database()) == [])
            #expect(
                try stack.count("SELECT number FROM tapefold.build WHERE view = 'positions' AND status = 'live'") > 1)
            #expect(worker.process.isRunning)
            let verified = try runProgram(tool, ["verify", "positions", "--json"], stack.environment)
            #expect(verified.output.contains("\"verified\":true"), "\(verified.output)")

            try killRepeatedly(stack, tool)
            #expect(try PositionsComparison.differences(expected, try stack.database()) == [])
        }

        @Test("broker and database killed under it: it goes on once they are there again, equal")
        func partsKilled() throws {
            let stack = try Stack()
            let tool = try Stack.program("tapefold")
            _ = try stack.startReadyWorker()
            let script = TradeScript(trades: ProcessTestLimits.interruptedEvents, users: 1_000, symbols: 10)
            try Feeder(script, to: stack).join()
            try stack.waitUntilCaughtUp("positions")
            let first = try replayUntilDurable(stack, tool)
            stack.killBroker()
            try stack.startBroker()
            let outcome = try first.wait(mayFail: true)
            #expect(outcome.status.isSuccess, "a restart of the broker is got over: \(outcome.output)")
            let second = try replayUntilDurable(stack, tool)
            stack.killPostgres()
            try stack.startPostgres()
            // Ended in an orderly way it says so before it goes, while the rebuild folds on with indexes.
            try eventually("the rebuild to fold as live lanes do: \(second.output)") {
                second.output.contains("catching up") || !second.process.isRunning
            }
            try stack.restartPostgres(immediately: false)
            let resumed = try second.wait(mayFail: true)
            #expect(resumed.status.isSuccess, "a restart of the database is got over: \(resumed.output)")
            #expect(resumed.output.split(separator: "replay_goes_on").count > 2, "\(resumed.output)")
            var oracle = TradeOracle()
            script.run { oracle.record($0) }
            try stack.waitUntilCaughtUp("positions")
            try stack.expectPositions(oracle)
        }

        /// A rebuild that is held back, so that it is seen at work however busy the machine is.
        private func heldBack(_ stack: Stack, _ tool: String, _ options: String...) throws -> RunningProgram {
            let rate = String(ProcessTestLimits.interruptedEvents / 20)
            return try RunningProgram(tool, ["replay", "positions", "--throttle", rate] + options, stack.environment)
        }

        /// A rebuild makes a part of its log durable every ten seconds: half of this one, and then goes on.
        private func replayUntilDurable(_ stack: Stack, _ tool: String) throws -> RunningProgram {
            let program = try heldBack(stack, tool, "--fresh")
            try eventually("a part to be durable: \(program.output)") {
                try stack.count(Self.reached) > 0 || !program.process.isRunning
            }
            try #require(program.process.isRunning, "\(program.output)")
            return program
        }

        /// Keeps rebuilds from their swap, as lanes that are always busy would, so that none ends before it is hit.
        private func withoutSwaps(_ stack: Stack, _ body: () throws -> Void) throws {
            let holder = try PostgresConnection.connect(try PostgresConfiguration(url: stack.databaseURL))
            try holder.begin()
            try holder.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            try holder.query("SELECT 1 FROM tapefold.lane WHERE view = 'positions' AND live FOR UPDATE")
            try body()
            try holder.rollback()
        }

        /// At random moments, until one comes to its end.
        private func killRepeatedly(_ stack: Stack, _ tool: String) throws {
            var random = SeededRandom(seed: 3)
            for round in 1...6 {
                let program = try RunningProgram(tool, ["replay", "positions"], stack.environment)
                guard program.process.wait(timeoutMilliseconds: round * 300 + random.below(1_000)) == nil else { break }
                program.process.send(signal: SIGKILL)
                program.process.wait()
            }
            try runProgram(tool, ["replay", "positions"], stack.environment)
        }

        private static let reached = """
            SELECT coalesce(sum(next_offset), 0)::bigint FROM tapefold.checkpoint JOIN tapefold.build b USING (view, build)
            WHERE b.view = 'positions' AND b.status = 'building' AND NOT b.indexed
            """

        private func killInBulk(_ stack: Stack, _ tool: String) throws {
            let program = try replayUntilDurable(stack, tool)
            program.process.send(signal: SIGKILL)
            program.process.wait()
            let durable = try stack.count(Self.reached)
            let end = try stack.ends("positions").values.reduce(0, +)
            #expect(durable > 0 && durable < end, "\(durable) of \(end)")
        }

        private func killWhen(_ what: String, _ sql: String, _ stack: Stack, _ tool: String) throws {
            let program = try RunningProgram(tool, ["replay", "positions"], stack.environment)
            try eventually("the rebuild to be \(what): \(program.output)") {
                try stack.count(sql) > 0 || !program.process.isRunning
            }
            #expect(program.process.isRunning, "\(program.output)")
            program.process.send(signal: SIGKILL)
            program.process.wait()
        }

        private func refuseSecond(_ stack: Stack, _ tool: String) throws {
            let first = try heldBack(stack, tool)
            try eventually("the first to have its lock: \(first.output)") {
                try stack.count("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted") > 0
            }
            first.process.send(signal: SIGSTOP)
            let second = try runProgram(tool, ["replay", "positions"], stack.environment, mayFail: true)
            #expect(second.status == .exited(1))
            #expect(second.output.contains("another replay of view positions is running"), "\(second.output)")
            first.process.send(signal: SIGKILL)
            first.process.wait()
        }

        private func interrupt(_ stack: Stack, _ tool: String) throws {
            let live = try stack.count("SELECT number FROM tapefold.build WHERE view = 'positions' AND status = 'live'")
            let program = try RunningProgram(tool, ["replay", "positions"], stack.environment)
            try eventually("the rebuild to work") {
                try stack.count(
                    "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%positions_2_2%' AND pid <> pg_backend_pid()"
                ) > 0
            }
            program.process.send(signal: SIGINT)
            let outcome = try program.wait(mayFail: true)
            #expect(outcome.status == .exited(130), "\(outcome.output)")
            #expect(
                try stack.count("SELECT number FROM tapefold.build WHERE view = 'positions' AND status = 'live'")
                    == live)
        }
    }
}
