import Testing

@testable import ReadAPI

/// Every route over a real socket and a real database.
@Suite struct RouteTests {
    @Test func positionWithLotsAndPrice() throws {
        let database = try FixtureDatabase.live()
        try database.addPosition("u1", "RELIANCE")
        try database.addLot("u1", "RELIANCE", trade: "t2", quantity: "4", price: "101.10", at: "2026-01-15 03:46:00+00")
        try database.addLot("u1", "RELIANCE", trade: "t1", quantity: "6", price: "99.5")
        try database.addQuote("RELIANCE", "1041.55")
        let api = try TestAPI(database: database.url)
        let response = try api.get("/v1/positions")
        #expect(response.status == 200)
        #expect(response.header("content-type") == "application/json")
        #expect(
            response.header("tapefold-position")
                == "market.updates/0@100,market.updates/1@100,trades.corrected/0@100,trades.corrected/1@100,"
                + "trades.executed/0@100,trades.executed/1@100"
                || response.header("tapefold-position")
                    == "trades.corrected/0@100,trades.corrected/1@100,trades.executed/0@100,trades.executed/1@100,"
                    + "market.updates/0@100,market.updates/1@100"
        )
        let position =
            #"{"symbol":"RELIANCE","exchange":"NSE","account":"main","instrument":"NSE:RELIANCE","quantity":"10","#
            + #""averagePrice":"100.25","grossPnl":"12.5","realizedPnl":"10.25","unrealizedPnl":"9414.1","netPnl":"9.75","#
            + #""lastPrice":"1041.55","fees":"3.25","updatedAt":"2026-01-15T03:45:00.5Z","openLots":["#
            + #"{"quantity":"6","price":"99.5","openedAt":"2026-01-15T03:45:00Z","tradeId":"t1","multiplier":"1"},"#
            + #"{"quantity":"4","price":"101.1","openedAt":"2026-01-15T03:46:00Z","tradeId":"t2","multiplier":"1"}]}"#
        #expect(response.text == #"{"items":[\#(position)],"nextCursor":null}"#)
        #expect(try api.get("/v1/positions/NSE%3ARELIANCE").text == position)
        #expect(try api.get("/v1/positions/NSE:RELIANCE").text == position)
        #expect(try api.get("/v1/positions/RELIANCE").text == position)
        #expect(try api.get("/v1/positions/BSE:RELIANCE").status == 404)
        #expect(try api.get("/v1/positions", as: "u2").text == #"{"items":[],"nextCursor":null}"#)
    }

    @Test func unrealizedIsNullWithoutAPriceAndZeroWhenFlat() throws {
        let database = try FixtureDatabase.live()
        try database.addPosition("u1", "FLAT", quantity: "0")
        try database.addPosition("u1", "UNPRICED")
        try database.addLot("u1", "UNPRICED", trade: "t1", quantity: "10", price: "1")
        try database.addPosition("u1", "SHORTED", quantity: "-3")
        try database.addLot("u1", "SHORTED", trade: "t2", quantity: "-3", price: "10.00000001", multiplier: "2.5")
        try database.addQuote("SHORTED", "8")
        let api = try TestAPI(database: database.url)
        let items = try api.get("/v1/positions").items()
        #expect(items.map { $0["symbol"]?.string } == ["FLAT", "SHORTED", "UNPRICED"])
        #expect(items[0]["unrealizedPnl"] == .string("0"))
        #expect(items[0]["openLots"] == .array([]))
        #expect(items[1]["unrealizedPnl"] == .string("15.00000008"))
        #expect(items[2]["unrealizedPnl"] == .null)
        #expect(items[2]["lastPrice"] == .null)
    }

    @Test func positionsWithoutAMarketView() throws {
        let database = try FixtureDatabase()
        try database.addBuild(view: "positions", number: 1, topics: ["trades.executed"])
        try database.addPosition("u1", "A")
        try database.addLot("u1", "A", trade: "t", quantity: "10", price: "1")
        let api = try TestAPI(database: database.url)
        #expect(try api.get("/v1/positions/A").json()["unrealizedPnl"] == .null)
        let missing = try api.get("/v1/quotes")
        #expect(missing.status == 503)
        #expect(try missing.json()["type"] == .string("urn:tapefold:problem:view-unavailable"))
        #expect(missing.header("retry-after") == "1")
        // Once the view is there, nothing needs to be restarted.
        try database.addBuild(view: "market", number: 1, topics: ["market.updates"])
        try database.addQuote("A", "3")
        #expect(try api.get("/v1/quotes").items().count == 1)
        #expect(try api.eventually("/v1/positions/A") { $0.text.contains("\"20\"") }.status == 200)
    }

    @Test func oneSymbolInSeveralAccounts() throws {
        let database = try FixtureDatabase.live()
        try database.addPosition("u1", "A", account: "one")
        try database.addPosition("u1", "A", account: "two")
        let api = try TestAPI(database: database.url)
        let response = try api.get("/v1/positions/A")
        #expect(response.status == 409)
        #expect(try response.json()["choices"]?.elements?.map { $0["account"] } == [.string("one"), .string("two")])
        #expect(try api.get("/v1/positions/A?account=two").json()["account"] == .string("two"))
        #expect(try api.get("/v1/positions/A?account=three").status == 404)
        #expect(try api.get("/v1/positions?account=one").items().count == 1)
    }

    @Test func tradesWithFiltersAndClosures() throws {
        let database = try FixtureDatabase.live()
        for (id, symbol, side, minute) in [("b:1/x", "A", "BUY", 1), ("b:2", "A", "SELL", 2), ("b:3", "B", "BUY", 3)] {
            try database.execute(
                """
                INSERT INTO positions_1_1.api_trades VALUES ('u1', '\(id)', 'main', 'NSE:\(symbol)', 'NSE', '\(symbol)',
                '\(side)', 5, 10.5, 0.25, 1, '2026-01-15 03:4\(minute):00+00', 'o1', 'INE1', 'CNC', 'EQ', 'swing', NULL,
                '["x", "é\\""]', 'note', 'zerodha', false, \(side == "SELL" ? "5, 2.5, 2" : "NULL, NULL, NULL"));
                """)
        }
        try database.execute(
            """
            INSERT INTO positions_1_1.api_lot_closures VALUES ('u1', 'b:2', 0, 'b:1/x', 'main', 'NSE:A', 'NSE', 'A', 'LONG', 5,
            10, 10.5, '2026-01-15 03:41:00+00', '2026-01-15 03:42:00+00', 2.5, 0.5, 2);
            INSERT INTO positions_1_1.api_closed_trades VALUES ('u1', 'b:2', 'main', 'NSE:A', 'NSE', 'A', 'LONG', 5, 10, 10.5,
            '2026-01-15 03:41:00+00', '2026-01-15 03:42:00+00', 2.5, 0.5, 2, NULL, 'swing', NULL, NULL);
            """)
        for symbol in ["A", "B"] { try database.addPosition("u1", symbol) }
        let api = try TestAPI(database: database.url)
        func ids(_ query: String) throws -> [String?] {
            try api.get("/v1/trades?\(query)").items().map { $0["tradeId"]?.string }
        }
        #expect(try ids("") == ["b:3", "b:2", "b:1/x"])
        #expect(try ids("symbol=NSE:A") == ["b:2", "b:1/x"])
        #expect(try ids("symbol=B&side=BUY&category=swing&orderId=o1") == ["b:3"])
        #expect(try ids("symbol=A&exchange=BSE") == [])
        #expect(try ids("symbol=NSE:A&exchange=BSE") == [])
        #expect(try ids("strategy=none") == [])
        #expect(try ids("from=2026-01-15T03:42:00Z&to=2026-01-15T03:43:00Z") == ["b:2"])
        #expect(try ids("from=2026-01-15T09:12:00+05:30") == ["b:3", "b:2"])
        let trade = try api.get("/v1/trades/b:1%2Fx").json()
        #expect(trade["tags"] == .array([.string("x"), .string("é\"")]))
        #expect(trade["closures"] == .array([]))
        #expect(trade["realizedPnl"] == .null)
        #expect(trade["voided"] == .bool(false))
        let closing = try api.get("/v1/trades/b%3A2").json()
        #expect(closing["realizedPnl"] == .string("2"))
        #expect(closing["closures"]?.elements?.first?["entryTradeId"] == .string("b:1/x"))
        #expect(try api.get("/v1/trades/b:1/x").status == 404)
        #expect(try api.get("/v1/trades/b:2", as: "u2").status == 404)
        let closed = try api.get("/v1/closed-trades?direction=LONG").items()
        #expect(closed.map { $0["exitPrice"] } == [.string("10.5")])
        #expect(try api.get("/v1/closed-trades?direction=SHORT").items().isEmpty)
    }

    /// Of an imported order executions are known and when it was placed is not; of another an update only. They stand
    /// among the others by what time they have.
    @Test func ordersIncludingThoseOfUnknownPlacing() throws {
        let database = try FixtureDatabase.live()
        try database.execute(
            """
            INSERT INTO orders_1_1.api_orders (user_id, order_id, status, symbol, exchange, placed_at, updated_at, quantity, first_fill_at) VALUES
            ('u1', 'o1', 'OPEN', 'A', 'NSE', '2026-01-15 03:45:00+00', '2026-01-15 03:45:00+00', 10, NULL),
            ('u1', 'o2', 'EXECUTED', 'A', 'NSE', '2026-01-15 03:46:00+00', '2026-01-15 09:47:00+00', 2.50, '2026-01-15 09:00:00+00'),
            ('u1', 'imported', 'EXECUTED', 'A', 'NSE', NULL, '2026-01-15 03:59:00+00', NULL, '2026-01-15 03:45:30+00'),
            ('u1', 'told', 'PARTIALLY_FILLED', NULL, NULL, NULL, '2026-01-15 03:48:00+00', NULL, NULL)
            """)
        let api = try TestAPI(database: database.url)
        func walk(_ query: String) throws -> [String?] {
            var found: [String?] = []
            var cursor = ""
            repeat {
                let page = try api.get("/v1/orders?limit=1\(query)\(cursor)")
                found += try page.items().map { $0["orderId"]?.string }
                cursor = try page.json()["nextCursor"]?.string.map { "&cursor=\($0)" } ?? ""
            } while !cursor.isEmpty
            return found
        }
        #expect(try walk("") == ["told", "o2", "imported", "o1"])
        #expect(try walk("&sort=placedAt") == ["o1", "imported", "o2", "told"])
        // What is looked for by time is found by the time at which it stands.
        #expect(try walk("&from=2026-01-15T03:45:30Z&to=2026-01-15T03:46:00Z") == ["imported"])
        #expect(try api.get("/v1/orders?status=EXECUTED&limit=1").items().map { $0["quantity"] } == [.string("2.5")])
        #expect(try api.get("/v1/orders/told").json()["placedAt"] == .null)
        #expect(try api.get("/v1/orders/o9").status == 404)
    }

    @Test func quotesAndCandles() throws {
        let database = try FixtureDatabase.live()
        for symbol in ["TCS", "M&M", "INFY"] { try database.addQuote(symbol, "10.10") }
        try database.addQuote("TCS", "11", exchange: "BSE")
        for minute in 15..<20 {
            try database.execute(
                """
                INSERT INTO market_1_1.api_candles VALUES
                ('NSE', 'TCS', '1m', '2026-01-15 09:\(minute):00+05:30', 1, 2.5, 0.5, 2, 100, \(minute == 15))
                """)
        }
        let api = try TestAPI(database: database.url)
        func symbols(_ query: String) throws -> [String] {
            try api.get("/v1/quotes\(query)").items().map {
                "\($0["exchange"]?.string ?? ""):\($0["symbol"]?.string ?? "")"
            }
        }
        #expect(try symbols("") == ["BSE:TCS", "NSE:INFY", "NSE:M&M", "NSE:TCS"])
        #expect(try symbols("?symbols=TCS,NSE:M%26M,NSE:TCS,NOPE") == ["NSE:M&M", "NSE:TCS"])
        #expect(try symbols("?symbols=BSE:TCS&limit=1") == ["BSE:TCS"])
        #expect(try api.get("/v1/quotes/M%26M").json()["lastPrice"] == .string("10.1"))
        #expect(try api.get("/v1/quotes/BSE%3ATCS").json()["lastPrice"] == .string("11"))
        #expect(try api.get("/v1/quotes/NOPE").status == 404)
        let candles = try api.get("/v1/candles/TCS?from=2026-01-15T03:46:00Z&limit=2")
        #expect(
            try candles.items().first?.text
                == #"{"time":"2026-01-15T03:46:00Z","open":"1","high":"2.5","low":"0.5","close":"2","volume":"100","partial":false}"#
        )
        let cursor = try #require(try candles.json()["nextCursor"]?.string)
        let rest = try api.get("/v1/candles/TCS?from=2026-01-15T03:46:00Z&cursor=\(cursor)").items()
        #expect(rest.map { $0["time"]?.string } == ["2026-01-15T03:48:00Z", "2026-01-15T03:49:00Z"])
        #expect(try api.get("/v1/candles/TCS").items().first?["partial"] == .bool(true))
        #expect(try api.get("/v1/candles/TCS?interval=1h").items().isEmpty)
        #expect(try api.get("/v1/candles/NOPE").status == 404)
        let foreign = try api.get("/v1/candles/TCS?interval=1h&cursor=\(cursor)")
        #expect(foreign.status == 400)
    }

    @Test func operationsNeedNoToken() throws {
        let database = try FixtureDatabase.live()
        let api = try TestAPI(database: database.url)
        #expect(try api.get("/livez", as: nil).text == #"{"status":"ok"}"#)
        let ready = try api.eventually("/readyz", as: nil) { $0.status == 200 }
        #expect(try ready.json()["views"]?["positions"]?["build"] == .string("1.1"))
        #expect(try api.get("/healthz", as: nil).text == ready.text)
        let document = try api.get("/openapi.json", as: nil)
        #expect(try document.json()["openapi"] == .string("3.1.0"))
        _ = try api.get("/v1/quotes")
        _ = try api.get("/nowhere/user-17")
        // The count is taken when the answer has left, which may be after it has arrived.
        let metrics = try api.eventually("/metrics", as: nil) {
            $0.text.contains("tapefold_http_requests_total{route=\"/v1/quotes\",method=\"GET\",status=\"200\"} 1")
        }
        #expect(
            metrics.text.contains("tapefold_http_request_duration_seconds_bucket{route=\"/v1/quotes\",le=\"+Inf\"} 1"))
        #expect(
            metrics.text.contains("tapefold_http_requests_total{route=\"unmatched\",method=\"GET\",status=\"404\"} 1"))
        #expect(!metrics.text.contains("user-17"))
        #expect(metrics.text.contains("tapefold_http_query_threads{state=\"idle\"}"))
    }
}
