import Glibc
import HTTPServing
import Kafka
import Postgres
import Synchronization

/// The read API without its socket: routes, identity, plans, answers.
final class ReadService: Sendable {
    struct Configuration: Sendable {
        var database: PostgresConfiguration
        var secret: TokenSecret
        var corsOrigins: [String] = []
        var defaultExchange = "NSE"
        var waitMilliseconds = ReadAPILimits.waitMilliseconds
        /// Where the tape is; nil where streams have no ticks.
        var kafka: KafkaConfiguration?
        var streamStallMilliseconds = Int64(StreamLimits.stallSeconds) * 1_000
        var log = Log(level: .info)
    }

    let metrics = ReadMetrics()
    private let router = Router(routes: RouteTable.routes)
    private let verifier: TokenVerifier
    private let configuration: Configuration
    private let queue = QueryQueue()
    let streams: StreamService
    private let watch: DatabaseWatch
    private let cancellations = QueryCancellations()
    private let threads = Mutex<[WorkerThread]>([])
    private let runningThreads = Atomic(0)

    init(_ configuration: Configuration) {
        self.configuration = configuration
        verifier = TokenVerifier(secret: configuration.secret)
        streams = StreamService(
            database: configuration.database, kafka: configuration.kafka, log: configuration.log,
            stallMilliseconds: configuration.streamStallMilliseconds)
        watch = DatabaseWatch(queue: queue, address: "\(configuration.database)", log: configuration.log)
    }

    /// Starts the query threads and the watch. Call once; `stop` ends them.
    func start() {
        let started = (0..<ReadAPILimits.queryThreads).map { _ in startThread { [self] in serveQueries() } }
        let watching = startThread { [self] in watch.run(session()) }
        threads.withLock { $0 = started + [watching] }
        streams.start()
    }

    private func startThread(_ body: @escaping @Sendable () -> Void) -> WorkerThread {
        runningThreads.add(1, ordering: .relaxed)
        return WorkerThread.start { [self] in
            body()
            runningThreads.subtract(1, ordering: .releasing)
        }
    }

    private func session() -> DatabaseSession {
        DatabaseSession(
            configuration.database, metrics: metrics, cancellations: cancellations,
            isStopping: { [watch] in watch.isStopping })
    }

    /// Gives up those who wait for positions; what is queued still runs.
    func stopWaiting() { watch.stop() }

    /// Ends the threads: what has not begun is refused, what runs is cut short. Call it once every request has its answer.
    func stop() {
        streams.stop()
        watch.stop()
        for job in queue.close() { job.fail(.stopping) }
        let running = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        var rounds = 0
        while runningThreads.load(ordering: .acquiring) > 0 {
            // A thread that was between two statements needs a second call.
            if rounds % 20 == 1 { cancellations.cancelAll() }
            rounds += 1
            usleep(2_000)
        }
        for thread in running { thread.join() }
    }

    var database: DatabaseState { watch.database }
    var isStopping: Bool { watch.isStopping }
    var metricsText: String { metrics.text(queued: queue.count, waiting: watch.waiting) + streams.metricsText }

    private func serveQueries() {
        let runner = QueryRunner(session: session(), watch: watch, metrics: metrics, log: configuration.log)
        while let jobs = queue.take() {
            metrics.busyQueryThreads.add(1, ordering: .relaxed)
            runner.run(jobs)
            metrics.busyQueryThreads.subtract(1, ordering: .relaxed)
        }
    }

    // MARK: Requests, on an event loop

    func answer(_ request: HTTPRequest) -> HTTPAnswer {
        guard let match = router.match(path: request.path) else {
            return .now(finish(Self.unknownPath(request).response(for: request), request, "unmatched"))
        }
        let route = match.route.path.description
        do throws(Problem) {
            switch request.method {
            case "GET", "HEAD": return try answer(request, match)
            case "OPTIONS": return .now(finish(options(request), request, route))
            default: throw .methodNotAllowed(request.method)
            }
        } catch {
            return .now(finish(error.response(for: request), request, route))
        }
    }

    private func answer(_ request: HTTPRequest, _ match: Router.Match) throws(Problem) -> HTTPAnswer {
        let route = match.route.path.description
        let claims = try identify(request, for: match.route)
        let arguments = try router.arguments(of: match, query: request.query)
        switch match.route.action {
        case .stream(let transport): return try openStream(transport, request, match)
        case .immediate(let action):
            return .now(finish(action(self), request, route))
        case .asset(let action):
            return .now(finish(action(arguments.text("name") ?? ""), request, route))
        case .read(let makePlan):
            var call = Call(
                operation: match.route.operation, user: try user(claims, match.route, arguments), arguments: arguments,
                defaultExchange: configuration.defaultExchange)
            if match.route.access == .admin { call.logEnds = streams.logEnds.current }
            let plan = try makePlan(call)
            return .later { [self] reply in
                let job = ReadJob(
                    plan: plan, request: request, route: route, waitMilliseconds: configuration.waitMilliseconds,
                    reply: reply
                ) { [self] in finish($0, $1, $2) }
                if !queue.add(job) { job.fail(isStopping ? .stopping : .overloaded) }
            }
        }
    }

    /// By the token in the header; the ticket of a browser is looked up elsewhere.
    private func openStream(
        _ transport: StreamTransport, _ request: HTTPRequest, _ match: Router.Match
    ) throws(Problem) -> HTTPAnswer {
        let arguments = try router.arguments(of: match, query: request.query)
        let claims: TokenClaims
        do throws(TokenError) {
            claims = try verifier.verify(authorization: request.header("authorization"), at: Int64(time(nil)))
        } catch {
            throw .unauthorized(error)
        }
        return .now(try stream(transport, request, match, arguments, claims))
    }

    private func stream(
        _ transport: StreamTransport, _ request: HTTPRequest, _ match: Router.Match, _ arguments: Arguments,
        _ claims: TokenClaims
    ) throws(Problem) -> HTTPResponse {
        let wish = try StreamService.wish(
            transport, request, arguments, defaultExchange: configuration.defaultExchange)
        let response = finish(
            HTTPResponse(status: wish.status, headers: wish.headers), request, match.route.path.description)
        // HEAD asks what a stream would be like, not for one.
        return request.method == "HEAD" ? response : try streams.open(wish, claims, request, response)
    }

    private func identify(_ request: HTTPRequest, for route: Route) throws(Problem) -> TokenClaims? {
        guard route.access != .open, route.access != .stream else { return nil }
        let claims: TokenClaims
        do throws(TokenError) {
            claims = try verifier.verify(authorization: request.header("authorization"), at: Int64(time(nil)))
        } catch {
            throw .unauthorized(error)
        }
        guard route.access != .admin || claims.isAdmin else {
            throw .forbidden("\(route.path) is for role admin; get such a token with: tapefold token --role admin")
        }
        return claims
    }

    private func user(_ claims: TokenClaims?, _ route: Route, _ arguments: Arguments) throws(Problem) -> String {
        guard let claims, route.access == .user else { return "" }
        guard let wanted = arguments.text("userId"), wanted != claims.subject else { return claims.subject }
        guard claims.isAdmin else {
            throw .forbidden(
                "userId: a token of \(claims.subject) sees the rows of \(claims.subject) only; role admin sees others'")
        }
        return wanted
    }

    private static func unknownPath(_ request: HTTPRequest) -> Problem {
        .notFound("nothing is served at \(request.path.prefix(120)); /openapi.json lists what is")
    }

    // MARK: Answers, on any thread

    private func options(_ request: HTTPRequest) -> HTTPResponse {
        var response = HTTPResponse(status: 204, headers: [HTTPHeader("Allow", "GET, HEAD, OPTIONS")])
        if allowedOrigin(request) != nil {
            response.headers += [
                HTTPHeader("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS"),
                HTTPHeader("Access-Control-Allow-Headers", "Authorization, If-None-Match, X-Request-Id"),
                HTTPHeader("Access-Control-Max-Age", String(ReadAPILimits.corsMaximumAgeSeconds)),
            ]
        }
        return response
    }

    private func allowedOrigin(_ request: HTTPRequest) -> String? {
        guard let origin = request.header("origin") else { return nil }
        return configuration.corsOrigins.contains { $0 == "*" || $0 == origin } ? origin : nil
    }

    /// Adds what every answer has: cross-origin headers, validator, compression.
    private func finish(_ answer: HTTPResponse, _ request: HTTPRequest, _ route: String) -> HTTPResponse {
        var response = answer
        response.route = route
        if response.status == 200, !response.body.isEmpty { validate(&response, request) }
        compress(&response, request)
        if !configuration.corsOrigins.isEmpty {
            response.headers.append(HTTPHeader("Vary", "Origin"))
            if let origin = allowedOrigin(request) {
                response.headers += [
                    HTTPHeader("Access-Control-Allow-Origin", origin),
                    HTTPHeader("Access-Control-Expose-Headers", "Tapefold-Position, X-Request-Id, ETag, Retry-After"),
                ]
            }
        }
        configuration.log.debug("\(request.identifier) \(request.method) \(request.path) \(response.status)")
        return response
    }

    private func validate(_ response: inout HTTPResponse, _ request: HTTPRequest) {
        guard let type = response.header("Content-Type"), Self.validated.contains(where: { type.hasPrefix($0) }) else {
            return
        }
        let tag = EntityTag.of(response.body)
        response.headers += [HTTPHeader("ETag", tag), HTTPHeader("Cache-Control", "private, no-cache")]
        if let wanted = request.header("if-none-match"), EntityTag.matches(tag, wanted) {
            response.status = 304
            response.body = []
            response.headers.removeAll { $0.name == "Content-Type" }
        }
    }

    /// JSON, and the dashboard's files.
    private static let validated = ["application/json", "text/html", "text/css", "text/javascript", "image/svg"]

    private func compress(_ response: inout HTTPResponse, _ request: HTTPRequest) {
        guard response.body.count >= ReadAPILimits.gzipMinimumBytes else { return }
        response.headers.append(HTTPHeader("Vary", "Accept-Encoding"))
        guard Gzip.isAccepted(by: request.header("accept-encoding")), let smaller = Gzip.compress(response.body) else {
            return
        }
        response.body = smaller
        response.headers.append(HTTPHeader("Content-Encoding", "gzip"))
    }
}
