import Glibc
import Testing

@testable import ReadAPI

/// Who may ask for what, and how refusals look.
@Suite struct AccessTests {
    @Test func everyDataRouteNeedsAToken() throws {
        let api = try TestAPI(database: try FixtureDatabase.live().url)
        for route in RouteTable.routes where route.access != .open {
            let path = route.path.description.replacing("{symbol}", with: "A").replacing("{id}", with: "1")
            let answer = try api.get(path, as: nil, method: route.method.rawValue)
            #expect(answer.status == 401, "\(path)")
            #expect(answer.header("www-authenticate") == #"Bearer realm="tapefold""#)
        }
    }

    @Test func refusedTokensSayWhy() throws {
        let api = try TestAPI(database: try FixtureDatabase.live().url)
        let expired = TokenIssuer(secret: api.secret).issue(TokenClaims(subject: "u1", expiresAt: 1_000))
        let foreign = TokenIssuer(secret: try TokenSecret(bytes: [UInt8](repeating: 7, count: 32))).issue(
            TokenClaims(subject: "u1"))
        let none = Base64URL.encode(#"{"alg":"none"}"#.utf8) + "." + Base64URL.encode(#"{"sub":"u1"}"#.utf8) + "."
        for (token, reason) in [
            (expired, "expired"), (foreign, "signature"), (none, "HS256"), ("garbage", "malformed"),
            ("\"\\", "malformed"),
        ] {
            let answer = try api.get("/v1/positions", as: nil, headers: [("Authorization", "Bearer \(token)")])
            #expect(answer.status == 401)
            #expect(answer.header("content-type") == "application/problem+json")
            let challenge = answer.header("www-authenticate") ?? ""
            #expect(challenge.hasPrefix(#"Bearer realm="tapefold", error="invalid_token", error_description=""#))
            #expect(challenge.contains(reason), "\(challenge)")
            #expect(challenge.filter { $0 == "\"" }.count == 6)
            #expect(try answer.json()["detail"]?.string?.contains(reason) == true)
            #expect(!answer.text.contains(token) || token.count < 10)
        }
    }

    @Test func usersSeeTheirOwnRowsAndAdminsMayChoose() throws {
        let database = try FixtureDatabase.live()
        try database.addPosition("u1", "MINE")
        try database.addPosition("u2", "OTHERS")
        let api = try TestAPI(database: database.url)
        func symbols(_ target: String, _ user: String, _ roles: [String]) throws -> [String?] {
            try api.get(target, as: user, roles: roles).items().map { $0["symbol"]?.string }
        }
        #expect(try symbols("/v1/positions", "u1", []) == ["MINE"])
        #expect(try symbols("/v1/positions?userId=u1", "u1", []) == ["MINE"])
        #expect(try symbols("/v1/positions?userId=u2", "u1", ["admin"]) == ["OTHERS"])
        #expect(try symbols("/v1/positions", "u1", ["admin"]) == ["MINE"])
        for roles in [[], ["Admin"], ["operator"]] {
            for target in ["/v1/positions?userId=u2", "/v1/positions/OTHERS?userId=u2", "/v1/orders/1?userId=u2"] {
                let answer = try api.get(target, as: "u1", roles: roles)
                #expect(answer.status == 403)
                #expect(try answer.json()["type"] == .string("urn:tapefold:problem:forbidden"))
            }
        }
        // Quotes belong to nobody.
        #expect(try api.get("/v1/quotes?userId=u2", as: "u1", roles: ["admin"]).status == 400)
    }

    @Test func problemsHaveTheirShape() throws {
        let api = try TestAPI(database: try FixtureDatabase.live().url)
        let answer = try api.get("/v1/trades?limit=501", headers: [("X-Request-Id", "abc-1")])
        #expect(answer.status == 400)
        #expect(answer.header("x-request-id") == "abc-1")
        #expect(answer.header("cache-control") == "no-store")
        #expect(
            answer.text
                == #"{"type":"urn:tapefold:problem:invalid-parameter","title":"Invalid parameter","status":400,"#
                + #""detail":"limit: \"501\" is not a whole number from 1 to 500","instance":"/v1/trades","requestId":"abc-1","#
                + #""field":"limit","value":"501","reason":"is not a whole number from 1 to 500"}"#)
    }

    @Test(arguments: [
        ("/v1/trades?limit=0", "limit"), ("/v1/trades?limit=+5", "limit"), ("/v1/trades?limit=1e2", "limit"),
        ("/v1/trades?limit=", "limit"), ("/v1/trades?limit=99999999999999999999", "limit"),
        ("/v1/trades?side=buy", "side"), ("/v1/orders?status=FILLED", "status"), ("/v1/trades?from=yesterday", "from"),
        ("/v1/trades?from=2026-02-30T00:00:00Z", "from"), ("/v1/trades?to=2026-01-01", "to"),
        ("/v1/trades?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "from"),
        ("/v1/candles/A?interval=2m", "interval"),
        ("/v1/trades?account=", "account"), ("/v1/trades?account=a&account=b", "account"), ("/v1/trades?foo=1", "foo"),
        ("/v1/positions/NSE%3A", "symbol"), ("/v1/quotes?symbols=A,,B", "symbols"),
        ("/v1/trades?account=%ff", "account"),
        ("/v1/trades?account=%00", "account"), ("/v1/positions/%zz", "symbol"), ("/v1/positions?after=x", "after"),
        ("/v1/positions?after=t/0@-1", "after"), ("/v1/positions?after=t/0@1,", "after"), ("/v1/livez?x", ""),
        ("/livez?x=1", "x"), ("/v1/trades?%zz=1", "query"),
    ])
    func badParametersAreNamed(_ target: String, _ field: String) throws {
        let api = try SharedAPI.get()
        let answer = try api.get(target)
        guard !field.isEmpty else {
            #expect(answer.status == 404)
            return
        }
        #expect(answer.status == 400, "\(target): \(answer.text)")
        #expect(try answer.json()["field"] == .string(field), "\(target): \(answer.text)")
    }

    @Test func pathsAndMethods() throws {
        let api = try SharedAPI.get()
        for path in [
            "/v1", "/v1/", "/v1/positions/", "/v1/positions/A/B", "//v1/positions", "/V1/positions", "/v1/nothing",
        ] {
            #expect(try api.get(path).status == (path == "/v1/positions/" ? 400 : 404), "\(path)")
        }
        for method in ["PUT", "DELETE", "PATCH", "TRACE", "FOO"] {
            let answer = try api.get("/v1/positions", method: method)
            #expect(answer.status == 405, "\(method)")
            #expect(answer.header("allow") == "GET, HEAD, OPTIONS")
        }
    }
}

/// One API for tests that only need some answer.
enum SharedAPI {
    private static let made = Result { try TestAPI(database: try FixtureDatabase.live().url) }

    static func get() throws -> TestAPI {
        if case .success = made { atexit { SharedAPI.stop() } }
        return try made.get()
    }

    private static func stop() {
        if case .success(let api) = made { api.server.stop() }
    }
}
