import Glibc
import Testing

@testable import ReadAPI

/// The written attack list, docs/security.md: each entry is a test here, or names the one that is elsewhere.
@Suite struct AttackTests {
    @Test func anotherUsersIdIsRefusedOnEveryRoute() throws {
        let api = try SharedAPI.get()
        for route in RouteTable.routes where route.access != .open {
            let path = route.path.description.replacing("{symbol}", with: "A").replacing("{id}", with: "1")
            for other in ["u2", "U1", "u1%00", "u1%20", "%75%32", "*", "u1,u2", "'%20OR%20'1'='1"] {
                let target = "\(path)?userId=\(other)"
                let answer =
                    route.method == .get
                    ? try api.get(target) : try api.post(target, route.body == nil ? "" : #"{"userId":"u2"}"#)
                #expect([400, 403, 415].contains(answer.status), "\(route.method) \(target): \(answer.status)")
            }
            guard route.method == .post, route.body?.contentTypes == ["application/json"] else { continue }
            let answer = try api.post(path, #"{"userId":"u2"}"#)
            #expect(answer.status == 403, "\(path): \(answer.status) \(answer.text)")
        }
    }

    /// Ids of others in a path lead to nothing: rows are looked up by user and id.
    @Test func anotherUsersRowsAreNotFound() throws {
        let database = try FixtureDatabase.live()
        try database.execute(
            """
            INSERT INTO orders_1_1.api_orders (user_id, order_id, status, updated_at) VALUES ('u2', 'o2', 'OPEN', now());
            INSERT INTO positions_1_1.api_trades (user_id, trade_id, account, instrument, exchange, symbol, side, quantity,
                price, fees, multiplier, executed_at, voided)
            VALUES ('u2', 't2', 'main', 'NSE:A', 'NSE', 'A', 'BUY', 1, 1, 0, 1, now(), false);
            """)
        try database.addPosition("u2", "A")
        let api = try TestAPI(database: database.url)
        for path in ["/v1/orders/o2", "/v1/trades/t2", "/v1/positions/A"] {
            #expect(try api.get(path, as: "u2").status == 200)
            #expect(try api.get(path, as: "u1").status == 404)
        }
        for path in ["/v1/orders", "/v1/trades", "/v1/positions", "/v1/closed-trades"] {
            #expect(try api.get(path, as: "u1").items().isEmpty)
        }
    }

    @Test(arguments: [
        "'; DROP TABLE tapefold.build; --", "' OR '1'='1", "1) UNION SELECT password_hash FROM tapefold.app_user --",
        "$1", "\\'; SELECT pg_sleep(10); --", "%27%20OR%201%3D1", "a\u{2019} OR 1=1",
    ])
    func sqlInjectionFindsNothing(_ text: String) throws {
        let database = try FixtureDatabase.live()
        try database.addPosition("u2", "A")
        let api = try TestAPI(database: database.url)
        let encoded = text.utf8.map { byte in
            let digits = String(byte, radix: 16)
            return "%" + (digits.count == 1 ? "0" : "") + digits
        }.joined()
        for target in [
            "/v1/positions?account=\(encoded)", "/v1/trades?orderId=\(encoded)", "/v1/trades?symbol=\(encoded)",
            "/v1/orders/\(encoded)", "/v1/quotes?symbols=\(encoded)", "/v1/candles/\(encoded)",
            "/v1/trades?category=\(encoded)&strategy=\(encoded)", "/v1/trades?cursor=\(encoded)",
            "/v1/trades?sort=\(encoded)", "/v1/trades?fields=\(encoded)", "/v1/positions?after=\(encoded)",
        ] {
            let answer = try api.get(target)
            #expect([200, 400, 404].contains(answer.status), "\(target): \(answer.status)")
            if answer.status == 200 { #expect(try answer.items().isEmpty, "\(target)") }
        }
        let login = JSONValue.object([JSONMember("userId", .string(text)), JSONMember("password", .string(text))])
        #expect(try api.post("/v1/auth/login", login.text, as: nil).status == 401)
        let refresh = JSONValue.object([JSONMember("refreshToken", .string(text))])
        #expect(try api.post("/v1/auth/refresh", refresh.text, as: nil).status == 401)
        #expect(try database.connection.query("SELECT count(*) FROM tapefold.build").int64(0, 0) == 3)
    }

    /// Nothing that a client sends becomes a header of the answer, but the request's id, and that only where it is printable.
    @Test func headerInjectionFindsNothing() throws {
        let api = try SharedAPI.get()
        for target in [
            "/v1/quotes?symbols=%0d%0aSet-Cookie:%20a=b", "/v1/orders/%0d%0aX-Evil:%201", "/%0d%0aX-Evil:1",
        ] {
            let answer = try api.get(target)
            #expect(answer.header("set-cookie") == nil && answer.header("x-evil") == nil)
        }
        let client = try TestClient(port: api.server.port)
        client.send("GET /livez HTTP/1.1\r\nHost: x\r\nX-Request-Id: a\rX-Evil: 1\r\n\r\n")
        if let answer = try? client.receive() { #expect(answer.header("x-evil") == nil) }
        let token = try api.get(
            "/v1/positions", as: nil, headers: [("Authorization", "Bearer a\"\tb, realm=\"evil\".x.y")])
        #expect(token.status == 401)
        #expect(token.header("www-authenticate")?.contains("evil") == false)
    }

    @Test(arguments: [
        "/../etc/passwd", "/v1/../v1/positions", "/v1/%2e%2e/positions", "/v1//positions", "/v1/positions/..%2f..",
        "/v1/positions%2f", "/v1/positions;a=b", "/v1/positions%00", "/V1/positions", "/v1/./positions",
        "//v1/positions",
        "/v1/orders/a/../../positions", "/v1\\positions", "/%76%31/positions", "/v1/trades/import",
        "http://evil.example/v1/positions", "/v1/orders//cancel",
    ])
    func pathTricksFindNothing(_ path: String) throws {
        let answer = try SharedAPI.get().get(path)
        #expect([400, 404, 405].contains(answer.status), "\(path): \(answer.status)")
    }

    @Test func bodiesAreBoundedBeforeTheyAreRead() throws {
        let api = try SharedAPI.get()
        func ask(_ path: String, _ headers: String, as user: String? = "u1") throws -> TestResponse {
            let client = try TestClient(port: api.server.port)
            let token = user.map { "Authorization: Bearer \(api.token($0))\r\n" } ?? ""
            client.send("POST \(path) HTTP/1.1\r\nHost: x\r\n\(token)\(headers)\r\n\r\n")
            return try client.receive()
        }
        let json = "Content-Type: application/json\r\n"
        #expect(try ask("/v1/orders", json + "Content-Length: 16385").status == 413)
        #expect(try ask("/v1/trades/import", "Content-Type: text/csv\r\nContent-Length: 8388609").status == 413)
        // Who may not send one is told without sending it.
        #expect(
            try ask("/v1/trades/import", "Content-Type: text/csv\r\nContent-Length: 8000000", as: nil).status == 401)
        #expect(try ask("/v1/orders", "Content-Type: text/xml\r\nContent-Length: 5").status == 415)
        #expect(try ask("/v1/orders", json + "Content-Encoding: gzip\r\nContent-Length: 5").status == 415)
        #expect(try ask("/v1/orders", "Content-Length: 5").status == 415)
        #expect(try ask("/nowhere", json + "Content-Length: 999999999").status == 413)
        // A body without an end is not read without an end.
        let endless = try TestClient(port: api.server.port)
        endless.send(
            "POST /v1/orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(api.token("u1"))\r\n\(json)Transfer-Encoding: chunked\r\n\r\n"
        )
        let chunk = "2710\r\n\(String(repeating: " ", count: 10_000))\r\n"
        var sent = 0
        while sent < 1_000, !endless.isClosedNow() {
            endless.send(chunk)
            sent += 1
        }
        #expect(sent < 1_000)
        #expect(try api.get("/livez").status == 200)
    }

    /// Two readings of where a request ends are one too many: the connection is closed, or the request refused.
    @Test func smugglingFindsNothing() throws {
        let api = try SharedAPI.get()
        let head = "POST /v1/auth/logout HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        for framing in [
            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "Content-Length: 5\r\nContent-Length: 60\r\n\r\n{}   ",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        ] {
            let client = try TestClient(port: api.server.port)
            client.send(head + framing + "GET /v1/smuggled HTTP/1.1\r\nHost: x\r\n\r\n")
            client.finishSending()
            let first = try? client.receive()
            #expect(first.map { $0.status >= 400 } ?? true, "\(framing): \(first?.status ?? 0)")
        }
        #expect(try api.get("/livez").status == 200)
    }
}
