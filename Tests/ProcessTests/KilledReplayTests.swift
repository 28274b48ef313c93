import Foundation
import Testing

extension ProcessTests {
    @Suite("A rebuild that is killed again and again", .serialized)
    struct KilledReplayTests {
        private static let reached = """
            SELECT coalesce(sum(next_offset), 0)::bigint FROM tapefold.checkpoint JOIN tapefold.build b USING (view, build)
            WHERE b.view = 'positions' AND b.status =
            """

        @Test("at 30 %, 60 % and 90 % during live traffic: goes on, ends equal to the oracle, no reader sees a mix")
        func killed() throws {
            let events = ProcessTestLimits.replayedEvents
            let stack = try Stack()
            let tool = try Stack.program("tapefold")
            _ = try stack.startReadyWorker()
            let script = TradeScript(trades: events * 2 + 2_000_000, users: events / 50, symbols: 5)
            let feeder = try Feeder(script, to: stack, eventsPerSecond: 1_000, atOnce: events)
            try stack.waitUntilFolded(events, "positions")
            let reader = SnapshotReader(stack.databaseURL, perSecond: 50)
            for percent in [30, 60, 90] { try kill(at: percent, stack, tool) }
            let outcome = try runProgram(
                tool, ["replay", "positions", "--json"], stack.environment,
                within: ProcessTestLimits.waitSeconds(for: events))
            #expect(outcome.output.contains(#""resumed":true"#), "\(outcome.output)")
            let count = reader.count
            try eventually("snapshots after") { reader.count > count + 20 }
            let sent = try feeder.stop()
            try stack.waitUntilCaughtUp("positions")
            let snapshots = try reader.stop()
            #expect(Set(snapshots.map(\.build)).count == 2)
            try SnapshotCheck.run(snapshots, ScriptedLog(script, first: sent))
            var left = sent
            try stack.expectPositions(
                TradeOracle(script) { _ in
                    left -= 1
                    return left >= 0
                })
            #expect(stack.complaints.isEmpty, "\(stack.complaints.joined(separator: "\n"))")
        }

        /// As soon as so much of what is live is durable in the build. Small logs are held back, so that it can be hit.
        private func kill(at percent: Int, _ stack: Stack, _ tool: String) throws {
            let isSmall = ProcessTestLimits.replayedEvents <= 100_000
            let program = try RunningProgram(
                tool, ["replay", "positions"] + (isSmall ? ["--throttle", "3000"] : []), stack.environment)
            try eventually(
                "\(percent) % to be durable: \(program.output)",
                within: ProcessTestLimits.waitSeconds(for: ProcessTestLimits.replayedEvents)
            ) {
                let live = try stack.count(Self.reached + " 'live'")
                let built = try stack.count(Self.reached + " 'building'")
                return built * 100 >= live * percent || !program.process.isRunning
            }
            #expect(program.process.isRunning, "\(program.output)")
            program.process.send(signal: SIGKILL)
            program.process.wait()
        }
    }
}
