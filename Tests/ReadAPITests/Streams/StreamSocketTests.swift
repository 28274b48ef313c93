import Domain
import Events
import Glibc
import HTTPServing
import Postgres
import Supervision
import Testing

@testable import ReadAPI

/// Real sockets against a running API; ticks are put in where the feed would.
@Suite struct StreamSocketTests {
    private struct Setup {
        let api: TestAPI
        let connection: PostgresConnection

        init(stallMilliseconds: Int64? = nil) throws {
            let url = try TemporaryPostgres.shared().freshDatabase()
            connection = try PostgresConnection.connect(try PostgresConfiguration(url: url))
            try EngineSchema.create(on: connection)
            api = try TestAPI(database: url, stallMilliseconds: stallMilliseconds)
            // Until the changes are being read a stream has no position.
            let deadline = MonotonicClock.deadline(milliseconds: 20_000)
            while try open("channels=user:me", as: "first").next("hello")["id"] == nil {
                try #require(MonotonicClock.nanoseconds() < deadline)
                usleep(20_000)
            }
        }

        func tick(_ symbol: String, _ price: Int64, offset: Int64 = 0) throws {
            let index = try #require(api.hub.symbols.index(of: StreamSymbol(exchange: "NSE", symbol: symbol)))
            let update = MarketUpdated(
                exchange: "NSE", symbol: symbol, lastPrice: Price(units: price * Price.unitsPerOne))
            api.hub.tellAll(
                .ticks(
                    [
                        SharedTick(
                            symbol: index, tick: update, time: Timestamp(microseconds: 1_768_448_700_000_000),
                            partition: 0, offset: offset)
                    ], tape: [0: offset + 1]))
        }

        /// As the engine records a batch.
        func change(_ view: String, lane: Int, _ users: String...) throws {
            let list = users.map { "'\($0)'" }.joined(separator: ",")
            try connection.execute(
                """
                BEGIN; INSERT INTO tapefold.change_batch (view, lane, user_ids) VALUES ('\(view)', \(lane), ARRAY[\(list)]);
                SELECT pg_notify('tapefold_view_change', ''); COMMIT
                """)
        }

        func open(_ query: String, as user: String = "u1", seconds: Int64 = 3_600) throws -> StreamClientSocket {
            try StreamClientSocket(port: api.server.port, query: query, token: api.token(user, seconds: seconds))
        }
    }

    @Test func ticksReachThoseWhoFollowTheirSymbol() throws {
        let setup = try Setup()
        let one = try setup.open("channels=market:A")
        let other = try setup.open("channels=market:B,market:NSE:A")
        #expect(try one.next("subscribed")["channels"] == .array([.string("market:NSE:A")]))
        _ = try other.next("subscribed")
        try setup.tick("A", 101, offset: 7)
        for socket in [one, other] {
            let tick = try socket.next("tick")
            #expect(tick["lastPrice"] == .string("101"))
            #expect(tick["position"] == .string("market.updates/0@7"))
        }
        try one.send(#"{"op":"unsubscribe","channels":["market:A"]}"#)
        _ = try one.next("unsubscribed")
        try setup.tick("A", 102)
        #expect(try other.next("tick")["lastPrice"] == .string("102"))
        try one.send(#"{"op":"ping"}"#)
        // Nothing came in between.
        #expect(try one.nextMessage()["type"] == .string("heartbeat"))
        // Whoever comes later is told the last price at once.
        #expect(try setup.open("channels=market:A").next("tick")["lastPrice"] == .string("102"))
    }

    @Test func changesReachTheirUserAndNobodyElse() throws {
        let setup = try Setup()
        let mine = try setup.open("channels=user:me", as: "u1")
        let others = try setup.open("channels=user:me", as: "u2")
        try mine.waitUntilFollowing()
        try others.waitUntilFollowing()
        try setup.change("positions", lane: 1, "u1", "u3")
        #expect(try mine.next("change")["views"] == .array([.string("positions")]))
        try setup.change("orders", lane: 0, "u2")
        #expect(try others.next("change")["views"] == .array([.string("orders")]))
    }

    @Test func comesBackWithoutAGap() throws {
        let setup = try Setup()
        try setup.change("positions", lane: 1, "u9")
        try setup.change("orders", lane: 1, "u9")
        let before = try setup.open("channels=user:me")
        try before.waitUntilFollowing()
        try setup.change("positions", lane: 1, "u1")
        let id = try #require(try before.next("change")["id"]?.string)
        before.close()
        try setup.change("orders", lane: 1, "u1")
        try setup.change("positions", lane: 1, "u2")
        let after = try setup.open("channels=user:me&resume=\(id)")
        let change = try after.next("change")
        #expect(change["views"] == .array([.string("orders")]))
        let position = try #require(try after.next("resumed")["id"]?.string)
        // Nothing missed, nothing told.
        let again = try setup.open("channels=user:me&resume=\(position)")
        #expect(try again.next { $0 == "resumed" || $0 == "change" }["type"] == .string("resumed"))
        // What is gone cannot be told.
        try setup.connection.execute("DELETE FROM tapefold.change_batch WHERE view = 'positions'")
        #expect(
            try setup.open("channels=user:me&resume=\(position)").next { $0 == "resumed" || $0 == "reload" }["type"]
                == .string("reload"))
    }

    @Test func aSwapOfBuildsIsNewsForEverybody() throws {
        let setup = try Setup()
        let socket = try setup.open("channels=user:me")
        let id = try #require(try socket.next("hello")["id"]?.string ?? socket.next("heartbeat")["id"]?.string)
        _ = try socket.next("subscribed")
        try setup.connection.execute("UPDATE tapefold.build SET build = build || '0' WHERE view = 'x'")
        try setup.connection.execute(
            """
            INSERT INTO tapefold.build (view, build, fold, number, schema_name, status, lanes)
            VALUES ('another', '1.1', 1, 1, 'another_1_1', 'live', 4)
            """)
        let change = try socket.next("change")
        #expect(change["views"]?.elements?.contains(.string("another")) == true)
        #expect(try setup.open("channels=user:me&resume=\(id)").next("reload")["reason"]?.string?.isEmpty == false)
    }

    @Test func aSlowClientIsDroppedAndHoldsNobodyUp() throws {
        let setup = try Setup(stallMilliseconds: 300)
        let names = (0..<StreamLimits.channelsPerClient).map { "market:S\($0)" }.joined(separator: ",")
        let slow = try setup.open("channels=\(names)", as: "slow")
        _ = try slow.next("subscribed")
        let quick = try setup.open("channels=market:S1", as: "quick")
        _ = try quick.next("subscribed")
        // The slow one reads nothing: its socket fills up, then its ticks are conflated, then it is dropped.
        var price: Int64 = 1
        let deadline = MonotonicClock.deadline(milliseconds: 20_000)
        while !setup.api.hub.metricsText.contains("{reason=\"slow_client\"} 1") {
            try #require(MonotonicClock.nanoseconds() < deadline, "\(setup.api.hub.metricsText)")
            price += 1
            for symbol in 0..<StreamLimits.channelsPerClient { try setup.tick("S\(symbol)", price) }
            #expect(try quick.next("tick")["lastPrice"] == .string("\(price)"))
        }
        quick.close()
        let code = slow.closingCode()
        #expect(code == nil || code == 4_408)
    }

    @Test func aTokenThatExpiresEndsItsStream() throws {
        let setup = try Setup()
        let socket = try setup.open("channels=user:me", seconds: 1)
        #expect(socket.closingCode() == 4_401)
    }

    @Test func stoppingTellsEveryStream() throws {
        let setup = try Setup()
        let socket = try setup.open("channels=market:A")
        _ = try socket.next("subscribed")
        setup.api.server.stop()
        #expect(socket.closingCode() == 1_012)
    }

    @Test func aFloodOfMessagesEndsTheStream() throws {
        let setup = try Setup()
        let socket = try setup.open("channels=user:me")
        for _ in 0...StreamLimits.messagesAtOnce { try socket.send(#"{"op":"ping"}"#) }
        #expect(socket.closingCode() == 4_429)
    }

    @Test func whoMayAndWhoMayNot() throws {
        let setup = try Setup()
        #expect(try setup.api.get("/v1/ws", as: nil).status == 401)
        #expect(try setup.api.get("/v1/ws").status == 426)
        #expect(try setup.api.get("/v1/stream").status == 400)
        #expect(try setup.api.get("/v1/stream?channels=user:other").status == 400)
        #expect(try setup.api.get("/v1/stream?channels=user:me&resume=x").status == 400)
        #expect(try setup.api.get("/v1/stream?channels=user:me", as: nil).status == 401)
        #expect(try setup.api.get("/v1/stream?channels=user:me", method: "HEAD").status == 200)
        let open = try (0..<StreamLimits.clientsPerUser).map { _ in try setup.open("channels=user:me", as: "many") }
        for socket in open { _ = try socket.next("subscribed") }
        #expect(try setup.api.get("/v1/stream?channels=user:me", as: "many").status == 429)
        open[0].close()
        let deadline = MonotonicClock.deadline(milliseconds: 10_000)
        while setup.api.hub.metricsText.contains("\"websocket\"} \(StreamLimits.clientsPerUser)\n") {
            try #require(MonotonicClock.nanoseconds() < deadline)
            usleep(5_000)
        }
        _ = try setup.open("channels=user:me", as: "many").next("subscribed")
    }

    @Test func serverSentEvents() throws {
        let setup = try Setup()
        let client = try TestClient(port: setup.api.server.port)
        client.send(
            "GET /v1/stream?channels=market:A,user:me HTTP/1.1\r\nHost: x\r\n"
                + "Authorization: Bearer \(setup.api.token("u1"))\r\n\r\n")
        #expect(try client.receive().header("content-type") == "text/event-stream; charset=utf-8")
        try client.readUntil("event: subscribed\n")
        try setup.tick("A", 5)
        try client.readUntil("event: tick\ndata: {\"type\":\"tick\"")
        try setup.change("orders", lane: 0, "u1")
        try client.readUntil("event: change\nid: b")
        setup.api.server.stop()
        try client.readUntil("event: closing\n")
    }
}

/// A WebSocket client on a plain socket.
final class StreamClientSocket {
    struct Ended: Error {}

    private let client: TestClient

    init(port: UInt16, query: String, token: String) throws {
        client = try TestClient(port: port)
        client.send(
            """
            GET /v1/ws?\(query) HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n\
            Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
            Authorization: Bearer \(token)\r\n\r\n
            """)
        let answer = try client.receive()
        guard answer.status == 101, answer.header("sec-websocket-accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" else {
            Issue.record("\(answer.status) \(answer.text)")
            throw Ended()
        }
    }

    func send(_ text: String) throws {
        let bytes = Array(text.utf8)
        precondition(bytes.count < 126)
        client.send(bytes: [0x81, 0x80 | UInt8(bytes.count), 0, 0, 0, 0] + bytes)
    }

    func close() { client.finishSending() }

    private func frame() throws -> (opcode: UInt8, payload: [UInt8]) {
        let head = try client.take(2)
        var length = Int(head[1] & 0x7f)
        if length == 126 { length = try client.take(2).reduce(0) { $0 << 8 | Int($1) } }
        return (head[0] & 15, try client.take(length))
    }

    func nextMessage() throws -> JSONValue {
        let (opcode, payload) = try frame()
        guard opcode == 1 else { throw Ended() }
        return try JSONValue(parsing: payload)
    }

    /// Until the server knows from where it follows changes: one before that is nobody's news.
    func waitUntilFollowing() throws {
        let hello = try next("hello")
        _ = try next("subscribed")
        if hello["id"]?.string == nil { _ = try next { $0 == "heartbeat" } }
    }

    /// The next message of a type; others are passed over.
    func next(_ type: String) throws -> JSONValue { try next { $0 == type } }

    func next(_ isWanted: (String) -> Bool) throws -> JSONValue {
        // Heartbeats keep a connection alive on which nothing else comes.
        let deadline = MonotonicClock.deadline(milliseconds: 30_000)
        while true {
            guard MonotonicClock.nanoseconds() < deadline else { throw Ended() }
            let message = try nextMessage()
            if isWanted(message["type"]?.string ?? "") { return message }
        }
    }

    /// Reads to the closing frame; nil when the connection ends without one.
    func closingCode() -> Int? {
        while let (opcode, payload) = try? frame() {
            if opcode == 8, payload.count >= 2 { return Int(payload[0]) << 8 | Int(payload[1]) }
        }
        return nil
    }
}
