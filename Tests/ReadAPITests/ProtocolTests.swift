import Glibc
import HTTPServing
import Synchronization
import Testing

@testable import ReadAPI

/// HTTP itself: what clients may send, how much of it, and what the server does when it stops.
@Suite struct ProtocolTests {
    @Test func headersOfEveryAnswer() throws {
        let api = try SharedAPI.get()
        for (target, user) in [("/v1/quotes", "u1"), ("/livez", nil), ("/nope", nil), ("/v1/quotes", nil)]
            as [(String, String?)]
        {
            let answer = try api.get(target, as: user)
            #expect(answer.header("server") == "tapefold")
            #expect(answer.header("date")?.hasSuffix("GMT") == true)
            #expect(answer.header("x-request-id")?.isEmpty == false)
        }
        let one = try api.get("/livez").header("x-request-id")
        #expect(try api.get("/livez").header("x-request-id") != one)
        #expect(try api.get("/livez", headers: [("X-Request-Id", "bad id")]).header("x-request-id") != "bad id")
    }

    @Test func headIsGetWithoutABody() throws {
        let api = try SharedAPI.get()
        let client = try TestClient(port: api.server.port)
        let headers = [("Authorization", "Bearer \(api.token("u1"))")]
        let get = try client.request("GET", "/v1/quotes", headers: headers)
        let head = try client.request("HEAD", "/v1/quotes", headers: headers)
        #expect(head.status == 200)
        #expect(head.header("content-length") == get.header("content-length"))
        #expect(head.header("etag") == get.header("etag"))
        // Had a body come, it would stand in front of the next answer.
        #expect(try client.request("GET", "/livez").text == #"{"status":"ok"}"#)
    }

    @Test func crossOriginRequests() throws {
        let api = try TestAPI(database: try FixtureDatabase.live().url, cors: ["https://a.example"])
        let preflight = try api.get(
            "/v1/quotes", as: nil, method: "OPTIONS",
            headers: [("Origin", "https://a.example"), ("Access-Control-Request-Method", "GET")])
        #expect(preflight.status == 204)
        #expect(preflight.header("access-control-allow-origin") == "https://a.example")
        #expect(preflight.header("access-control-allow-headers")?.contains("Authorization") == true)
        let stranger = try api.get("/livez", headers: [("Origin", "https://b.example")])
        #expect(stranger.status == 200)
        #expect(stranger.header("access-control-allow-origin") == nil)
        #expect(stranger.header("vary") == "Origin")
        let refused = try api.get("/v1/quotes", as: nil, headers: [("Origin", "https://a.example")])
        #expect(refused.status == 401)
        #expect(refused.header("access-control-allow-origin") == "https://a.example")
        let closed = try SharedAPI.get().get("/livez", headers: [("Origin", "https://a.example")])
        #expect(closed.header("access-control-allow-origin") == nil)
        #expect(try SharedAPI.get().get("/livez", method: "OPTIONS").header("allow") == "GET, HEAD, OPTIONS")
    }

    @Test func validatorsAndCompression() throws {
        let api = try SharedAPI.get()
        let plain = try api.get("/openapi.json")
        let tag = try #require(plain.header("etag"))
        #expect(plain.header("vary") == "Accept-Encoding")
        let unchanged = try api.get("/openapi.json", headers: [("If-None-Match", tag)])
        #expect(unchanged.status == 304)
        #expect(unchanged.body.isEmpty)
        #expect(try api.get("/openapi.json", headers: [("If-None-Match", "\"x\"")]).status == 200)
        let small = try api.get("/openapi.json", headers: [("Accept-Encoding", "gzip, br")])
        #expect(small.header("content-encoding") == "gzip")
        #expect(small.body.count * 4 < plain.body.count)
        #expect(small.body.starts(with: [0x1f, 0x8b]))
        #expect(small.header("etag") == tag)
        #expect(try api.get("/livez", headers: [("Accept-Encoding", "gzip")]).header("content-encoding") == nil)
    }

    @Test(arguments: [
        "GET\r\n\r\n", "\r\n\r\n\r\nfoo\r\n\r\n", "GET /livez HTTP/1.1\r\n\r\n",
        "GET /livez HTTP/9.9\r\nHost: x\r\n\r\n",
        "\u{0}\u{1}\u{2}\r\n\r\n", "GET  /livez HTTP/1.1\r\nHost: x\r\n\r\n", "GET /livez HTTP/1.1\r\nHost x\r\n\r\n",
        "GET /livez HTTP/1.1\r\n: x\r\n\r\n", "POST /livez HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "POST /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "POST /livez HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    ])
    func malformedRequestsHurtNobodyElse(_ text: String) throws {
        let api = try SharedAPI.get()
        let client = try TestClient(port: api.server.port)
        client.send(text)
        client.finishSending()
        if let answer = try? client.receive() {
            #expect(answer.status >= 400 || answer.status == 200, "\(answer.status)")
        }
        #expect(try api.get("/livez").status == 200)
    }

    @Test func tooMuchIsRefused() throws {
        let api = try SharedAPI.get()
        let long = try api.get("/v1/quotes?symbols=" + String(repeating: "A", count: 9_000))
        #expect(long.status == 414)
        #expect(try long.json()["type"] == .string("urn:tapefold:problem:uri-too-long"))
        let names = (1...600).map { "S\($0)" }.joined(separator: ",")
        #expect(try api.get("/v1/quotes?symbols=" + names).status == 400)
        let headers = (1...150).map { ("X-\($0)", "y") }
        #expect(try api.get("/livez", headers: headers).status == 431)
        for (twice, named) in [
            ("Content-Length: 0\r\nContent-Length: 5", "Content-Length"),
            ("Content-Length: 0\r\nTransfer-Encoding: chunked", "Content-Length"),
            ("Authorization: Bearer x\r\nAuthorization: Bearer y", "Authorization"),
        ] {
            let client = try TestClient(port: api.server.port)
            client.send("GET /livez HTTP/1.1\r\nHost: x\r\n\(twice)\r\n\r\n")
            let answer = try client.receive()
            #expect(answer.status == 400 && answer.text.contains(named), "\(twice): \(answer.text)")
            #expect(client.isClosedByServer())
        }
        let huge = try TestClient(port: api.server.port)
        huge.send("GET /livez HTTP/1.1\r\nHost: x\r\nX-Big: \(String(repeating: "b", count: 200_000))\r\n\r\n")
        if let answer = try? huge.receive() { #expect([413, 431].contains(answer.status)) }
        let body = try TestClient(port: api.server.port)
        body.send("POST /v1/quotes HTTP/1.1\r\nHost: x\r\nContent-Length: 20000\r\n\r\n")
        let refused = try body.receive()
        #expect(refused.status == 413)
        #expect(refused.header("connection")?.lowercased() == "close")
        let chunked = try TestClient(port: api.server.port)
        chunked.send("POST /v1/quotes HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in 0..<20 { chunked.send("3e8\r\n\(String(repeating: "c", count: 1_000))\r\n") }
        chunked.send("0\r\n\r\n")
        #expect(try chunked.receive().status == 413)
        #expect(try api.get("/livez").status == 200)
    }

    @Test func pipelinedRequestsAreAnsweredInOrder() throws {
        let api = try SharedAPI.get()
        let client = try TestClient(port: api.server.port)
        let token = api.token("u1")
        let paths = ["/v1/quotes", "/livez", "/v1/positions", "/nope", "/v1/orders/x"]
        client.send(
            paths.map { "GET \($0) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\n\r\n" }.joined())
        #expect(try paths.map { _ in try client.receive().status } == [200, 200, 200, 404, 404])
    }

    @Test func clientsThatLeaveAreForgotten() throws {
        let api = try SharedAPI.get()
        for _ in 0..<50 {
            let client = try TestClient(port: api.server.port)
            client.send("GET /v1/quotes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(api.token("u1"))\r\n\r\n")
        }
        // Ours is the one request in flight once the others have been dropped.
        try api.eventually("/metrics", as: nil) { $0.text.contains("\ntapefold_http_requests_in_flight 1\n") }
    }

    @Test func sixtyFourClientsAtOnce() throws {
        let database = try FixtureDatabase.live()
        for user in 0..<8 {
            for symbol in ["A", "B", "C"] { try database.addPosition("u\(user)", symbol, quantity: "\(user + 1)") }
        }
        try database.addQuote("A", "3")
        let api = try TestAPI(database: database.url)
        let wrong = Atomic(0)
        let right = Atomic(0)
        let threads = (0..<64).map { index in
            WorkerThread.start { [api] in
                let user = "u\(index % 8)"
                guard let client = try? TestClient(port: api.server.port) else { return }
                let headers = [("Authorization", "Bearer \(api.token(user))")]
                for round in 0..<25 {
                    let target = round % 2 == 0 ? "/v1/positions" : "/v1/positions/A"
                    let answer = try? client.request("GET", target, headers: headers)
                    let isOwn = answer?.text.contains("\"quantity\":\"\(index % 8 + 1)\"") ?? false
                    if answer?.status == 200, isOwn {
                        right.add(1, ordering: .relaxed)
                    } else {
                        wrong.add(1, ordering: .relaxed)
                    }
                }
            }
        }
        for thread in threads { thread.join() }
        let counts = (wrong.load(ordering: .relaxed), right.load(ordering: .relaxed))
        #expect(counts == (0, 64 * 25))
    }

    @Test func takenPortIsSaidClearly() throws {
        let api = try SharedAPI.get()
        let port = api.server.port
        let configuration = ReadService.Configuration(
            database: try DatabaseSession.configuration(url: "postgresql://nobody@127.0.0.1:1/x"), secret: api.secret)
        #expect(throws: HTTPServerError.portTaken(host: "127.0.0.1", port: port)) {
            try ReadAPIServer(host: "127.0.0.1", port: port, service: configuration)
        }
        #expect(throws: HTTPServerError.self) {
            try ReadAPIServer(host: "no.such.host.invalid", port: 0, service: configuration)
        }
    }
}
