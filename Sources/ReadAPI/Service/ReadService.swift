import Events
import Glibc
import HTTPServing
import Kafka
import Postgres
import Synchronization

/// The read API without its socket: routes, identity, plans, answers.
final class ReadService: Sendable {
    struct Configuration: Sendable {
        var database: PostgresConfiguration
        /// Signs and checks our own tokens; without it only those of the JWK set are taken.
        var secret: TokenSecret?
        /// A file or a URL with the public keys of an identity provider.
        var keys: String?
        var audience = TokenAudience()
        /// Where commands go; nil: they are refused.
        var kafka: KafkaConfiguration?
        var topology: Topology?
        var corsOrigins: [String] = []
        var defaultExchange = "NSE"
        var analytics = AnalyticsSettings.ofProcess
        var waitMilliseconds = ReadAPILimits.waitMilliseconds
        var rateLimits = RateLimits()
        /// Addresses whose `X-Forwarded-For` is believed.
        var trustedProxies: [String] = []
        /// Whether a password has a stored hash; takes as long for a wrong one.
        var verifyPassword: @Sendable ([UInt8], String) -> Bool = { PasswordHash.verify($0, $1) }
        var streamStallMilliseconds = Int64(StreamLimits.stallSeconds) * 1_000
        var log = Log(level: .info)
    }

    let metrics = ReadMetrics()
    let router = Router(routes: RouteTable.routes)
    let verifier: TokenVerifier
    private let keys: KeySet?
    let commands: CommandLog
    let configuration: Configuration
    let limiters: Limiters
    let queue = QueryQueue()
    let fewExecutions = FewExecutions()
    private let slowReads = SlowReads()
    let streams: StreamService
    private let pools = WorkPool.Kind.allCases.map { WorkPool($0) }
    private let watch: DatabaseWatch
    private let cancellations = QueryCancellations()
    private let threads = Mutex<[WorkerThread]>([])
    private let runningThreads = Atomic(0)

    struct Limiters: Sendable {
        let user, address, commands, logins: RateLimiter

        init(_ limits: RateLimits) {
            user = RateLimiter(limits.user)
            address = RateLimiter(limits.address)
            commands = RateLimiter(limits.commands)
            logins = RateLimiter(limits.logins)
        }
    }

    init(_ configuration: Configuration) {
        self.configuration = configuration
        limiters = Limiters(configuration.rateLimits)
        keys = configuration.keys.map { KeySet(source: $0, log: configuration.log) }
        verifier = TokenVerifier(secret: configuration.secret, keys: keys, audience: configuration.audience)
        commands = CommandLog(configuration.kafka, topology: configuration.topology)
        streams = StreamService(
            database: configuration.database, kafka: configuration.kafka, log: configuration.log,
            stallMilliseconds: configuration.streamStallMilliseconds)
        watch = DatabaseWatch(address: "\(configuration.database)", log: configuration.log)
    }

    /// Starts the query threads, the pools and the watch. Call once; `stop` ends them.
    func start() {
        var started = (0..<ReadAPILimits.queryThreads).map { _ in startThread { [self] in serveQueries() } }
        for pool in pools {
            started += (0..<pool.kind.threads).map { _ in
                startThread { [self] in pool.serve(session(database(for: pool.kind))) }
            }
        }
        if let keys { started.append(startThread { keys.run() }) }
        let watching = startThread { [self] in
            watch.run(session(configuration.database)) { [self] in read($0) }
        }
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

    private func database(for kind: WorkPool.Kind) -> PostgresConfiguration {
        kind == .slowReads
            ? DatabaseSession.snapshots(configuration.database) : DatabaseSession.writing(configuration.database)
    }

    private func session(_ database: PostgresConfiguration) -> DatabaseSession {
        DatabaseSession(
            database, metrics: metrics, cancellations: cancellations, isStopping: { [watch] in watch.isStopping })
    }

    /// Gives up those who wait for positions; what is queued still runs.
    func stopWaiting() { watch.stop() }

    /// Ends the threads: what has not begun is refused, what runs is cut short. Call it once every request has its answer.
    func stop() {
        streams.stop()
        watch.stop()
        keys?.stop()
        for pool in pools { pool.close() }
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

    /// Runs the job on a thread that may block and write.
    func work(_ kind: WorkPool.Kind, _ job: WorkPool.Job) {
        pools.first { $0.kind == kind }?.add(job)
    }

    /// Has the request answered: beside others', or apart from them where such a one took long a moment ago.
    func read(_ job: ReadJob) {
        if let key = job.slowKey, slowReads.contains(key) { return readApart(job) }
        if !queue.add(job) { job.fail(isStopping ? .stopping : .overloaded) }
    }

    private func readApart(_ job: ReadJob) {
        work(
            .slowReads,
            WorkPool.Job(
                run: { [self] session in
                    QueryRunner(session: session, watch: watch, metrics: metrics, log: configuration.log).run([job])
                }, refuse: { job.fail($0) }))
    }

    private func serveQueries() {
        var database = DatabaseSession.snapshots(configuration.database)
        database.statementTimeoutMilliseconds = database.statementTimeoutMilliseconds.map {
            min($0, ReadAPILimits.sharedStatementMilliseconds)
        }
        let runner = QueryRunner(
            session: session(database), watch: watch, metrics: metrics, log: configuration.log,
            apart: QueryRunner.Apart(slow: slowReads, take: { [self] in readApart($0) }))
        var share: QueryQueue.Share?
        while let next = queue.take(after: share) {
            share = next
            metrics.busyQueryThreads.add(1, ordering: .relaxed)
            runner.run(next.jobs)
            metrics.busyQueryThreads.subtract(1, ordering: .relaxed)
        }
    }
}
