import Domain
import Events
import Glibc
import HTTPServing
import Postgres
import Supervision
import Testing

@testable import ReadAPI

/// A running API over a database of its own, whose changes are being read.
struct StreamSetup {
    let api: TestAPI
    let connection: PostgresConnection
    private let url: String

    init(stallMilliseconds: Int64? = nil) throws {
        url = try TemporaryPostgres.shared().freshDatabase()
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
        let index = try #require(api.hub.symbols.tape(StreamSymbol(exchange: "NSE", symbol: symbol)))
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

    func another() throws -> PostgresConnection { try PostgresConnection.connect(try PostgresConfiguration(url: url)) }

    func open(_ query: String, as user: String = "u1", seconds: Int64 = 3_600) throws -> StreamClientSocket {
        try StreamClientSocket(port: api.server.port, query: query, token: api.token(user, seconds: seconds))
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

    /// Until the server follows changes for this client: as the documents say, `subscribed` and, where `hello` has no id yet,
    /// the `reload` behind it. Gives the position.
    @discardableResult
    func waitUntilFollowing() throws -> String? {
        let hello = try next("hello")
        _ = try next("subscribed")
        return try hello["id"]?.string ?? next("reload")["id"]?.string
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
