import Foundation
import Testing

extension ProcessTests {
    @Suite("Settle", .serialized)
    struct SettleTests {
        @Test("expired contracts are closed at their price, once, and not without one")
        func settle() throws {
            let stack = try Stack()
            let tool = try Stack.program("tapefold")
            for view in ["positions", "market"] { _ = try stack.startReadyWorker(view) }
            func produce(_ topic: String, _ lines: [String]) throws {
                let path = stack.folder + "/\(UUID().uuidString).jsonl"
                try lines.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
                try runProgram(tool, ["produce", topic, "--file", path], stack.environment)
            }
            func settle(_ arguments: [String] = [], day: String = "2026-01-29", mayFail: Bool = false) throws
                -> ProgramOutcome
            {
                try runProgram(
                    tool, ["settle", "--date", day] + arguments, stack.environment, mayFail: mayFail)
            }
            func trade(_ id: String, _ user: String, _ symbol: String, _ side: String, _ quantity: Int) -> String {
                #"{"tradeId":"\#(id)","userId":"\#(user)","symbol":"\#(symbol)","exchange":"NFO","side":"\#(side)","quantity":"\#(quantity)","price":"100","multiplier":"75","executedAt":"2026-01-20T05:00:00Z"}"#
            }
            try produce(
                "instruments.updated",
                ["FUT1", "FUT2", "LATER"].map { symbol in
                    #"{"symbol":"\#(symbol)","exchange":"NFO","type":"FUT","name":"NIFTY","expiry":"\#(symbol == "LATER" ? "2099-02-26" : "2026-01-29")"}"#
                })
            try produce(
                "trades.executed",
                [
                    trade("t1", "u1", "FUT1", "BUY", 3), trade("t2", "u2", "FUT1", "SELL", 2),
                    trade("t3", "u1", "FUT2", "BUY", 1), trade("t4", "u1", "LATER", "BUY", 9),
                ])
            try produce(
                "market.updates",
                [
                    #"{"specversion":"1.0","id":"m1","source":"/x","type":"market.updates.v1","time":"2026-01-29T09:59:00Z","data":{"symbol":"FUT1","exchange":"NFO","lastPrice":"110"}}"#
                ])
            try eventually("instruments and prices") {
                try stack.count("SELECT count(*) FROM api.instruments") == 3
                    && stack.count("SELECT count(*) FROM api.candles WHERE interval = '1d'") == 1
            }
            let early = try runProgram(
                tool, ["settle", "--date", "2099-02-26", "--dry-run"], stack.environment, mayFail: true)
            #expect(early.status.code == 1 && early.output.contains("Run it after the close"), "\(early.output)")
            let refused = try settle(mayFail: true)
            #expect(refused.status.code == 1 && refused.output.contains("no settlement price of NFO:FUT2"))
            #expect(try stack.count("SELECT count(*) FROM api.trades WHERE trade_id LIKE 'settlement:%'") == 0)

            let prices = stack.folder + "/prices.csv"
            try "# FUT2 did not trade\nNFO:FUT2,95.5\n".write(toFile: prices, atomically: true, encoding: .utf8)
            #expect(
                try settle(["--prices", prices, "--dry-run"]).output.contains(
                    "3 settlements for 2026-01-29: nothing sent"))
            #expect(try settle(["--prices", prices]).output.contains("3 settlements for 2026-01-29: 3 sent"))
            #expect(try settle(["--prices", prices]).output.contains("0 settlements for 2026-01-29: 0 sent"))
            let result = try stack.database().query(
                """
                SELECT user_id || ' ' || symbol || ' ' || quantity::float || ' ' || gross_pnl::float
                FROM api.positions ORDER BY 1
                """)
            #expect(
                try (0..<result.rowCount).map { try result.text($0, 0) } == [
                    "u1 FUT1 0 2250", "u1 FUT2 0 -337.5", "u1 LATER 9 0", "u2 FUT1 0 -1500",
                ])
            #expect(
                try stack.count(
                    """
                    SELECT count(*) FROM api.trades WHERE trade_id = 'settlement:2026-01-29:NFO:FUT1'
                        AND executed_at = '2026-01-29T10:00:00Z'
                    """) == 2)

            // An execution that comes late opens the book again: the next settlement has an id of its own.
            try produce("trades.executed", [trade("t9", "u1", "FUT1", "BUY", 1)])
            #expect(try settle(["--prices", prices]).output.contains("1 settlements for 2026-01-29: 1 sent"))
            try eventually("the second settlement") {
                try stack.count(
                    "SELECT count(*) FROM api.trades WHERE trade_id = 'settlement:2026-01-29:NFO:FUT1#2'") == 1
            }
            #expect(try settle(["--prices", prices]).output.contains("0 settlements"))

            // A wrong price is repaired by voiding the settlement: its id stays what it said, void or not.
            try produce(
                "trades.corrected",
                [#"{"tradeId":"settlement:2026-01-29:NFO:FUT1","userId":"u2","action":"void"}"#])
            try stack.waitUntilCaughtUp("positions")
            try "NFO:FUT1,120\nNFO:FUT2,95.5\n".write(toFile: prices, atomically: true, encoding: .utf8)
            #expect(try settle(["--prices", prices]).output.contains("1 settlements for 2026-01-29: 1 sent"))
            try eventually("the settlement at the right price") {
                try stack.count(
                    """
                    SELECT count(*) FROM api.trades t JOIN api.positions p USING (user_id, instrument)
                    WHERE trade_id = 'settlement:2026-01-29:NFO:FUT1#2' AND user_id = 'u2' AND price = 120
                        AND p.quantity = 0 AND p.gross_pnl = -3000
                    """) == 1
            }
            #expect(try settle(["--prices", prices]).output.contains("0 settlements"))

            // Noticed a day late: settled as of its own last day.
            try produce("trades.executed", [trade("t10", "u3", "FUT1", "BUY", 1)])
            #expect(try settle(["--that-day-only"], day: "2026-01-30").output.contains("0 settlements"))
            #expect(try settle(day: "2026-01-30").output.contains("1 settlements for 2026-01-30: 1 sent"))
            try eventually("the late settlement") {
                try stack.count(
                    """
                    SELECT count(*) FROM api.trades WHERE trade_id = 'settlement:2026-01-29:NFO:FUT1' AND user_id = 'u3'
                        AND executed_at = '2026-01-29T10:00:00Z' AND price = 110
                    """) == 1
            }
            #expect(stack.complaints.isEmpty, "\(stack.complaints.joined(separator: "\n"))")
        }
    }
}
