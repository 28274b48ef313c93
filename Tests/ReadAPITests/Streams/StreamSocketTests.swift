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
    private typealias Setup = StreamSetup

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
        let id = try #require(try socket.waitUntilFollowing())
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

    /// A place is given back wherever the stream ends, also before it has begun.
    @Test func placesComeBack() throws {
        let hub = StreamHub()
        do {
            let places = try (0..<StreamLimits.clientsPerUser).map { _ in try hub.reserve(.webSocket, for: "u1") }
            #expect(throws: Problem.self) { try hub.reserve(.webSocket, for: "u1") }
            hub.begin(
                NewStream(
                    socket: -1, place: places[0], expiresAt: nil, defaultExchange: "NSE", channels: [], resume: nil,
                    head: []))
        }
        #expect(hub.metricsText.contains("{transport=\"websocket\"} 0\n"))
        _ = try hub.reserve(.webSocket, for: "u1")
    }

    @Test func aSymbolTooManyIsTakenBack() throws {
        let setup = try Setup()
        let symbols = setup.api.hub.symbols
        for number in 0..<StreamLimits.symbols / 2 {
            try #require(symbols.follow(StreamSymbol(exchange: "NSE", symbol: "X\(number)")) != nil)
        }
        let socket = try setup.open("channels=market:MADEUP")
        #expect(try socket.next("unsubscribed")["channels"] == .array([.string("market:NSE:MADEUP")]))
        #expect(try socket.next("error")["code"] == .string("too-many-symbols"))
        // What trades is followed by everybody all the same.
        try setup.tick("REAL", 7)
        #expect(try setup.open("channels=market:REAL").next("tick")["lastPrice"] == .string("7"))
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
