import Foundation
import Postgres
import Supervision
import Testing

extension ProcessTests {
    @Suite("A database restored to an earlier time", .serialized)
    struct RestoredDatabaseTests {
        @Test("a database restored to an earlier time: a reactor does not decide again what it decided, and goes on")
        func decidedBefore() throws {
            let stack = try Stack()
            try run(stack) {
                try produce(
                    stack, "alerts.changed", ["alertId": "a1", "condition": "crosses_above", "threshold": "100"])
                try tick(stack, "95")
            }
            try administer(stack, "CREATE DATABASE earlier TEMPLATE \(name(of: stack))")
            try run(stack) {
                try tick(stack, "105")
                try eventually("the alert in the history") { try history(stack) == ["105"] }
                try tick(stack, "98")
                try stack.waitUntilCaughtUp("triggers", "alerts")
                // A restored reactor may meet these before the ticks above, which must not spend them.
                try produce(
                    stack, "alerts.changed",
                    ["alertId": "a3", "condition": "above", "threshold": "104", "once": true])
                try produce(stack, "alerts.changed", ["alertId": "a2", "condition": "above", "threshold": "100"])
                try produce(
                    stack, "alerts.changed", ["alertId": "a1", "condition": "crosses_above", "threshold": "200"])
            }
            let before = try triggered(stack)
            #expect(before.count == 1)

            try administer(stack, "DROP DATABASE \(name(of: stack)) WITH (FORCE)")
            try administer(stack, "ALTER DATABASE earlier RENAME TO \(name(of: stack))")
            try run(stack) {
                try stack.waitUntilCaughtUp("triggers", "alerts")
                #expect(try history(stack) == ["105"])
                #expect(try triggered(stack) == before, "decided again")
                try tick(stack, "90")
                try tick(stack, "210")
                try eventually("what comes after to be decided") {
                    try history(stack).sorted() == ["105", "210", "210", "210"]
                }
            }
            #expect(try triggered(stack).count == 4)
            let said = stack.workers.flatMap { $0.lines("decided_before") }
            #expect(said.contains { $0.contains("view=triggers") && $0.contains("market.updates/") }, "\(said)")
            #expect(stack.complaints.isEmpty, "\(stack.complaints.joined(separator: "\n"))")
        }

        /// Starts workers, waits until they have seen to all that `work` gave them, and stops them cleanly.
        private func run(_ stack: Stack, _ work: () throws -> Void) throws {
            let worker = try stack.startReadyWorker("alerts")
            try work()
            try stack.waitUntilCaughtUp("triggers", "alerts")
            try eventually("the outbox to be empty") {
                try stack.count("SELECT count(*) FROM tapefold.outbox") == 0
            }
            try stack.waitUntilCaughtUp("triggers", "alerts")
            worker.process.terminate()
            worker.process.wait()
        }

        private func name(of stack: Stack) -> String { URL(filePath: stack.databaseURL).lastPathComponent }

        private func administer(_ stack: Stack, _ statement: String) throws {
            stack.disconnect()
            let url = stack.postgres.server.databaseURL(of: "postgres")
            try PostgresConnection.connect(try PostgresConfiguration(url: url)).execute(statement)
        }

        private func history(_ stack: Stack) throws -> [String] {
            let rows = try stack.database().query("SELECT trim_scale(price)::text FROM api.alert_history")
            return try (0..<rows.rowCount).map { try rows.text($0, 0) }
        }

        private func tick(_ stack: Stack, _ price: String) throws {
            try produce(stack, "market.updates", ["exchange": "NSE", "lastPrice": price])
        }

        private func produce(_ stack: Stack, _ topic: String, _ fields: [String: Any]) throws {
            var data = fields
            data["symbol"] = topic == "market.updates" ? "A" : "NSE:A"
            if topic == "alerts.changed" { data.merge(["userId": "u1", "active": true]) { $1 } }
            let path = NSTemporaryDirectory() + "tapefold-restored-\(UUID().uuidString).jsonl"
            defer { try? FileManager.default.removeItem(atPath: path) }
            try (JSONSerialization.data(withJSONObject: data) + Data("\n".utf8)).write(to: URL(filePath: path))
            try runProgram(try Stack.program("tapefold"), ["produce", topic, "--file", path], stack.environment)
        }

        /// All records, those that came twice too.
        private func triggered(_ stack: Stack) throws -> [String] {
            try runProgram(
                "kcat", ["-b", stack.brokers, "-C", "-t", "alerts.triggered", "-o", "beginning", "-e", "-q"]
            ).output.split(separator: "\n").map(String.init).sorted()
        }
    }
}
