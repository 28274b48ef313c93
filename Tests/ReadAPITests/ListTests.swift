import Testing

@testable import ReadAPI

/// Pages: every row once, in order, whatever the page's size and however the sort keys tie.
@Suite struct ListTests {
    /// Walks a list to its end and gives the ids in the order met.
    private func walk(_ api: TestAPI, _ target: String, id: String, limit: Int) throws -> [String] {
        var ids: [String] = []
        var cursor: String?
        repeat {
            let mark = target.contains("?") ? "&" : "?"
            let page = try api.get("\(target)\(mark)limit=\(limit)" + (cursor.map { "&cursor=\($0)" } ?? "")).json()
            let items = try #require(page["items"]?.elements, "\(page.text)")
            #expect(items.count <= limit)
            ids += items.compactMap { $0[id]?.string }
            cursor = page["nextCursor"]?.string
            #expect(cursor == nil || items.count == limit)
        } while cursor != nil
        return ids
    }

    @Test func everyListIsWalkedExactlyOnce() throws {
        let database = try FixtureDatabase.live()
        // Seven rows a second, so that the time alone does not order them; two users, of whom one is asked.
        try database.execute(
            """
            INSERT INTO positions_1_1.api_trades (user_id, trade_id, account, instrument, exchange, symbol, side, quantity, price,
                fees, multiplier, executed_at, voided)
            SELECT u, 't' || i, 'main', 'NSE:S' || i % 9 + 1, 'NSE', 'S' || i % 9 + 1, 'BUY', 1, 1, 0, 1,
                timestamptz '2026-01-15 03:45:00+00' + (i / 7) * interval '1 second', false
            FROM generate_series(1, 200) i, unnest(ARRAY['u1', 'u2']) u;
            INSERT INTO positions_1_1.api_closed_trades (user_id, trade_id, account, instrument, exchange, symbol, direction,
                quantity, entry_price, exit_price, opened_at, closed_at, gross_pnl, fees, realized_pnl)
            SELECT user_id, trade_id, account, instrument, exchange, symbol, 'LONG', 1, 1, 1, executed_at, executed_at, 0, 0, 0
            FROM positions_1_1.api_trades;
            INSERT INTO positions_1_1.api_positions
            SELECT 'u1', 'a' || i % 5, 'NSE:S' || i, 'NSE', 'S' || i, 0, NULL, 0, 0, 0, 0, 0, now() FROM generate_series(1, 200) i;
            INSERT INTO orders_1_1.api_orders (user_id, order_id, status, placed_at, updated_at)
            SELECT 'u1', 'o' || i, 'OPEN',
                CASE WHEN i % 3 > 0 THEN timestamptz '2026-01-15 03:45:00+00' + (i / 7) * interval '1 second' END, now()
            FROM generate_series(1, 200) i;
            INSERT INTO market_1_1.api_quotes (exchange, symbol, last_price, updated_at)
            SELECT 'X' || i % 3, 'S' || i, 1, now() FROM generate_series(1, 200) i;
            INSERT INTO market_1_1.api_candles
            SELECT 'X1', 'S1', '1m', timestamptz '2026-01-15 03:45:00+00' + i * interval '1 minute', 1, 1, 1, 1, 1, false
            FROM generate_series(1, 200) i;
            """)
        let api = try TestAPI(database: database.url)
        let lists = [
            ("/v1/trades", "tradeId"), ("/v1/closed-trades", "tradeId"), ("/v1/positions", "instrument"),
            ("/v1/orders", "orderId"), ("/v1/quotes", "symbol"), ("/v1/candles/X1:S1", "time"),
        ]
        for (target, id) in lists {
            let whole = try walk(api, target, id: id, limit: 500)
            #expect(whole.count == 200, "\(target)")
            #expect(Set(whole).count == 200, "\(target)")
            for limit in [1, 7, 50, 199, 200] where limit > 1 || target == "/v1/orders" {
                #expect(try walk(api, target, id: id, limit: limit) == whole, "\(target) by \(limit)")
            }
        }
        #expect(try walk(api, "/v1/trades?symbol=NSE:S3", id: "tradeId", limit: 4).count == 23)
        #expect(try api.get("/v1/trades").items().count == 100)
    }

    @Test func rowsThatComeInBetweenDoNotShiftPages() throws {
        let database = try FixtureDatabase.live()
        for symbol in ["B", "D", "F", "H"] { try database.addPosition("u1", symbol) }
        let api = try TestAPI(database: database.url)
        let first = try api.get("/v1/positions?limit=2").json()
        try database.addPosition("u1", "A")
        try database.addPosition("u1", "G")
        let cursor = try #require(first["nextCursor"]?.string)
        #expect(
            try api.get("/v1/positions?cursor=\(cursor)").items().map { $0["symbol"]?.string } == ["F", "G", "H"])
    }

    @Test func cursorsOfOtherListsAreRefused() throws {
        let database = try FixtureDatabase.live()
        for symbol in ["A", "B"] {
            try database.addPosition("u1", symbol)
            try database.addQuote(symbol, "1")
        }
        let api = try TestAPI(database: database.url)
        let cursor = try #require(try api.get("/v1/quotes?limit=1").json()["nextCursor"]?.string)
        #expect(try api.get("/v1/positions?cursor=\(cursor)").status == 400)
        for bad in ["x", "!!", "bnVsbA", "W10", Base64URL.encode(#"["listTrades","1"]"#.utf8)] {
            let answer = try api.get("/v1/trades?cursor=\(bad)")
            #expect(answer.status == 400, "\(bad)")
            #expect(try answer.json()["field"] == .string("cursor"))
        }
        let notATime = Base64URL.encode(#"["listTrades","soon","t"]"#.utf8)
        #expect(try api.get("/v1/trades?cursor=\(notATime)").status == 400)
        let nul = Base64URL.encode(#"["listPositions","a\u0000","t"]"#.utf8)
        #expect(try api.get("/v1/positions?cursor=\(nul)").status == 400)
        let far = Base64URL.encode(#"["listTrades","9223372036854775807","t"]"#.utf8)
        #expect([200, 400].contains(try api.get("/v1/trades?cursor=\(far)").status))
    }
}
