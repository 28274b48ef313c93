import Foundation
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
            var random = SplitMix(11)
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

        private func hit(_ victim: Victim, _ stack: Stack, _ worker: inout Stack.Worker, _ random: inout SplitMix)
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
