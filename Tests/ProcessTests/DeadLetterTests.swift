import Foundation
import Kafka
import Postgres
import Testing

extension ProcessTests {
    @Suite("Parked events, their copies, retries and drops", .serialized)
    struct DeadLetterTests {
        /// Its book is beyond any quantity once `tooMuch` is in it too.
        private static let huge = trade(9_000_001, quantity: 89_000_000_000)
        private static let tooMuch = trade(9_000_002, quantity: 9_000_000_000)
        private static let user = 7
        private static let symbol = 3
        private static let key = "user-7|main|NSE:SYM3"

        private static func trade(_ number: Int, quantity: Int64, side: Bool = true) -> TradeScript.Trade {
            TradeScript.Trade(
                number: number, user: user, symbol: symbol, isBuy: side, quantity: quantity, price: 100, fees: 0,
                executedAt: TradeScript.start + Int64(number))
        }

        /// What one event that can't be folded leaves out: the events of its book behind it.
        private struct Expected {
            var oracle = TradeOracle()
            var parked: [TradeScript.Event] = []

            mutating func record(_ event: TradeScript.Event, isBehind: Bool) {
                if isBehind, case .trade(let trade) = event, trade.user == user, trade.symbol == symbol {
                    parked.append(event)
                } else {
                    oracle.record(event)
                }
            }
        }

        @Test("one in 100 000: its book waits, all else is right; mended and retried the whole is, and a replay agrees")
        func poison() throws {
            let stack = try Stack()
            let worker = try stack.startReadyWorker()
            let scripts = [
                TradeScript(trades: 50_000, seed: 1), TradeScript(trades: 50_000, seed: 2, first: 50_000),
            ]
            var expected = Expected()
            scripts[0].run { expected.record($0, isBehind: false) }
            expected.record(.trade(Self.huge), isBehind: false)
            expected.record(.trade(Self.tooMuch), isBehind: true)
            scripts[1].run { expected.record($0, isBehind: true) }
            try Feeder(scripts[0], to: stack).join()
            try stack.send([TradeScript.Event.trade(Self.huge).message, TradeScript.Event.trade(Self.tooMuch).message])
            try Feeder(scripts[1], to: stack).join()
            try stack.waitUntilCaughtUp("positions")
            #expect(expected.parked.count > 5)
            try stack.expectPositions(expected.oracle)
            try expectList(stack, expected.parked)
            try expectCopies(stack, expected.parked)
            // Nothing is mended yet: it fails again, and a verify agrees with what is held back.
            let inVain = try stack.dlqJSON("retry", "positions", succeeds: false)
            #expect(inVain["failed"] as? Int == 1)
            #expect(try stack.parkedCount() == expected.parked.count)
            try expectVerified(stack)

            let void = TradeScript.Correction(
                number: Self.huge.number, trade: Self.huge.number, user: Self.user, change: .void)
            try stack.send([TradeScript.Event.correction(void).message])
            try stack.waitUntilCaughtUp("positions")
            let retried = try stack.dlqJSON("retry", "positions", "--key", Self.key)
            #expect(retried["folded"] as? Int == expected.parked.count, "\(retried)")
            #expect(try stack.parkedCount() == 0)
            expected.oracle.record(.correction(void))
            for event in expected.parked { expected.oracle.record(event) }
            try stack.expectPositions(expected.oracle)
            try expectVerified(stack)
            try runProgram(try Stack.program("tapefold"), ["replay", "positions"], stack.environment)
            try stack.expectPositions(expected.oracle)
            #expect(try stack.parkedCount() == 0)
            #expect(stack.complaints.isEmpty, "\(stack.complaints.joined(separator: "\n"))")
            #expect(worker.process.isRunning)
        }

        private func expectList(_ stack: Stack, _ parked: [TradeScript.Event]) throws {
            let list = try stack.dlqJSON("list", "positions")
            #expect(list["events"] as? Int == parked.count)
            #expect(list["keys"] as? Int == 1)
            let items = try #require(list["items"] as? [[String: Any]])
            let first = try #require(items.first)
            #expect(items.count == 1)
            #expect(first["key"] as? String == Self.key)
            #expect(first["code"] as? String == "book_refused")
            #expect(first["waiting"] as? Int == parked.count - 1)
            #expect((first["eventTime"] as? String)?.hasPrefix("2026-01-05T") == true)
            let event = try #require(first["event"] as? String)
            let shown = try stack.dlq("show", "positions", event)
            for text in ["code      book_refused", "trades.corrected", "id        e9000002 of /process-tests"] {
                #expect(shown.contains(text), "\(shown)")
            }
            #expect(shown.contains("\(parked.count - 1) later events of its key"), "\(shown)")
            #expect(shown.contains(parked[0].json), "\(shown)")
            let all = try stack.dlqJSON("list", "positions", "--all", "--code", "behind_parked", "--since", "1h")
            #expect((all["items"] as? [Any])?.count == min(parked.count - 1, 100))
            #expect(try stack.dlq("list", "positions", "--key", "user-8|*").contains("none of them"))
            let plan = try stack.dlqJSON("retry", "positions", "--dry-run")
            #expect(plan["events"] as? Int == parked.count)
        }

        private func expectCopies(_ stack: Stack, _ parked: [TradeScript.Event]) throws {
            try eventually("a copy of each") {
                try stack.count("SELECT count(*) FROM tapefold.parked_event WHERE copied_at IS NULL") == 0
            }
            let copies = try stack.records("trades.executed.positions.dlq")
            #expect(copies.map(\.value) == parked.map { Array($0.json.utf8) })
            let first = try #require(copies.first)
            #expect(first.key == Array("user-7".utf8))
            let headers = Dictionary(
                uniqueKeysWithValues: first.headers.map { ($0.name, String(decoding: $0.value ?? [], as: UTF8.self)) })
            #expect(headers["tapefold-view"] == "positions")
            #expect(headers["tapefold-topic"] == "trades.executed")
            #expect(headers["tapefold-code"] == "book_refused")
            #expect(headers["tapefold-parking-key"] == Self.key)
            #expect(headers["tapefold-partition"] == first.partition.map { "\($0)" })
            #expect(headers["tapefold-offset"].flatMap { Int64($0) } != nil)
        }

        private func expectVerified(_ stack: Stack, sourceLocation: SourceLocation = #_sourceLocation) throws {
            let verified = try runProgram(
                try Stack.program("tapefold"), ["verify", "positions", "--json"], stack.environment, mayFail: true)
            #expect(
                verified.output.contains("\"verified\":true"), "\(verified.output)", sourceLocation: sourceLocation)
        }

        @Test("a retry asked for while no worker runs, and its worker killed in the middle: each event folded once")
        func killedInRetry() throws {
            let stack = try Stack()
            var worker = try stack.startReadyWorker()
            let script = TradeScript(
                trades: 8_000, users: 1, symbols: 1, duplicatesPerMille: 0, correctedPerMille: 0)
            var oracle = TradeOracle()
            script.run { oracle.record($0) }
            let broken = try breakingMessage(of: script)
            try stack.send([broken])
            try Feeder(script, to: stack).join()
            try stack.waitUntilCaughtUp("positions")
            #expect(try stack.parkedCount() == 8_001)
            stack.kill(worker)
            let place = try firstParked(stack)
            let asked = try stack.dlqJSON(
                "drop", "positions", "--event", place, "--reason", "test", "--wait", "0", succeeds: false)
            #expect(asked["queued"] as? Int == 1)
            for _ in 0..<3 {
                let before = try stack.count("SELECT folded FROM tapefold.parking_request")
                worker = try stack.startWorker()
                try eventually("some to be folded: \(worker.log.suffix(2_000))") {
                    try stack.count("SELECT folded FROM tapefold.parking_request") > before
                }
                stack.kill(worker)
            }
            _ = try stack.startWorker()
            try eventually("the retry to be done") {
                try stack.count("SELECT count(*) FROM tapefold.parking_request WHERE finished_at IS NOT NULL") == 1
            }
            #expect(try stack.count("SELECT folded FROM tapefold.parking_request") == 8_000)
            #expect(try stack.count("SELECT dropped FROM tapefold.parking_request") == 1)
            #expect(try stack.parkedCount() == 0)
            try stack.expectPositions(oracle)
            try expectVerified(stack)
        }

        @Test("a drop is obeyed by verify, replay and, exported and imported, by another database")
        func dropped() throws {
            let stack = try Stack()
            _ = try stack.startReadyWorker()
            let good = Self.trade(1, quantity: 10)
            let conflicting = Self.trade(1, quantity: 11)
            let next = Self.trade(2, quantity: 5)
            try stack.send([good, conflicting, next].map { TradeScript.Event.trade($0).message })
            try stack.waitUntilCaughtUp("positions")
            #expect(try stack.parkedCount() == 2)
            let place = try firstParked(stack)
            let result = try stack.dlqJSON("drop", "positions", "--code", "conflicting_duplicate", "--reason", "no")
            #expect(result["dropped"] as? Int == 1)
            #expect(result["folded"] as? Int == 1)
            var oracle = TradeOracle()
            for trade in [good, next] { oracle.record(.trade(trade)) }
            try expectBoth(stack, oracle, parked: 0)
            let file = stack.folder + "/decisions.jsonl"
            try stack.dlq("export", "positions", "--file", file)
            // Written to, not replaced by a file.
            #expect(
                try stack.dlq("export", "positions", "--file", "/dev/full", succeeds: false).contains("cannot write"))
            let text = try String(contentsOfFile: file, encoding: .utf8)
            for part in [#""code":"conflicting_duplicate""#, #""note":"no""#, #""eventId":"e1""#, "recordHash"] {
                #expect(text.contains(part), "\(text)")
            }

            // A database that knows nothing of it parks the event again; the decision from the file heals it.
            try stack.database().execute("DELETE FROM tapefold.decision")
            try expectReplayed(stack, parked: 2)
            let imported = try stack.dlqJSON("import", "--file", file)
            #expect(imported["added"] as? Int == 1)
            #expect(imported["parked"] as? Int == 1)
            try eventually("the lane to obey") { try stack.parkedCount() == 0 }
            try expectBoth(stack, oracle, parked: 0)
            #expect(try stack.dlqJSON("import", "--file", file)["known"] as? Int == 1)
            #expect(try stack.dlq("show", "positions", place, succeeds: false).contains("dlq export positions"))
            #expect(try stack.dlq("drop", "positions", "--event", place, succeeds: false).contains("is not parked"))
        }

        @Test("dropped after a build had folded it: that build is not promoted, and one under way begins anew")
        func droppedLate() throws {
            let stack = try Stack()
            let tool = try Stack.program("tapefold")
            _ = try stack.startReadyWorker()
            try stack.database().execute(
                "ALTER TABLE positions_2_1.trades ADD CONSTRAINT refused CHECK (trade_id <> 't12')")
            let trades = (10..<15).map { Self.trade($0, quantity: 1) }
            try stack.send(trades.map { TradeScript.Event.trade($0).message })
            try stack.waitUntilCaughtUp("positions")
            var oracle = TradeOracle()
            for trade in trades where trade.number != 12 { oracle.record(.trade(trade)) }
            // New builds lack what the live one's table refuses.
            try runProgram(tool, ["replay", "positions", "--no-swap"], stack.environment)
            #expect(try stack.parkedCount() == 3)
            try makeUnfinished(stack, tool)
            let dropped = try stack.dlqJSON("drop", "positions", "--event", firstParked(stack), "--reason", "not ours")
            #expect(dropped["dropped"] as? Int == 1, "\(dropped)")

            let refused = try runProgram(
                tool, ["views", "promote", "positions", "2.2", "--yes"], stack.environment, mayFail: true)
            #expect(refused.status == .exited(1))
            #expect(refused.output.contains("which was dropped since"), "\(refused.output)")
            try stack.expectPositions(oracle)
            for words in [["replay", "positions", "--json"], Self.asOfCopy] {
                let anew = try runProgram(tool, words, stack.environment)
                #expect(anew.output.contains("event=replay_begins_anew"), "\(anew.output)")
            }
            let copied = try stack.database().query("SELECT count(*) FROM api_late.trades")
            #expect(try copied.int64(0, 0) == 4)
            try stack.expectPositions(oracle)
            try expectVerified(stack)
        }

        private static let asOfCopy = ["replay", "positions", "--as-of", "2026-12-01T00:00:00Z", "--name", "late"]

        /// A build and a copy that have folded all of the log and whose replays did not end.
        private func makeUnfinished(_ stack: Stack, _ tool: String) throws {
            try runProgram(tool, ["replay", "positions", "--no-swap"], stack.environment)
            try stack.database().execute(
                "UPDATE tapefold.build SET status = 'building' WHERE view = 'positions' AND build = '2.3'")
            try runProgram(tool, Self.asOfCopy, stack.environment)
            try stack.database().execute("UPDATE tapefold.build SET status = 'copying' WHERE copy_name = 'late'")
        }

        private func expectBoth(_ stack: Stack, _ oracle: TradeOracle, parked: Int) throws {
            try stack.expectPositions(oracle)
            try expectVerified(stack)
            try expectReplayed(stack, parked: parked)
            try stack.expectPositions(oracle)
        }

        private func expectReplayed(_ stack: Stack, parked: Int) throws {
            try runProgram(try Stack.program("tapefold"), ["replay", "positions"], stack.environment)
            #expect(try stack.parkedCount() == parked)
        }

        @Test("more than one key: nothing without --yes where nobody can be asked")
        func several() throws {
            let stack = try Stack()
            _ = try stack.startReadyWorker()
            let broken = try [1, 2, 3].map { try breakingMessage(of: TradeScript(trades: 1, users: 50, seed: $0)) }
            try stack.send(broken)
            try stack.waitUntilCaughtUp("positions")
            #expect(try stack.parkedCount() == 3)
            let refused = try runProgram(
                try Stack.program("tapefold"), ["dlq", "retry", "positions"], stack.environment, mayFail: true)
            #expect(refused.status == .exited(2))
            #expect(refused.output.contains("retry 3 keys of view positions"), "\(refused.output)")
            #expect(try stack.count("SELECT count(*) FROM tapefold.parking_request") == 0)
            let all = try stack.dlqJSON("retry", "positions", "--yes", succeeds: false)
            #expect(all["failed"] as? Int == 3)
            let dropped = try stack.dlqJSON("drop", "positions", "--topic", "trades.executed", "--limit", "2", "--yes")
            #expect(dropped["dropped"] as? Int == 2)
            #expect(try stack.parkedCount() == 1)
        }

        @Test("policy stop: the lane stops and says why; dropped, it goes on by itself")
        func stopped() throws {
            let stack = try Stack()
            let path = stack.folder + "/topology.json"
            try String(contentsOfFile: "topology/topology.json", encoding: .utf8).replacing(
                "\"parkingKey\": \"user+book\",\n      \"policy\": \"park\"",
                with: "\"parkingKey\": \"user+book\",\n      \"policy\": \"stop\""
            ).write(toFile: path, atomically: true, encoding: .utf8)
            let worker = try stack.startWorker("positions", ["TAPEFOLD_TOPOLOGY": path])
            try eventually("the worker to be ready: \(worker.log)") { worker.isReady }
            let trades = [1, 3].map { Self.trade($0, quantity: 1) }
            let broken = KafkaMessage(
                topic: "trades.executed", key: Array("user-7".utf8), value: Array("{\"data\":".utf8))
            try stack.send([TradeScript.Event.trade(trades[0]).message, broken])
            try stack.send([TradeScript.Event.trade(trades[1]).message])
            try eventually("the lane to stop: \(worker.log.suffix(2_000))") { !worker.lines("lane_stopped").isEmpty }
            let line = try #require(worker.lines("lane_stopped").first)
            let place = try #require(line.split(separator: "--event ").last?.prefix { $0 != "`" })
            #expect(line.contains("the view's policy is to stop"), "\(line)")
            #expect(try stack.dlq("drop", "positions", "--event", String(place)).contains("will be left out"))
            try stack.waitUntilCaughtUp("positions")
            try eventually("the lane to say so") { !worker.lines("lane_goes_on").isEmpty }
            var oracle = TradeOracle()
            for trade in trades { oracle.record(.trade(trade)) }
            try stack.expectPositions(oracle)
            #expect(worker.lines("lane_stopped").count == 1)
        }

        @Test(
            "a key with as many parked events as there may be stops its lane until there is room",
            .enabled(if: ProcessTestLimits.runsLargest, "parks 100 000 events: runs where CI is not set"))
        func full() throws {
            let stack = try Stack()
            let worker = try stack.startReadyWorker()
            let script = TradeScript(
                trades: 100_500, users: 1, symbols: 1, duplicatesPerMille: 0, latePerMille: 0, correctedPerMille: 0)
            var oracle = TradeOracle()
            script.run { oracle.record($0) }
            try stack.send([try breakingMessage(of: script)])
            try Feeder(script, to: stack).join()
            try eventually("the lane to stop: \(worker.log.suffix(2_000))") { !worker.lines("lane_stopped").isEmpty }
            #expect(worker.lines("lane_stopped").first?.contains("goes on by itself once there is room") == true)
            let result = try stack.dlqJSON(
                "drop", "positions", "--event", try firstParked(stack), "--wait", "300")
            #expect((result["folded"] as? Int ?? 0) > 90_000)
            try stack.waitUntilCaughtUp("positions")
            #expect(try stack.parkedCount() == 0)
            try stack.expectPositions(oracle)
        }

        @Test("a row that the database refuses: found among the others of its batch, parked alone, retried when mended")
        func refusedByDatabase() throws {
            let stack = try Stack(makesTopics: false)
            // Their dead-letter topics are not there yet.
            let inputs = stack.topology.topics.map {
                KafkaAdmin.NewTopic(name: $0.name, partitionCount: Int32($0.partitions), replicationFactor: 1)
            }
            #expect(try stack.admin().createTopics(inputs).failed.isEmpty)
            let worker = try stack.startReadyWorker()
            let trades = (10..<310).map { Self.trade($0, quantity: 1) }
            let refused = "CHECK (trade_id <> 't150')"
            try stack.database().execute("ALTER TABLE positions_2_1.trades ADD CONSTRAINT refused \(refused)")
            try stack.send(trades.map { TradeScript.Event.trade($0).message })
            try stack.waitUntilCaughtUp("positions")
            // It is the book's own trade: the later ones wait behind it.
            #expect(try stack.count("SELECT count(*) FROM api.trades") == 140)
            let list = try stack.dlqJSON("list", "positions")
            let items = try #require(list["items"] as? [[String: Any]])
            #expect(items.map { $0["code"] as? String } == ["sqlstate_23514"], "\(items)")
            #expect(items.first?["waiting"] as? Int == 159)
            // In a page with 159 others it is found again.
            #expect(try stack.dlqJSON("retry", "positions", succeeds: false)["failed"] as? Int == 1)
            #expect(try stack.parkedCount() == 160)
            try stack.database().execute("ALTER TABLE positions_2_1.trades DROP CONSTRAINT refused")
            #expect(try stack.dlqJSON("retry", "positions")["folded"] as? Int == 160)
            var oracle = TradeOracle()
            for trade in trades { oracle.record(.trade(trade)) }
            try stack.expectPositions(oracle)
            try expectVerified(stack)
            try expectOwedCopies(stack, worker, of: trades.suffix(160))
        }

        /// Folded by now, and owed to a topic that comes late.
        private func expectOwedCopies(
            _ stack: Stack, _ worker: Stack.Worker, of trades: ArraySlice<TradeScript.Trade>
        ) throws {
            #expect(try stack.count("SELECT count(*) FROM tapefold.owed_copy") == 160)
            worker.process.send(signal: SIGTERM)
            #expect(worker.process.wait(timeoutMilliseconds: ProcessTestLimits.shutdownMilliseconds) == .exited(0))
            let topic = "trades.executed.positions.dlq"
            let made = try stack.admin().createTopics([
                .init(name: topic, partitionCount: 4, replicationFactor: 1)
            ])
            #expect(made.failed.isEmpty)
            _ = try stack.startWorker()
            try eventually("no copy to be owed") { try stack.count("SELECT count(*) FROM tapefold.owed_copy") == 0 }
            #expect(
                try stack.records(topic).map(\.value) == trades.map { Array(TradeScript.Event.trade($0).json.utf8) })
        }

        @Test("what a parked event would have told is told once, by the retry that folds it, and by no rebuild")
        func effects() throws {
            let stack = try Stack()
            _ = try stack.startReadyWorker("orders")
            func fill(_ number: Int, side: String) -> KafkaMessage {
                let value = """
                    {"specversion":"1.0","id":"f\(number)","source":"/test","type":"trades.executed.v1",\
                    "time":"2026-01-05T04:00:0\(number)Z","data":{"tradeId":"f\(number)","userId":"u","orderId":"o1",\
                    "symbol":"TCS","exchange":"NSE","side":"\(side)","quantity":"1","price":"1"}}
                    """
                return KafkaMessage(topic: "trades.executed", key: Array("u".utf8), value: Array(value.utf8))
            }
            func told() throws -> Int {
                try stack.records("notifications.send").count {
                    String(decoding: $0.value ?? [], as: UTF8.self).contains("fill:f2")
                }
            }
            try stack.send([fill(1, side: "HOLD"), fill(2, side: "BUY")])
            try stack.waitUntilCaughtUp("orders")
            #expect(try stack.parkedCount("orders") == 2)
            #expect(try stack.count("SELECT count(*) FROM tapefold.effect_debt") == 2)
            let dropped = try stack.dlqJSON("drop", "orders", "--key", "u|o1")
            #expect(dropped["dropped"] as? Int == 1 && dropped["folded"] as? Int == 1, "\(dropped)")
            #expect(try stack.count("SELECT count(*) FROM tapefold.effect_debt") == 0)
            try eventually("the notification") { try told() == 1 }
            try runProgram(try Stack.program("tapefold"), ["replay", "orders"], stack.environment)
            try eventually("the worker to go on with the new build") {
                try stack.owners("orders").count == 4 && stack.count("SELECT count(*) FROM tapefold.outbox") == 0
            }
            #expect(try told() == 1)
            #expect(try stack.records("notifications.send").count == 1)
        }

        /// An event of the script's first book that breaks its schema.
        private func breakingMessage(of script: TradeScript) throws -> KafkaMessage {
            var first: TradeScript.Event?
            script.run { if first == nil { first = $0 } }
            let event = try #require(first)
            let json = event.json.replacing("\"side\":\"", with: "\"side\":\"X")
            return KafkaMessage(topic: event.topic, key: Array(event.key.utf8), value: Array(json.utf8))
        }

        private func firstParked(_ stack: Stack) throws -> String {
            let list = try stack.dlqJSON("list", "positions")
            let items = try #require(list["items"] as? [[String: Any]])
            return try #require(items.first?["event"] as? String)
        }
    }
}
