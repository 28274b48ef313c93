import Events
import Foundation
import Postgres
import Testing

extension ProcessTests {
    /// docs/changing-a-view.md, step by step, with the programs of examples/.
    @Suite("Changing a view", .serialized)
    struct ChangingAViewTests {
        private static let eventsPerSecond = 2_000
        private static let backlog = 20_000
        private static let before = "custom-view"
        private static let after = "custom-view-fold-2"

        static let topologyPath = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../examples/custom-view/topology.json").standardized.path

        private let variables = [Topology.environmentVariable: topologyPath]

        @Test("fold 2 takes over from fold 1 and back under traffic: readers see each figure right and miss none")
        func underTraffic() throws {
            let stack = try Stack(topology: try Topology.load(path: Self.topologyPath))
            let old = try startReady(Self.before, stack)
            let script = TradeScript(trades: 2_000_000, users: 200, symbols: 5)
            let feeder = try Feeder(script, to: stack, eventsPerSecond: Self.eventsPerSecond, atOnce: Self.backlog)
            try stack.waitUntilFolded(Self.backlog / 2, "turnover")
            let reader = TurnoverReader(stack.databaseURL)

            try refuseWithoutWorkers(stack)
            let new = try startReady(Self.after, stack)
            #expect(!new.lines("standing_by").isEmpty)
            #expect(try old.lanes(stack).count == 4, "a worker that stands by leaves the lanes alone")
            try replay(Self.after, stack)
            try expectServed(by: new, "2.1", stack)
            #expect(try stack.count("SELECT count(*) FROM api.turnover WHERE fees IS NOT NULL") > 0)

            try replay(Self.before, stack)
            try expectServed(by: old, "1.2", stack)
            #expect(try stack.count("SELECT count(*) FROM api.turnover WHERE fees IS NULL") > 0)

            try replay(Self.after, stack)
            try expectServed(by: new, "2.2", stack)
            old.process.send(signal: SIGTERM)
            #expect(old.process.wait(timeoutMilliseconds: ProcessTestLimits.shutdownMilliseconds) == .exited(0))
            let sent = try feeder.stop()
            try stack.waitUntilCaughtUp("turnover")
            try check(reader.stop(), ScriptedLog(script, first: sent))
            try checkEnd(stack, script, sent)
            #expect(stack.complaints.isEmpty, "\(stack.complaints.joined(separator: "\n"))")
        }

        private func startReady(_ program: String, _ stack: Stack) throws -> Stack.Worker {
            let worker = try stack.startWorker("turnover", variables, by: [program, "process", "turnover"])
            try eventually("\(program) to be ready; its log: \(worker.log.suffix(2_000))") { worker.isReady }
            return worker
        }

        @discardableResult
        private func replay(_ program: String, _ stack: Stack, mayFail: Bool = false) throws -> ProgramOutcome {
            try runProgram(
                try Stack.program(program), ["replay", "turnover"],
                stack.environment.merging(variables) { $1 }, mayFail: mayFail)
        }

        private func refuseWithoutWorkers(_ stack: Stack) throws {
            let refused = try replay(Self.after, stack, mayFail: true)
            #expect(refused.status == .exited(1))
            #expect(refused.output.contains("no worker of fold 2 is there"), "\(refused.output)")
            #expect(try stack.count("SELECT count(*) FROM tapefold.build WHERE view = 'turnover'") == 1)
        }

        private func expectServed(by worker: Stack.Worker, _ build: String, _ stack: Stack) throws {
            let live = try stack.database().query(
                "SELECT build FROM tapefold.build WHERE view = 'turnover' AND status = 'live'")
            #expect(try live.text(0, 0) == build)
            try eventually("\(worker.logPath) to have all lanes of \(build): \(worker.log.suffix(2_000))") {
                try worker.lanes(stack).count == 4
            }
            let folded = try stack.folded("turnover")
            try eventually("it to fold") { try stack.folded("turnover") > folded }
        }

        /// Every snapshot is exact for its own position, and positions never go back.
        private func check(_ snapshots: [TurnoverSnapshot], _ log: ScriptedLog) throws {
            var oracle = TurnoverOracle()
            var reached: [String: Int] = [:]
            for (index, snapshot) in snapshots.enumerated() {
                for (place, next) in snapshot.next {
                    let from = reached[place] ?? 0
                    try #require(Int(next) >= from, "\(place) went back from \(from) to \(next) at snapshot \(index)")
                    for event in (log.events[place] ?? [])[from..<Int(next)] { oracle.record(event) }
                    reached[place] = Int(next)
                }
                try #require(
                    snapshot.trades == oracle.trades && snapshot.turnover == oracle.turnover,
                    "snapshot \(index) of \(snapshot.build): \(snapshot), oracle: \(oracle.trades), \(oracle.turnover)")
            }
            #expect(Set(snapshots.map(\.build)) == ["1.1", "2.1", "1.2", "2.2"])
        }

        private func checkEnd(_ stack: Stack, _ script: TradeScript, _ sent: Int) throws {
            var oracle = TurnoverOracle()
            var left = sent
            script.run {
                if left > 0 { oracle.record($0) }
                left -= 1
            }
            let rows = try stack.database().query("SELECT sum(turnover)::text, sum(fees)::text FROM api.turnover")
            #expect(try rows.text(0, 0) == oracle.turnover)
            #expect(try rows.text(0, 1) == TradeScript.decimal(oracle.fees) + "000000")
            let verified = try runProgram(
                try Stack.program(Self.after), ["verify", "turnover", "--json"],
                stack.environment.merging(variables) { $1 })
            #expect(verified.output.contains("\"verified\":true"), "\(verified.output)")
        }
    }
}
