import Foundation
import Importers
import TestKit
import Testing

extension ProcessTests {
    @Suite("Killed with SIGKILL in the middle", .serialized)
    struct CrashTests {
        private enum Victim: CaseIterable {
            case worker, broker, database
        }

        /// Every part is killed so many times.
        private static let rounds = 3

        @Test("worker, broker and database, each several times: every row is as the oracle says")
        func everything() throws {
            let stack = try Stack()
            let script = TradeScript(trades: ProcessTestLimits.faultEvents, users: 2_000, symbols: 10)
            var oracle = TradeOracle()
            var total = 0
            script.run {
                oracle.record($0)
                total += 1
            }
            var worker = try stack.startReadyWorker()
            let feeder = try Feeder(script, to: stack)
            var random = SeededRandom(seed: 11)
            let victims = (0..<Self.rounds).flatMap { _ in Victim.allCases.shuffled(using: &random) }
            for (index, victim) in victims.enumerated() {
                let mark = total * (index + 1) / (victims.count + 1) - random.below(total / 20)
                try eventually("\(mark) events to be folded") { try stack.folded("positions") >= mark }
                try hit(victim, stack, &worker, &random)
            }
            try feeder.join()
            try stack.waitUntilCaughtUp("positions")
            try stack.expectPositions(oracle)
            #expect(stack.complaints.isEmpty, "\(stack.complaints.joined(separator: "\n"))")
            #expect(oracle.duplicates > 0)
            #expect(try stack.count("SELECT count(*) FROM tapefold.parked_event") == 0)
        }

        @Test("all processors, broker and database with simulated events: every view is as the oracles say")
        func allViews() throws {
            let stack = try Stack()
            let tape = SimulatedTape(
                options: SimulatorOptions(
                    events: Self.simulatedEvents, users: 1_000, symbols: 20, seed: 3, kind: .mixed,
                    duplicatesPerMille: 30, outOfOrderPerMille: 20))
            let events = try tape.decoded()
            var workers: [String: Stack.Worker] = [:]
            for view in Self.views { workers[view] = try stack.startReadyWorker(view) }
            let feeder = try Feeder(tape, to: stack)
            var random = SeededRandom(seed: 17)
            let victims =
                Self.views + ["broker", "database"] + Self.views.shuffled(using: &random) + ["database", "broker"]
            // Every record is folded by the market's or by the orders' processor.
            for (index, victim) in victims.enumerated() {
                let mark = events.count * (index + 1) / (victims.count + 2)
                try eventually("\(mark) events to be folded") {
                    try stack.folded("market") + stack.folded("orders") >= mark
                }
                switch victim {
                case "broker":
                    stack.killBroker()
                    try stack.startBroker()
                case "database":
                    stack.killPostgres()
                    try stack.startPostgres()
                default:
                    if let worker = workers[victim] { stack.kill(worker) }
                    workers[victim] = try stack.startWorker(victim)
                }
            }
            #expect(try feeder.join() == events.count)
            try stack.waitUntilCaughtUp("positions", "orders", "market")
            let differences = try OracleTables(try stack.database()).differences(events)
            #expect(differences.isEmpty, "\(differences.joined(separator: "\n"))")
            #expect(stack.complaints.isEmpty, "\(stack.complaints.joined(separator: "\n"))")
            #expect(try stack.count("SELECT count(*) FROM tapefold.parked_event") == 0)
        }

        private static let views = ["positions", "orders", "market"]
        private static let simulatedEvents = 200_000

        private func hit(_ victim: Victim, _ stack: Stack, _ worker: inout Stack.Worker, _ random: inout SeededRandom)
            throws
        {
            usleep(UInt32(random.below(100_000)))
            switch victim {
            case .worker:
                stack.kill(worker)
                worker = try stack.startWorker()
            case .broker:
                stack.killBroker()
                usleep(UInt32(random.below(500_000)))
                try stack.startBroker()
            case .database:
                stack.killPostgres()
                usleep(UInt32(random.below(500_000)))
                try stack.startPostgres()
            }
        }
    }
}
