import Foundation
import Kafka
import Postgres
import Testing

extension ProcessTests {
    @Suite("Events that can't be folded", .serialized)
    struct ParkingTests {
        @Test("one parks with the later events of its key, bytes and headers kept; other keys go on")
        func schemaBroken() throws {
            let stack = try Stack()
            var worker = try stack.startReadyWorker()
            let broken = message(
                trade(3, quantity: "-5"), headers: [KafkaHeader("traceparent", "00-abc"), KafkaHeader("x", "y")])
            try send(
                [message(trade(1)), message(trade(2)), broken, message(trade(4)), message(trade(5, symbol: "OTHER"))]
                    + [message(trade(6, user: "user-2"), key: "user-2"), message(trade(7))], stack)
            try stack.waitUntilCaughtUp("positions")
            #expect(try tradeIds(stack) == ["t1", "t2", "t5", "t6"])
            stack.kill(worker)
            worker = try stack.startWorker()
            let unreadable = KafkaMessage(
                topic: "trades.executed", key: Array("user-1".utf8), value: Array("{\"da".utf8))
            try send([message(trade(8)), unreadable, message(trade(9, symbol: "OTHER"))], stack)
            try stack.waitUntilCaughtUp("positions")
            #expect(try tradeIds(stack) == ["t1", "t2", "t5", "t6", "t9"])

            let parked = try parkedEvents(stack)
            #expect(
                parked.map(\.key) == [
                    "user-1|main|NSE:TCS", "user-1|main|NSE:TCS", "user-1|main|NSE:TCS", "user-1|main|NSE:TCS", nil,
                ])
            #expect(parked.map(\.code).dropFirst().prefix(3) == ["behind_parked", "behind_parked", "behind_parked"])
            #expect(parked[0].value == broken.value)
            #expect(parked[0].recordKey == broken.key)
            #expect(parked[0].headers == #"[["traceparent", "MDAtYWJj"], ["x", "eQ=="]]"#)
            #expect(parked[0].reason.contains("quantity") && parked[0].reason.contains("-5"), "\(parked[0].reason)")
            #expect(parked[1].value == message(trade(4)).value)
            #expect(parked[3].value == message(trade(8)).value)
            #expect(parked[4].value == unreadable.value)

            // A rebuild parks the same ones.
            let tool = try Stack.program("tapefold")
            try runProgram(tool, ["replay", "positions"], stack.environment)
            #expect(try parkedEvents(stack) == parked)
            #expect(try tradeIds(stack) == ["t1", "t2", "t5", "t6", "t9"])
            let verified = try runProgram(tool, ["verify", "positions", "--json"], stack.environment)
            #expect(verified.output.contains("\"verified\":true"), "\(verified.output)")
            // An event of which no key can be read is parked alone: it counts as a key of its own.
            #expect(verified.output.contains("\"parkedKeys\":2"), "\(verified.output)")
            let status = try runProgram(tool, ["status", "positions", "--json"], stack.environment)
            #expect(status.output.contains("\"parkedEvents\":5,\"parkedKeys\":2"), "\(status.output)")
        }

        @Test("an identity that comes again with other data parks as conflicting_duplicate")
        func conflicting() throws {
            let stack = try Stack()
            _ = try stack.startReadyWorker()
            try send([message(trade(1)), message(trade(1)), message(trade(1, quantity: "11"))], stack)
            try stack.waitUntilCaughtUp("positions")
            try send([message(trade(2)), message(trade(3, symbol: "OTHER"))], stack)
            try stack.waitUntilCaughtUp("positions")
            #expect(try tradeIds(stack) == ["t1", "t3"])
            #expect(try parkedEvents(stack).map(\.code) == ["conflicting_duplicate", "behind_parked"])
            #expect(try stack.count("SELECT quantity::bigint FROM api.trades WHERE trade_id = 't1'") == 10)
        }

        @Test("a tombstone that is a lane's first record parks alone, and what follows is folded")
        func tombstone() throws {
            let stack = try Stack()
            let key = Array("user-1".utf8)
            try send(
                [
                    KafkaMessage(topic: "trades.executed", key: key, value: nil),
                    KafkaMessage(topic: "trades.executed", key: key, value: []), message(trade(1)),
                    KafkaMessage(topic: "market.updates", key: Array("TCS".utf8), value: nil), tick(1, "100"),
                ], stack)
            _ = try stack.startReadyWorker()
            _ = try stack.startReadyWorker("market")
            try stack.waitUntilCaughtUp("positions")
            try stack.waitUntilCaughtUp("market")
            #expect(try tradeIds(stack) == ["t1"])
            #expect(try stack.count("SELECT last_price::bigint FROM api.quotes WHERE symbol = 'TCS'") == 100)
            let alone = "SELECT count(*) FROM tapefold.parked_event WHERE code = 'noValue' AND parking_key IS NULL"
            #expect(try stack.count(alone) == 2)
            let tool = try Stack.program("tapefold")
            for words in [["status"], ["replay", "positions"], ["verify", "positions"]] {
                try runProgram(tool, words, stack.environment)
            }
            let lane = try stack.count("SELECT min(lane) FROM tapefold.parked_event")
            let shown = try runProgram(
                tool, ["dlq", "show", "positions", "trades.executed/\(lane)@0"], stack.environment)
            #expect(shown.output.contains("is empty"), "\(shown.output)")
            try runProgram(tool, ["dlq", "drop", "positions", "--code", "noValue", "--yes"], stack.environment)
            #expect(try stack.parkedCount() == 0)
        }

        @Test("market.updates: a bad tick is skipped and told of")
        func skipped() throws {
            let stack = try Stack()
            let worker = try stack.startReadyWorker("market")
            let future = tick(2, "999", year: "2226")
            try send([tick(1, "100"), tick(2, "\"abc\""), future, tick(3, "102.5")], stack)
            try stack.waitUntilCaughtUp("market")
            #expect(try stack.count("SELECT (last_price * 10)::bigint FROM api.quotes WHERE symbol = 'TCS'") == 1_025)
            #expect(try stack.count("SELECT count(*) FROM tapefold.parked_event") == 0)
            let told = worker.lines("skipped")
            #expect(told.count == 2)
            #expect(told.first?.contains("lastPrice") == true && told.last?.contains("days later") == true, "\(told)")
        }

        private struct Parked: Equatable {
            let key: String?
            let code: String
            let reason: String
            let recordKey: [UInt8]
            let value: [UInt8]
            let headers: String
        }

        private func parkedEvents(_ stack: Stack) throws -> [Parked] {
            let rows = try stack.database().query(
                """
                SELECT p.parking_key, p.code, p.reason, p.record_key, p.record_value, p.record_headers::text
                FROM tapefold.parked_event p JOIN tapefold.build b USING (view, build)
                WHERE b.view = 'positions' AND b.status = 'live' ORDER BY p.lane, p.log_offset
                """)
            return try (0..<rows.rowCount).map { row in
                Parked(
                    key: try rows.textIfPresent(row, 0), code: try rows.text(row, 1), reason: try rows.text(row, 2),
                    recordKey: try rows.byteArray(row, 3), value: try rows.byteArray(row, 4),
                    headers: try rows.text(row, 5))
            }
        }

        private func tradeIds(_ stack: Stack) throws -> [String] {
            let rows = try stack.database().query("SELECT trade_id FROM api.trades ORDER BY 1")
            return try (0..<rows.rowCount).map { try rows.text($0, 0) }
        }

        private func trade(_ number: Int, user: String = "user-1", symbol: String = "TCS", quantity: String = "10")
            -> String
        {
            """
            {"specversion":"1.0","id":"e\(number)","source":"/test","type":"trades.executed.v1",\
            "time":"2026-01-05T04:00:0\(number)Z","data":{"tradeId":"t\(number)","userId":"\(user)","symbol":"\(symbol)",\
            "exchange":"NSE","side":"BUY","quantity":"\(quantity)","price":"100"}}
            """
        }

        private func message(_ value: String, key: String = "user-1", headers: [KafkaHeader] = []) -> KafkaMessage {
            KafkaMessage(topic: "trades.executed", key: Array(key.utf8), value: Array(value.utf8), headers: headers)
        }

        private func tick(_ second: Int, _ price: String, year: String = "2026") -> KafkaMessage {
            let value = """
                {"specversion":"1.0","id":"m\(second)","source":"/test","type":"market.updates.v1",\
                "time":"\(year)-01-05T04:00:0\(second)Z","data":{"symbol":"TCS","exchange":"NSE","lastPrice":\(price)}}
                """
            return KafkaMessage(topic: "market.updates", key: Array("TCS".utf8), value: Array(value.utf8))
        }

        private func send(_ messages: [KafkaMessage], _ stack: Stack) throws {
            _ = try KafkaProducer(configuration: stack.kafka()).sendAndWait(messages)
        }
    }
}
