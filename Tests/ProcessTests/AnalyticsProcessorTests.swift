import Importers
import Testing

extension ProcessTests {
    @Suite("Analytics", .serialized)
    struct AnalyticsProcessorTests {
        @Test("a worker killed amid late fills, then a replay: days and trades are the oracle's, and verify agrees")
        func killedReplayedVerified() throws {
            let stack = try Stack()
            let tape = SimulatedTape(
                options: SimulatorOptions(
                    events: 6_000, users: 40, symbols: 8, seed: 3, kind: .trades, duplicatesPerMille: 20,
                    outOfOrderPerMille: 50))
            let events = try tape.decoded()
            let worker = try stack.startReadyWorker("analytics")
            let feeder = try Feeder(tape, to: stack)
            try eventually("some of it to be folded") { try stack.folded("analytics") >= events.count / 4 }
            stack.kill(worker)
            _ = try stack.startWorker("analytics")
            #expect(try feeder.join() == events.count)
            try stack.waitUntilCaughtUp("analytics")
            let oracle = OracleTables(try stack.database())
            #expect(try oracle.analyticsDifferences(events) == [])
            try runProgram(try Stack.program("tapefold"), ["replay", "analytics"], stack.environment)
            #expect(try oracle.analyticsDifferences(events) == [])
            #expect(try stack.tool(["verify", "analytics"])["verified"] as? Bool == true)
            #expect(stack.complaints.isEmpty, "\(stack.complaints.joined(separator: "\n"))")
        }
    }
}
