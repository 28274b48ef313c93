import Glibc
import HTTPServing
import Testing

@testable import ReadAPI

/// A running read API on a free port, with a client.
final class TestAPI: Sendable {
    static let secretText = "0123456789abcdef0123456789abcdef"
    let server: ReadAPIServer
    let secret: TokenSecret

    init(
        database url: String, waitMilliseconds: Int = ReadAPILimits.waitMilliseconds, cors: [String] = [],
        statementMilliseconds: Int? = nil, stallMilliseconds: Int64? = nil, rateLimits: RateLimits = .none,
        change: (inout ReadService.Configuration) -> Void = { _ in }
    ) throws {
        secret = try TokenSecret(bytes: Array(Self.secretText.utf8))
        var configuration = ReadService.Configuration(
            database: try DatabaseSession.configuration(url: url), secret: secret)
        configuration.corsOrigins = cors
        configuration.waitMilliseconds = waitMilliseconds
        if let statementMilliseconds { configuration.database.statementTimeoutMilliseconds = statementMilliseconds }
        if let stallMilliseconds { configuration.streamStallMilliseconds = stallMilliseconds }
        configuration.log = Log(level: .error)
        configuration.rateLimits = rateLimits
        change(&configuration)
        server = try ReadAPIServer(host: "127.0.0.1", port: 0, service: configuration)
    }

    deinit { server.stop() }

    var hub: StreamHub { server.service.streams.hub }

    func token(_ user: String, roles: [String] = [], seconds: Int64 = 3_600) -> String {
        TokenIssuer(secret: secret).issue(
            TokenClaims(subject: user, roles: roles, expiresAt: Int64(time(nil)) + seconds))
    }

    /// One GET on a connection of its own.
    func get(
        _ target: String, as user: String? = "u1", roles: [String] = [], method: String = "GET",
        headers: [(String, String)] = []
    ) throws -> TestResponse {
        let client = try TestClient(port: server.port)
        var all = headers
        if let user { all.append(("Authorization", "Bearer \(token(user, roles: roles))")) }
        return try client.request(method, target, headers: all)
    }

    /// One POST of a JSON body on a connection of its own.
    func post(
        _ target: String, _ body: String = "", as user: String? = "u1", roles: [String] = [],
        headers: [(String, String)] = []
    ) throws -> TestResponse {
        let client = try TestClient(port: server.port)
        var all = headers
        if !body.isEmpty, !headers.contains(where: { $0.0 == "Content-Type" }) {
            all.append(("Content-Type", "application/json"))
        }
        if let user { all.append(("Authorization", "Bearer \(token(user, roles: roles))")) }
        return try client.request("POST", target, headers: all, body: body)
    }

    /// Asks until the answer is as wanted; fails the test after ten seconds.
    @discardableResult
    func eventually(
        _ target: String, as user: String? = "u1", _ isWanted: (TestResponse) -> Bool,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> TestResponse {
        let deadline = MonotonicClock.deadline(milliseconds: 10_000)
        while true {
            let response = try get(target, as: user)
            if isWanted(response) { return response }
            if MonotonicClock.nanoseconds() > deadline {
                Issue.record(
                    "gave up on \(target): \(response.status) \(response.text)", sourceLocation: sourceLocation)
                return response
            }
            usleep(10_000)
        }
    }
}

struct TestResponse: Sendable {
    let status: Int
    let headers: [(name: String, value: String)]
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    func header(_ name: String) -> String? {
        headers.first { $0.name == name.lowercased() }?.value
    }

    func json() throws -> JSONValue { try JSONValue(parsing: body) }

    func items() throws -> [JSONValue] { try #require(try json()["items"]?.elements, "\(status) \(text)") }
}

/// A plain HTTP/1.1 client over one kept connection, which shows what is on the wire.
final class TestClient {
    struct Closed: Error {}

    private let descriptor: Int32
    private var buffer: [UInt8] = []

    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw Closed() }
        // Nothing here takes long: a server that does not answer must fail the test, not hang it.
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    func send(_ text: String) { send(bytes: Array(text.utf8)) }

    func send(bytes all: [UInt8]) {
        var bytes = all[...]
        while !bytes.isEmpty {
            let sent = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard sent > 0 else { return }
            bytes = bytes.dropFirst(sent)
        }
    }

    /// Closes this side only: the server sees the end of what it is sent and may still answer.
    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    func request(
        _ method: String, _ target: String, headers: [(String, String)] = [], body: String = ""
    ) throws -> TestResponse {
        var lines = headers.map { "\($0.0): \($0.1)\r\n" }.joined()
        if method == "POST" { lines += "Content-Length: \(body.utf8.count)\r\n" }
        send("\(method) \(target) HTTP/1.1\r\nHost: localhost\r\n\(lines)\r\n\(body)")
        return try receive(hasBody: method != "HEAD")
    }

    func receive(hasBody: Bool = true) throws -> TestResponse {
        while buffer.firstRange(of: Array("\r\n\r\n".utf8)) == nil { try readMore() }
        guard let end = buffer.firstRange(of: Array("\r\n\r\n".utf8)) else { throw Closed() }
        let lines = String(decoding: buffer[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        buffer.removeFirst(end.upperBound)
        let status = Int(lines.first?.split(separator: " ").dropFirst().first ?? "") ?? 0
        let headers = lines.dropFirst().map { line in
            let halves = line.split(separator: ":", maxSplits: 1)
            return (name: halves[0].lowercased(), value: String(halves.count > 1 ? halves[1].drop { $0 == " " } : ""))
        }
        let length = headers.first { $0.name == "content-length" }.flatMap { Int($0.value) } ?? 0
        let count = hasBody && status != 304 ? length : 0
        while buffer.count < count { try readMore() }
        let body = Array(buffer[..<count])
        buffer.removeFirst(count)
        return TestResponse(status: status, headers: headers, body: body)
    }

    /// The next bytes of a stream.
    func take(_ count: Int) throws -> [UInt8] {
        while buffer.count < count { try readMore() }
        defer { buffer.removeFirst(count) }
        return Array(buffer[..<count])
    }

    /// Reads a stream up to a text.
    func readUntil(_ text: String) throws {
        while true {
            if let found = buffer.firstRange(of: Array(text.utf8)) {
                buffer.removeFirst(found.upperBound)
                return
            }
            try readMore()
        }
    }

    /// Whether the server has closed by now.
    func isClosedNow() -> Bool {
        var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&state, 1, 0) > 0 else { return false }
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, Int32(MSG_PEEK)) <= 0
    }

    /// Reads until the server closes.
    func isClosedByServer() -> Bool {
        while (try? readMore()) != nil {}
        return true
    }

    private func readMore() throws {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let got = recv(descriptor, &chunk, chunk.count, 0)
        guard got > 0 else { throw Closed() }
        buffer += chunk[..<got]
    }
}
