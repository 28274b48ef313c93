import Engine
import Foundation
import Postgres
import Testing

extension ProcessTests {
    @Suite("Database errors that another session provokes", .serialized)
    struct DatabaseErrorTests {
        private static let tries = 5

        @Test("a deadlock whose victim is the worker: it folds the batch again")
        func deadlock() throws {
            // Long enough for the other session to close the circle before the worker looks for one.
            let stack = try Stack(Stack.Surroundings(databaseSettings: ["deadlock_timeout": "3s"]))
            let worker = try stack.startReadyWorker()
            let script = TradeScript(trades: 200, users: 1, symbols: 1)
            try Feeder(script, to: stack).join()
            try stack.waitUntilCaughtUp("positions")
            var scripts = [script]
            while worker.lines("database_retry").count(where: { $0.contains("40P01") }) == 0 {
                try #require(scripts.count <= Self.tries, "the worker was never the victim")
                scripts.append(TradeScript(trades: 200, users: 1, symbols: 1, first: scripts.count * 1_000))
                try closeCircle(stack, scripts[scripts.count - 1])
                try stack.waitUntilCaughtUp("positions")
            }
            try finish(stack, scripts)
        }

        /// Holds rows that the worker is about to write and asks for the lane that it holds then.
        private func closeCircle(_ stack: Stack, _ script: TradeScript) throws {
            let holder = try session(stack)
            // The worker looks first.
            try holder.execute("SET deadlock_timeout = '20s'")
            try holder.begin()
            try holder.query("SELECT 1 FROM \(try schema(stack)).positions FOR UPDATE")
            try Feeder(script, to: stack).join()
            try waitUntilBlocked(stack)
            // Either of the two is the victim; where it is this one, the next try may go otherwise.
            _ = try? holder.query("SELECT 1 FROM tapefold.lane WHERE view = 'positions' AND live FOR UPDATE")
            try holder.rollback()
        }

        @Test("a serialization failure: it folds the batch again")
        func serialization() throws {
            let stack = try Stack(
                Stack.Surroundings(databaseSettings: ["default_transaction_isolation": "repeatable read"]))
            let worker = try stack.startReadyWorker()
            let first = TradeScript(trades: 200, users: 1, symbols: 1)
            try Feeder(first, to: stack).join()
            try stack.waitUntilCaughtUp("positions")
            let holder = try session(stack)
            try holder.begin(.readCommitted)
            try holder.execute("UPDATE \(try schema(stack)).positions SET user_id = user_id")
            let second = TradeScript(trades: 200, users: 1, symbols: 1, first: 1_000)
            try Feeder(second, to: stack).join()
            try waitUntilBlocked(stack)
            try holder.commit()
            try eventually("a serialization failure: \(worker.log.suffix(2_000))") {
                worker.lines("database_retry").contains { $0.contains("40001") }
            }
            try finish(stack, [first, second])
        }

        private func session(_ stack: Stack) throws -> PostgresConnection {
            try PostgresConnection.connect(try PostgresConfiguration(url: stack.databaseURL))
        }

        private func schema(_ stack: Stack) throws -> String {
            try #require(try BuildCatalog(try stack.database()).liveBuild(of: "positions")).schema
        }

        private func waitUntilBlocked(_ stack: Stack) throws {
            try eventually("the worker to wait for a lock") {
                try stack.count("SELECT count(*) FROM pg_locks WHERE NOT granted") > 0
            }
        }

        private func finish(_ stack: Stack, _ scripts: [TradeScript]) throws {
            try stack.waitUntilCaughtUp("positions")
            var oracle = TradeOracle()
            for script in scripts { script.run { oracle.record($0) } }
            try stack.expectPositions(oracle)
            #expect(stack.complaints.isEmpty, "\(stack.complaints.joined(separator: "\n"))")
            #expect(try stack.count("SELECT count(*) FROM tapefold.parked_event") == 0)
        }
    }
}
