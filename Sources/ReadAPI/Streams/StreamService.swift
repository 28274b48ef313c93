import HTTPServing
import Kafka
import Postgres
import Synchronization

/// The live streams of one process: loops, feeds, and the way in.
final class StreamService: Sendable {
    let hub: StreamHub
    let logEnds: LogEnds
    private let market: MarketFeed?
    private let changes: ChangeFeed
    private let threads = Mutex<[WorkerThread]>([])

    /// - Parameter kafka: nil where no brokers are named: then there are no ticks.
    init(database: PostgresConfiguration, kafka: KafkaConfiguration?, log: Log, stallMilliseconds: Int64) {
        let hub = StreamHub(stallMilliseconds: stallMilliseconds)
        self.hub = hub
        logEnds = LogEnds(kafka, log: log)
        market = kafka.map { MarketFeed($0, hub: hub, log: log) }
        changes = ChangeFeed(database, hub: hub, log: log)
    }

    func start() {
        hub.start()
        var started = [WorkerThread.start { [changes] in changes.run() }]
        if let market { started.append(WorkerThread.start { market.run() }) }
        started.append(WorkerThread.start { [logEnds] in logEnds.run() })
        threads.withLock { $0 = started }
    }

    /// Closes every stream, telling why, and ends the threads.
    func stop() {
        market?.stop()
        changes.stop()
        logEnds.stop()
        hub.stop()
        let running = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for thread in running { thread.join() }
    }

    var metricsText: String {
        var text = hub.metricsText
        if let market {
            text += "# HELP tapefold_stream_ticks_read_total Ticks read from the tape.\n"
            text += "# TYPE tapefold_stream_ticks_read_total counter\n"
            text += "tapefold_stream_ticks_read_total \(market.ticksRead.load(ordering: .relaxed))\n"
            text +=
                "# HELP tapefold_stream_ticks_skipped_total Ticks that were older than one before or not understood.\n"
            text += "# TYPE tapefold_stream_ticks_skipped_total counter\n"
            text += "tapefold_stream_ticks_skipped_total \(market.ticksSkipped.load(ordering: .relaxed))\n"
        }
        return text
    }

    // MARK: The way in

    /// What a checked request asks for.
    struct Wish: Sendable {
        let transport: StreamTransport
        let channels: [StreamChannel]
        let resume: StreamPosition?
        let defaultExchange: String
        /// Beside the usual ones.
        let headers: [HTTPHeader]
        let status: UInt32
    }

    static func wish(
        _ transport: StreamTransport, _ request: HTTPRequest, _ arguments: Arguments, defaultExchange: String
    ) throws(Problem) -> Wish {
        let channels = try channels(arguments.text("channels"), defaultExchange)
        let position = arguments.text("resume") ?? request.header("last-event-id").flatMap { $0.isEmpty ? nil : $0 }
        var resume: StreamPosition?
        if let position {
            guard let parsed = StreamPosition(parsing: position) else {
                throw .invalidParameter("resume", value: position, reason: "is no id of a stream's message")
            }
            resume = parsed
        }
        switch transport {
        case .webSocket:
            let accept = try WebSocketHandshake.accept(request)
            return Wish(
                transport: transport, channels: channels, resume: resume, defaultExchange: defaultExchange,
                headers: [
                    HTTPHeader("Upgrade", "websocket"), HTTPHeader("Connection", "Upgrade"),
                    HTTPHeader("Sec-WebSocket-Accept", accept),
                ], status: 101)
        case .events:
            guard !channels.isEmpty else {
                throw .invalidParameter(
                    "channels", value: "", reason: "names no channel; write channels=market:NSE:RELIANCE,user:me")
            }
            return Wish(
                transport: transport, channels: channels, resume: resume, defaultExchange: defaultExchange,
                headers: [
                    HTTPHeader("Content-Type", "text/event-stream; charset=utf-8"), HTTPHeader("Connection", "close"),
                    HTTPHeader("Cache-Control", "no-store"), HTTPHeader("X-Accel-Buffering", "no"),
                ], status: 200)
        }
    }

    private static func channels(_ text: String?, _ defaultExchange: String) throws(Problem) -> [StreamChannel] {
        guard let text else { return [] }
        var channels: [StreamChannel] = []
        for name in text.split(separator: ",", omittingEmptySubsequences: false) {
            do throws(StreamRefusal) {
                let channel = try StreamChannel(parsing: String(name), defaultExchange: defaultExchange)
                if !channels.contains(channel) { channels.append(channel) }
            } catch {
                throw .invalidParameter("channels", value: String(name), reason: "is no channel: \(error.detail)")
            }
        }
        guard channels.count <= StreamLimits.channelsPerClient else {
            throw .invalidParameter(
                "channels", value: text,
                reason: "names \(channels.count) channels, \(StreamLimits.channelsPerClient) are allowed")
        }
        return channels
    }

    /// The answer that turns a request into a stream; `response` carries the headers of every answer.
    func open(_ wish: Wish, _ claims: TokenClaims, _ request: HTTPRequest, _ response: HTTPResponse) throws(Problem)
        -> HTTPResponse
    {
        let place = try hub.reserve(wish.transport, for: claims.subject)
        var response = response
        let head = Self.head(response, request, retries: wish.transport == .events)
        response.takeOver = { [hub] socket in
            hub.begin(
                NewStream(
                    socket: socket, place: place, expiresAt: claims.expiresAt, defaultExchange: wish.defaultExchange,
                    channels: wish.channels, resume: wish.resume, head: head))
        }
        return response
    }

    private static func head(_ response: HTTPResponse, _ request: HTTPRequest, retries: Bool) -> [UInt8] {
        var text = "HTTP/1.1 \(response.status) \(response.status == 101 ? "Switching Protocols" : "OK")\r\n"
        for header in response.headers { text += "\(header.name): \(header.value)\r\n" }
        text += "Server: tapefold\r\nX-Request-Id: \(request.identifier)\r\n\r\n"
        if retries { text += "retry: \(StreamLimits.feedRetryMilliseconds)\n\n" }
        return Array(text.utf8)
    }
}
