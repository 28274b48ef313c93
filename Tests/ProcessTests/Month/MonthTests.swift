import Engine
import Foundation
import Projections
import Testing

extension ProcessTests {
    /// A month of many people through real processes. `TAPEFOLD_MONTH_EVENTS=30000000` has 2 million trades and 20 million
    /// ticks and takes an hour or two; the same at a size for every day, in memory, is SimulatedMonthTests.
    @Suite(
        "A simulated month", .serialized,
        .enabled(if: ProcessTestLimits.monthEvents > 0, "runs where TAPEFOLD_MONTH_EVENTS says of how many events"))
    struct MonthTests {
        /// What an oracle works out anew from the log.
        private static let judged = ["market", "positions", "orders", "analytics", "cash", "cart"]

        private var patience: Double { ProcessTestLimits.waitSeconds(for: ProcessTestLimits.monthEvents) * 2 }

        @Test("every view equals its naive oracle, row for row, live and after a replay")
        func month() throws {
            let stack = try Stack(Stack.Surroundings(databaseSettings: ["max_connections": "300"]))
            let tool = try Stack.program("tapefold")
            let views = stack.topology.views.map(\.name)
            for view in views { _ = try stack.startReadyWorker(view) }
            try runProgram(
                tool,
                [
                    "simulate", "--kind", "days", "--days", "22", "--events", "\(ProcessTestLimits.monthEvents)",
                    "--users", "1000",
                    "--symbols", "50", "--ticks", "700", "--disorder", "hostile", "--seed", "2026",
                ], stack.environment, within: patience)
            note("sent")
            // Firings lead to carts, these to orders and notifications.
            for _ in 0..<2 { for view in views { try stack.waitUntilCaughtUp(view, within: patience) } }
            note("folded: \(try stack.count("SELECT count(*) FROM api.trades")) trades, parked \(try parked(stack))")
            try compare(stack)
            note("compared")
            let registry = ViewRegistry.standard
            for view in views where !registry.isReactor(view) {
                try runProgram(tool, ["replay", view], stack.environment, within: patience)
                if Self.judged.contains(view) { continue }
                let verified = try runProgram(tool, ["verify", view, "--json"], stack.environment, within: patience)
                #expect(verified.output.contains(#""verified":true"#), "\(verified.output)")
            }
            note("replayed")
            try compare(stack)
            #expect(try parked(stack) == 0)
            #expect(stack.complaints.isEmpty, "\(stack.complaints.joined(separator: "\n"))")
        }

        private func parked(_ stack: Stack) throws -> Int {
            try stack.count("SELECT count(*) FROM tapefold.parked_event")
        }

        /// A lane at a time: the whole month is more than one would want in memory.
        private func compare(_ stack: Stack) throws {
            let log = SoakLog(stack)
            let tables = OracleTables(try stack.database())
            var trades = 0
            var ticks = 0
            for lane in 0..<SoakLog.lanes {
                let events = try log.events(lane: lane) { _, topic, isInPlace in
                    if isInPlace, topic == "trades.executed" { trades += 1 }
                    if isInPlace, topic == "market.updates" { ticks += 1 }
                }
                let part = (number: lane, count: SoakLog.lanes)
                let differences =
                    try tables.differences(events, lane: part) + tables.analyticsDifferences(events, lane: part)
                    + tables.cashDifferences(events, lane: part) + tables.cartDifferences(events, lane: part)
                #expect(differences.isEmpty, "\(differences.joined(separator: "\n"))")
                note("lane \(lane): \(events.count) events, \(differences.count) differences")
            }
            note("\(trades) records of trades and \(ticks) of ticks compared")
            #expect(trades > 0 && ticks > 0)
        }

        private func note(_ text: String) { print("month: \(text)") }
    }
}
