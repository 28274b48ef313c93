import Foundation
import HTTPServing
import Kafka
import Postgres
import ReadAPI

/// Answers from PostgreSQL and quotes, beside a constant answer by the same server: 64 connections, all busy.
enum HTTPStage {
    static func run(_ stack: BenchStack, note: (String) -> Void) throws -> [BenchFigure] {
        note("filling views to ask")
        try stack.produce(.trades, events: BenchLimits.httpEvents)
        try stack.produce(.market, events: BenchLimits.httpEvents)
        let workers = try ["positions", "market"].map { try stack.start($0) }
        for view in ["positions", "market"] { try stack.waitUntilCaughtUp(view) }
        for worker in workers { worker.terminate() }
        let text = UUID().uuidString + UUID().uuidString
        let secret = try TokenSecret(bytes: Array(text.utf8))
        let port = try stack.startAPI(secret: text)
        let issuer = TokenIssuer(secret: secret)
        note("asking a constant answer")
        let floor = try constant()
        note("asking for trades")
        let users = try names(stack, "SELECT DISTINCT user_id FROM api.trades LIMIT 500")
        let trades = try HTTPLoad(
            port: port, requests: users.map { request("/v1/trades?limit=2", issuer.issue(TokenClaims(subject: $0))) }
        ).run()
        note("asking for quotes")
        let symbols = try names(stack, "SELECT exchange || ':' || symbol FROM api.quotes LIMIT 50")
        let token = issuer.issue(TokenClaims(subject: "bench"))
        let quotes = try HTTPLoad(port: port, requests: symbols.map { request("/v1/quotes/\(escaped($0))", token) })
            .run()
        let beside = (name: "constant answer", value: floor.perSecond)
        return [
            BenchFigure("HTTP constant answer, \(floor.bytesAnswer) bytes", floor.perSecond, unit: "requests/s"),
            BenchFigure(
                "HTTP trades from PostgreSQL, \(trades.bytesAnswer) bytes", trades.perSecond, unit: "requests/s",
                floor: beside, atLeast: 5_000),
            BenchFigure("HTTP trades from PostgreSQL, p99", trades.p99Milliseconds, unit: "ms", atMost: 50),
            BenchFigure(
                "HTTP quotes, \(quotes.bytesAnswer) bytes", quotes.perSecond, unit: "requests/s", floor: beside,
                atLeast: 25_000),
            BenchFigure("HTTP quotes, p99", quotes.p99Milliseconds, unit: "ms"),
        ]
    }

    /// The same server with nothing behind it.
    private static func constant() throws -> HTTPLoad.Result {
        let body = [UInt8](repeating: UInt8(ascii: "x"), count: BenchLimits.httpConstantBytes)
        let server = try HTTPServer(HTTPServer.Configuration(host: "127.0.0.1", port: 0), observer: Silence()) { _ in
            .now(HTTPResponse(contentType: "text/plain", body: body))
        }
        defer { server.stop(drainMilliseconds: 0) }
        return try HTTPLoad(port: server.port, requests: [request("/", "none")]).run()
    }

    private struct Silence: HTTPObserver {
        func requestBegan() {}
        func requestEnded(route: String, method: String, status: UInt32, nanoseconds: UInt64) {}
        func connectionsChanged(by change: Int) {}
    }

    private static func names(_ stack: BenchStack, _ sql: String) throws -> [String] {
        let result = try PostgresConnection.connect(stack.database).query(sql)
        var names: [String] = []
        for row in 0..<result.rowCount { names.append(try result.text(row, 0)) }
        guard !names.isEmpty else { throw BenchFailure(description: "the views are empty") }
        return names
    }

    private static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? text
    }

    private static func request(_ path: String, _ token: String) -> [UInt8] {
        Array("GET \(path) HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(token)\r\n\r\n".utf8)
    }
}
