import Foundation
import Testing

extension ProcessTests {
    @Suite("Statements", .serialized)
    struct StatementTests {
        /// Design §4.4: at most so many for 1 000 events, even with every key cold.
        private static let statementsPerThousandEvents = 20.0

        @Test("with every key cold, under a backlog: keys that are new, and keys that are in the database")
        func coldKeys() throws {
            let stack = try Stack()
            var script = TradeScript(
                trades: ProcessTestLimits.coldKeys, users: ProcessTestLimits.coldKeys / 10, symbols: 10,
                duplicatesPerMille: 0, latePerMille: 0, correctedPerMille: 0)
            script.spreadsEvenly = true
            for round in 0..<2 {
                script.first = round * script.trades
                try Feeder(script, to: stack).join()
                let worker = try stack.startReadyWorker()
                try stack.waitUntilCaughtUp("positions")
                worker.process.send(signal: SIGTERM)
                #expect(worker.process.wait(timeoutMilliseconds: ProcessTestLimits.shutdownMilliseconds) == .exited(0))
                let statements = try #require(worker.last("stopped", "statements").flatMap(Double.init))
                let folded = try #require(worker.last("stopped", "folded").flatMap(Double.init))
                #expect(folded == Double(script.trades))
                #expect(statements / folded * 1_000 <= Self.statementsPerThousandEvents, "\(statements) for \(folded)")
            }
            #expect(try stack.count("SELECT count(*) FROM api.positions") == ProcessTestLimits.coldKeys)
            #expect(try stack.count("SELECT count(*) FROM api.trades") == ProcessTestLimits.coldKeys * 2)
        }
    }
}
