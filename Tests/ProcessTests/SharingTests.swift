import Foundation
import Testing

extension ProcessTests {
    @Suite("Two copies of a processor", .serialized)
    struct SharingTests {
        private static let events = 100_000

        @Test("share the lanes; the lanes of a killed one go to the other")
        func killed() throws {
            let stack = try Stack()
            let (first, second) = try startTwo(stack)
            let script = TradeScript(trades: Self.events)
            let feeder = try Feeder(script, to: stack)
            try eventually("half of the events") { try stack.folded("positions") >= Self.events / 2 }
            #expect(try !first.lanes(stack).isEmpty)
            #expect(try !second.lanes(stack).isEmpty)
            stack.kill(first)
            try eventually("all lanes to be the second's") { try second.lanes(stack).count == 4 }
            try feeder.join()
            try finish(stack, script)
        }

        @Test("one whose epoch was raised is fenced; one that was stopped goes on; nothing is doubled")
        func zombie() throws {
            let stack = try Stack()
            let (first, second) = try startTwo(stack)
            let script = TradeScript(trades: Self.events * 2)
            let feeder = try Feeder(script, to: stack)
            try eventually("a tenth of the events") { try stack.folded("positions") >= Self.events / 5 }
            try raiseEpochs(stack)
            for worker in [first, second] {
                try eventually("a fenced lane: \(worker.log.suffix(2_000))") { !worker.lines("fenced").isEmpty }
            }
            first.process.send(signal: SIGSTOP)
            try eventually("all lanes to be the second's") { try second.lanes(stack).count == 4 }
            let taken = try stack.folded("positions")
            try eventually("the second to fold") { try stack.folded("positions") > taken }
            first.process.send(signal: SIGCONT)
            try eventually("both to have lanes again") {
                try !first.lanes(stack).isEmpty && !second.lanes(stack).isEmpty
            }
            try feeder.join()
            try finish(stack, script)
            #expect(first.process.isRunning && second.process.isRunning)
        }

        /// What a claim elsewhere does first. Whether a process that was stopped hears of its lost lanes from the group or
        /// from the database is a race of its threads; here only the database can tell it.
        private func raiseEpochs(_ stack: Stack) throws {
            try stack.database().query("UPDATE tapefold.lane SET owner_epoch = owner_epoch + 1 WHERE live")
        }

        @Test("restarted one after the other by SIGTERM, each ends with 0 in time")
        func rolling() throws {
            let stack = try Stack()
            let (first, second) = try startTwo(stack)
            let script = TradeScript(trades: Self.events)
            let feeder = try Feeder(script, to: stack)
            for (index, worker) in [first, second].enumerated() {
                let mark = Self.events * (index + 1) / 3
                try eventually("\(mark) events") { try stack.folded("positions") >= mark }
                worker.process.send(signal: SIGTERM)
                let status = worker.process.wait(timeoutMilliseconds: ProcessTestLimits.shutdownMilliseconds)
                #expect(status == .exited(0), "\(worker.log.suffix(2_000))")
                #expect(worker.last("stopped", "folded").flatMap(Int.init) ?? 0 > 0)
                _ = try stack.startReadyWorker()
            }
            try feeder.join()
            try finish(stack, script)
        }

        /// Both own lanes when this returns.
        private func startTwo(_ stack: Stack) throws -> (Stack.Worker, Stack.Worker) {
            let first = try stack.startReadyWorker()
            let second = try stack.startReadyWorker()
            try eventually("both to have two lanes") {
                try first.lanes(stack).count == 2 && second.lanes(stack).count == 2
            }
            return (first, second)
        }

        private func finish(_ stack: Stack, _ script: TradeScript) throws {
            var oracle = TradeOracle()
            script.run { oracle.record($0) }
            try stack.waitUntilCaughtUp("positions")
            try stack.expectPositions(oracle)
            #expect(stack.complaints.isEmpty, "\(stack.complaints.joined(separator: "\n"))")
        }
    }
}
