import Foundation
import Testing

extension ProcessTests {
    @Suite("Rules and alerts", .serialized)
    struct RulesTests {
        @Test("a rule and an alert, the processors killed between event, tick and checkout: each thing once")
        func killed() throws {
            let stack = try Stack()
            var workers = [try stack.startReadyWorker("cart"), try stack.startReadyWorker("alerts")]
            func killAndStart() throws {
                for worker in workers { stack.kill(worker) }
                workers = try [stack.startWorker("cart"), stack.startWorker("alerts")]
            }
            try settle(stack)
            try produce(
                stack, "rules.changed", ["ruleId": "r1", "minPrice": "100", "maxPrice": "110", "quantity": "2"])
            try produce(
                stack, "alerts.changed",
                ["alertId": "a1", "condition": "crosses_above", "threshold": "100", "channels": ["in_app", "email"]])
            try tick(stack, "95")
            try settle(stack)
            try killAndStart()
            try tick(stack, "105")
            try eventually("the line in the cart") { try stack.count("SELECT count(*) FROM api.cart") == 1 }
            try eventually("the alert in the history") {
                try stack.count("SELECT count(*) FROM api.alert_history WHERE price = 105") == 1
            }
            try killAndStart()
            try settle(stack)
            #expect(
                try stack.count(
                    "SELECT count(*) FROM api.cart WHERE quantity = 2 AND price = 105 AND rules = '[\"r1\"]'") == 1)
            #expect(
                try stack.count("SELECT count(*) FROM api.cart_rules WHERE NOT armed AND times_fired = 1") == 1)
            #expect(try stack.count("SELECT count(*) FROM api.alerts WHERE times_triggered = 1") == 1)

            try produce(stack, "cart.changed", ["action": "checkout"])
            try eventually("the rule to be armed again") {
                try stack.count("SELECT count(*) FROM api.cart_rules WHERE armed") == 1
            }
            try settle(stack)
            try killAndStart()
            // Still inside: armed again by the checkout, it fires; the alert does not, for nothing was crossed.
            try tick(stack, "106")
            try eventually("the line in the cart again") {
                try stack.count("SELECT count(*) FROM api.cart WHERE price = 106") == 1
            }
            try settle(stack)
            #expect(try ids(stack, "cart.changed").filter { $0.hasPrefix("rules/") }.count == 2)
            #expect(try ids(stack, "orders.placed").count == 1)
            #expect(try ids(stack, "alerts.triggered").count == 1)
            #expect(try ids(stack, "notifications.send").count == 4)

            // The state of a fold before this one's: workers stand by until it is carried over, and nothing fires twice.
            for worker in workers { stack.kill(worker) }
            try makeBuildOfFold1(stack)
            workers = try [stack.startWorker("cart"), stack.startWorker("alerts")]
            let tool = try Stack.program("tapefold")
            try eventually("the reactor's state to be carried over") {
                try runProgram(tool, ["replay", "rules"], stack.environment, mayFail: true).output
                    .contains("build 2.1 is live in place of 1.1")
            }
            #expect(
                try runProgram(tool, ["replay", "rules"], stack.environment, mayFail: true).output
                    .contains("rules is a reactor"))
            try tick(stack, "107")
            try settle(stack)
            #expect(try ids(stack, "cart.changed").filter { $0.hasPrefix("rules/") }.count == 2)
            try tick(stack, "90")
            try tick(stack, "108")
            try eventually("the line at the new price") {
                try stack.count("SELECT count(*) FROM api.cart WHERE price = 108") == 1
            }
            #expect(stack.complaints.isEmpty, "\(stack.complaints.joined(separator: "\n"))")
        }

        /// Makes the live build of `rules` what fold 1 would have left.
        private func makeBuildOfFold1(_ stack: Stack) throws {
            try stack.database().execute(
                """
                INSERT INTO tapefold.build (view, build, fold, number, schema_name, status, lanes, indexed)
                SELECT view, '1.1', 1, 1, 'rules_1_1', 'retired', lanes, indexed FROM tapefold.build WHERE view = 'rules';
                UPDATE tapefold.lane SET build = '1.1' WHERE view = 'rules';
                UPDATE tapefold.checkpoint SET build = '1.1' WHERE view = 'rules';
                DELETE FROM tapefold.build WHERE view = 'rules' AND build = '2.1';
                UPDATE tapefold.build SET status = 'live' WHERE view = 'rules';
                ALTER SCHEMA rules_2_1 RENAME TO rules_1_1;
                ALTER TABLE rules_1_1.watches DROP COLUMN defined_by, DROP COLUMN rearmed_by
                """)
        }

        /// Everything is folded, and everything told.
        private func settle(_ stack: Stack) throws {
            try stack.waitUntilCaughtUp("rules", "cart", "triggers", "alerts")
            try eventually("the outbox to be empty") {
                try stack.count("SELECT count(*) FROM tapefold.outbox") == 0
            }
            try stack.waitUntilCaughtUp("rules", "cart", "triggers", "alerts")
        }

        private func tick(_ stack: Stack, _ price: String) throws {
            try produce(stack, "market.updates", ["exchange": "NSE", "lastPrice": price])
        }

        private func produce(_ stack: Stack, _ topic: String, _ fields: [String: Any]) throws {
            var data = fields.merging(["symbol": "NSE:A"]) { $1 }
            if topic == "market.updates" { data["symbol"] = "A" } else { data["userId"] = "u1" }
            if topic.hasSuffix("s.changed") { data["active"] = true }
            let path = NSTemporaryDirectory() + "tapefold-rules-\(UUID().uuidString).jsonl"
            defer { try? FileManager.default.removeItem(atPath: path) }
            try (JSONSerialization.data(withJSONObject: data) + Data("\n".utf8)).write(to: URL(filePath: path))
            try runProgram(try Stack.program("tapefold"), ["produce", topic, "--file", path], stack.environment)
        }

        /// The distinct ids of the events on a topic.
        private func ids(_ stack: Stack, _ topic: String) throws -> Set<String> {
            let outcome = try runProgram(
                "kcat", ["-b", stack.brokers, "-C", "-t", topic, "-o", "beginning", "-e", "-q"])
            return Set(
                try outcome.output.split(separator: "\n").map { line in
                    let event = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                    return try #require(event?["id"] as? String)
                })
        }
    }
}
