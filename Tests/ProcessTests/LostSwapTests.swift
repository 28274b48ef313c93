import Foundation
import TestKit
import Testing

extension ProcessTests {
    @Suite("A swap whose connection breaks", .serialized)
    struct LostSwapTests {
        private static let script = TradeScript(trades: 2_000_000, users: 500, symbols: 5)
        private static let backlog = 20_000
        private static let eventsPerSecond = 500

        private static let builds = """
            SELECT string_agg(build || ' ' || status, ', ' ORDER BY number) FROM tapefold.build WHERE view = 'positions'
            """

        /// Whether PostgreSQL committed cannot be told from the broken connection: where it did, a second swap would leave
        /// nothing to roll back to; where it did not, ending would leave the old build live.
        @Test("COMMIT's answer lost, COMMIT itself lost: one swap each, the build before is kept, rows as told")
        func lost() throws {
            let proxy = try TCPProxy()
            let stack = try Stack(Stack.Surroundings(databaseProxy: proxy))
            let tool = try Stack.program("tapefold")
            let worker = try stack.startReadyWorker()
            let feeder = try Feeder(
                Self.script, to: stack, eventsPerSecond: Self.eventsPerSecond, atOnce: Self.backlog)
            try stack.waitUntilFolded(Self.backlog, "positions")
            for (direction, builds) in [
                (ProxyDirection.toClient, "2.1 retired, 2.2 live"), (.toServer, "2.2 retired, 2.3 live"),
            ] {
                let before = proxy.counts.cut
                proxy.perform(
                    .cutBefore(
                        Array("COMMIT\0".utf8), direction, behind: Array("SET status = 'live', live_at = now()".utf8)))
                let outcome = try runProgram(tool, ["replay", "positions"], stack.environment)
                #expect(proxy.counts.cut == before + 1, "\(direction)")
                #expect(outcome.output.contains("replay_goes_on"), "\(direction): \(outcome.output)")
                let found = try stack.database().query(Self.builds).text(0, 0)
                #expect(found.hasSuffix(builds), "\(direction): \(found); \(outcome.output)")
            }
            try runProgram(tool, ["views", "rollback", "positions", "--yes"], stack.environment)
            #expect(
                try stack.count("SELECT number FROM tapefold.build WHERE view = 'positions' AND status = 'live'") == 2)
            var left = try feeder.stop()
            try stack.waitUntilCaughtUp("positions")
            try stack.expectPositions(
                TradeOracle(Self.script) { _ in
                    left -= 1
                    return left >= 0
                })
            #expect(worker.process.isRunning)
            #expect(stack.complaints.isEmpty, "\(stack.complaints.joined(separator: "\n"))")
        }
    }
}
