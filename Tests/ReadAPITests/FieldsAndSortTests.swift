import Testing

@testable import ReadAPI

/// `fields=`, `sort=` and `Accept`.
@Suite struct FieldsAndSortTests {
    @Test func onlyTheFieldsAskedForAreWritten() throws {
        let database = try FixtureDatabase.live()
        try database.addPosition("u1", "M&M")
        try database.addLot("u1", "M&M", trade: "t1", quantity: "10", price: "100")
        try database.addQuote("NIFTY 50", "3.5")
        let api = try TestAPI(database: database.url)
        let list = try api.get("/v1/positions?fields=symbol,quantity")
        #expect(list.text == #"{"items":[{"symbol":"M&M","quantity":"10"}],"nextCursor":null}"#)
        #expect(list.header("tapefold-position") != nil)
        let one = try api.get("/v1/positions/NSE:M%26M?fields=openLots")
        #expect(one.text.hasPrefix(#"{"openLots":[{"quantity":"10","price":"100","#))
        #expect(one.text.hasSuffix("}]}"))
        #expect(try api.get("/v1/quotes/NSE:NIFTY%2050?fields=lastPrice").text == #"{"lastPrice":"3.5"}"#)
        #expect(try api.get("/v1/trades?fields=closures").status == 400)
        for bad in ["", "nothing", "symbol,", "symbol,%20quantity", "items"] {
            let answer = try api.get("/v1/positions?fields=\(bad)")
            #expect(answer.status == 400)
            #expect(try answer.json()["field"]?.string == "fields")
        }
        #expect(try api.get("/livez?fields=status").status == 400)
    }

    /// What the document says a list's items have is what they have.
    @Test func everyReadRouteKnowsItsFields() throws {
        for route in RouteTable.routes {
            guard case .read = route.action else { continue }
            #expect(throws: Problem.self) { try FieldCatalog.selection(["no such field"], of: route.operation) }
            let problem = #expect(throws: Problem.self) { try FieldCatalog.selection([""], of: route.operation) }
            #expect(problem?.detail.contains("it has ") == true)
            #expect(problem?.detail.hasSuffix("it has ") == false, "\(route.operation) is not documented")
        }
    }

    @Test func listsByTimeGoBothWays() throws {
        let database = try FixtureDatabase.live()
        for index in 1...5 {
            try database.execute(
                """
                INSERT INTO orders_1_1.api_orders (user_id, order_id, status, placed_at, updated_at)
                VALUES ('u1', 'o\(index)', 'OPEN', '2026-01-0\(index) 00:00:00+00', now());
                INSERT INTO market_1_1.api_candles VALUES
                ('NSE', 'A', '1d', '2026-01-0\(index) 00:00:00+00', 1, 1, 1, 1, 1, false);
                """)
        }
        try database.addQuote("A", "1")
        let api = try TestAPI(database: database.url)
        func walk(_ target: String, _ field: String) throws -> [String] {
            var found: [String] = []
            var cursor: String?
            repeat {
                let page = try api.get(target + (cursor.map { "&cursor=\($0)" } ?? ""))
                found += try page.items().compactMap { $0[field]?.string }
                cursor = try page.json()["nextCursor"]?.string
            } while cursor != nil
            return found
        }
        #expect(try walk("/v1/orders?limit=2", "orderId") == ["o5", "o4", "o3", "o2", "o1"])
        #expect(try walk("/v1/orders?limit=2&sort=-placedAt", "orderId") == ["o5", "o4", "o3", "o2", "o1"])
        #expect(try walk("/v1/orders?limit=2&sort=placedAt", "orderId") == ["o1", "o2", "o3", "o4", "o5"])
        let days = try walk("/v1/candles/A?interval=1d&limit=2&sort=-time", "time").map { $0.prefix(10) }
        #expect(days == ["2026-01-05", "2026-01-04", "2026-01-03", "2026-01-02", "2026-01-01"])
        let cursor = try #require(try api.get("/v1/orders?limit=2").json()["nextCursor"]?.string)
        #expect(try api.get("/v1/orders?limit=2&sort=placedAt&cursor=\(cursor)").status == 400)
    }

    @Test(
        arguments: [
            (nil, true), ("*/*", true), ("application/json", true), ("application/*;q=0.5", true),
            ("text/html, */*;q=0.1", true),
            ("", true), ("text/html", false), ("application/xml, text/*", false), ("application/json;q=0, */*", false),
            ("application/json;q=0.0", false), ("APPLICATION/JSON", true),
        ] as [(String?, Bool)])
    func acceptDecidesWhetherThereIsAnAnswer(_ accept: String?, _ isTaken: Bool) throws {
        let headers = accept.map { [("Accept", $0)] } ?? []
        let answer = try SharedAPI.get().get("/v1/quotes", headers: headers)
        #expect(answer.status == (isTaken ? 200 : 406))
        if !isTaken { #expect(answer.header("content-type") == "application/problem+json") }
    }
}
