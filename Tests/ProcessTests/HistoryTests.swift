import Foundation
import Kafka
import Postgres
import Testing

extension ProcessTests {
    @Suite("A topic that keeps no complete history", .serialized)
    struct HistoryTests {
        private static let symbols = ["TCS", "INFY", "SBIN", "ITC", "LT"]
        private static let ticksPerDay = 120

        @Test("rows of days that the log no longer holds whole are taken over; the rest is folded anew; verified")
        func takenOver() throws {
            let stack = try Stack(makesTopics: false)
            let tool = try Stack.program("tapefold")
            try makeTopics(stack)
            _ = try stack.startReadyWorker("market")
            for day in 5...9 {
                try send(ticks(day), stack)
                try stack.waitUntilCaughtUp("market")
            }
            try eventually("retention to remove the first records:\n\(logTail(stack.log("broker")))") {
                try stack.lowest() > 0
            }
            // A tick of a day that is gone in part, late: it is still in the log, and folded already.
            try send([tick("TCS", day: 5, minute: 200, number: 9_000, price: "50000")], stack)
            try stack.waitUntilCaughtUp("market")
            let before = try rows(stack)
            try spoil(stack, day: 9)
            try replayAndVerify(stack, tool, equals: before)
            #expect(try stack.count("SELECT count(*) FROM api.quotes WHERE previous_close = 77.25") == 5)

            // And so is one that comes when the rows have been taken over, by the next rebuild too.
            try send([tick("INFY", day: 5, minute: 201, number: 9_001, price: "60000")], stack)
            try stack.waitUntilCaughtUp("market")
            let late = try rows(stack)
            #expect(late != before)
            try replayAndVerify(stack, tool, equals: late)
            let copy = try runProgram(
                tool, ["replay", "market", "--as-of", "2026-01-08T00:00:00Z"], stack.environment, mayFail: true)
            #expect(copy.status == .exited(1))
            #expect(copy.output.contains("retention removed what came before"), "\(copy.output)")
        }

        @Test("days that maintenance dropped stay dropped: verify leaves them out and a replay brings none back")
        func dropped() throws {
            let stack = try Stack()
            let tool = try Stack.program("tapefold")
            _ = try stack.startReadyWorker("market")
            for day in 5...9 { try send(ticks(day), stack) }
            try stack.waitUntilCaughtUp("market")
            let oldest = "SELECT (min(time) AT TIME ZONE 'Asia/Kolkata')::date::text FROM api.ticks"
            func first() throws -> String { try stack.database().query(oldest).text(0, 0) }
            #expect(try first() == "2026-01-05")
            try runProgram(tool, ["db", "maintain", "--ticks-days", "2"], stack.environment)
            #expect(try first() == "2026-01-07")
            // A late tick of a day that is gone: taken, and of no account.
            try send([tick("TCS", day: 5, minute: 200, number: 9_000, price: "50000")], stack)
            try stack.waitUntilCaughtUp("market")
            for step in [["verify", "market"], ["replay", "market"], ["verify", "market"]] {
                try runProgram(tool, step, stack.environment)
            }
            #expect(try first() == "2026-01-07")
            let candles = try stack.count("SELECT count(DISTINCT trading_day) FROM api.candles")
            #expect(candles == 5)
            let partitions = "SELECT count(*) FROM pg_class WHERE relispartition AND relname LIKE 'ticks_2026%'"
            #expect(try stack.count(partitions) >= 6)
        }

        private func replayAndVerify(_ stack: Stack, _ tool: String, equals expected: [String]) throws {
            try runProgram(tool, ["replay", "market"], stack.environment)
            let rows = try rows(stack)
            let wrong = Set(rows).symmetricDifference(expected).sorted().prefix(6)
            #expect(rows == expected, "\(wrong.joined(separator: "\n"))")
            let first = try stack.database().query(
                "SELECT before_day::text FROM api.carried_history WHERE view = 'market'")
            #expect(try first.rowCount == 1 && first.text(0, 0) > "2026-01-05" && first.text(0, 0) <= "2026-01-09")
            let verified = try runProgram(tool, ["verify", "market", "--json"], stack.environment)
            #expect(verified.output.contains(#""verified":true"#), "\(verified.output)")
            #expect(verified.output.contains(#""comparedFrom":"2026-01-0"#), "\(verified.output)")
        }

        /// A wrong figure in a day that the log holds: verify finds it, a replay mends it.
        private func spoil(_ stack: Stack, day: Int) throws {
            let schema = try stack.database().query(
                "SELECT schema_name FROM tapefold.build WHERE view = 'market' AND status = 'live'"
            ).text(0, 0)
            try stack.database().execute(
                "UPDATE \(schema).candles SET high_e8 = high_e8 + 1 WHERE trading_day = '2026-01-0\(day)' AND symbol = 'LT'"
            )
            let found = try runProgram(
                try Stack.program("tapefold"), ["verify", "market", "--json"], stack.environment, mayFail: true)
            #expect(found.output.contains(#""verified":false"#), "\(found.output)")
        }

        private func makeTopics(_ stack: Stack) throws {
            let outcome = try stack.admin().createTopics(
                stack.topology.topics.map {
                    let isMarket = $0.name == "market.updates"
                    return .init(
                        name: $0.name, partitionCount: Int32($0.partitions), replicationFactor: 1,
                        configuration: isMarket ? ["segment.bytes": "8192", "retention.bytes": "65536"] : [:])
                })
            if let failed = outcome.failed.first { throw failed.error }
        }

        private func ticks(_ day: Int) -> [KafkaMessage] {
            (0..<Self.ticksPerDay).flatMap { number in
                Self.symbols.map { symbol in
                    // The first tick of a day says what no later one of it does.
                    tick(
                        symbol, day: day, minute: number * 3, number: number, price: "\(100 + day * 10 + number % 7)",
                        extra: number == 0 ? #","previousClose":"77.25""# : "")
                }
            }
        }

        private func tick(
            _ symbol: String, day: Int, minute: Int, number: Int, price: String, extra: String = ""
        ) -> KafkaMessage {
            // 03:45 UTC is the open.
            let at = 225 + minute
            let clock = "\(at / 60 < 10 ? "0" : "")\(at / 60):\(at % 60 < 10 ? "0" : "")\(at % 60)"
            let value = """
                {"specversion":"1.0","id":"\(symbol)-\(day)-\(number)","source":"/test","type":"market.updates.v1",\
                "time":"2026-01-0\(day)T\(clock):10Z","data":{"symbol":"\(symbol)","exchange":"NSE",\
                "lastPrice":"\(price)","lastQuantity":"5"\(extra)}}
                """
            return KafkaMessage(topic: "market.updates", key: Array(symbol.utf8), value: Array(value.utf8))
        }

        private func send(_ messages: [KafkaMessage], _ stack: Stack) throws {
            let producer = try KafkaProducer(configuration: stack.kafka(["compression.type": "none"]))
            // Small batches as they are, so that segments stay small.
            for start in stride(from: 0, to: messages.count, by: 50) {
                _ = try producer.sendAndWait(Array(messages[start..<min(start + 50, messages.count)]))
            }
        }

        private func rows(_ stack: Stack) throws -> [String] {
            var rows: [String] = []
            for relation in ["candles", "quotes", "ticks"] {
                let found = try stack.database().query("SELECT r::text FROM api.\(relation) r ORDER BY 1")
                rows += try (0..<found.rowCount).map { "\(relation) \(try found.text($0, 0))" }
            }
            return rows
        }
    }
}

extension Stack {
    /// The highest first offset of market.updates.
    fileprivate func lowest() throws -> Int64 {
        try (0..<4).map { try admin().watermarks(TopicPartition(topic: "market.updates", partition: $0)).low }.max()
            ?? 0
    }
}
