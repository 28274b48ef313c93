import Glibc
import HTTPServing
import Postgres
import Synchronization
import Telemetry
import Testing

@testable import ReadAPI

/// Requests that write: who waits for whom, for how long, and what the log says of those that fail.
@Suite struct WorkPoolTests {
    @Test func whoeverWaitedTooLongIsRefusedAndNotRun() throws {
        let pool = WorkPool(.commands, patienceMilliseconds: 0)
        let ran = Mutex(false)
        let told = Mutex<[Problem]>([])
        pool.add(
            WorkPool.Job(
                run: { _ in ran.withLock { $0 = true } },
                refuse: { problem in
                    told.withLock { $0.append(problem) }
                    pool.close()
                }))
        pool.serve(try Self.session())
        #expect(ran.withLock { $0 } == false)
        #expect(told.withLock { $0 } == [.waitedTooLong])
        // A full pool and a closed one say so at once.
        let full = WorkPool(.imports)
        let refused = Mutex<[Problem]>([])
        let job = WorkPool.Job(run: { _ in }, refuse: { problem in refused.withLock { $0.append(problem) } })
        for _ in 0...ReadAPILimits.queuedImports { full.add(job) }
        #expect(refused.withLock { $0 } == [.overloaded(waiting: ReadAPILimits.queuedImports)])
        full.close()
        #expect(refused.withLock { $0.count } == ReadAPILimits.queuedImports + 1)
    }

    private static func session() throws -> DatabaseSession {
        DatabaseSession(
            try DatabaseSession.configuration(url: "postgresql://nowhere"), metrics: ReadMetrics(),
            cancellations: QueryCancellations(), isStopping: { false })
    }

    /// As with a Kafka that is away: all threads for commands, and those for files, are held up.
    @Test func sessionsGoOnWhileCommandsAreHeldUp() throws {
        let database = try FixtureDatabase.live()
        try UserStore(database.connection).add("asha", password: "correct horse", roles: [])
        let api = try TestAPI(database: database.url)
        let isHeld = Atomic(true)
        defer { isHeld.store(false, ordering: .relaxed) }
        for kind in [WorkPool.Kind.commands, .imports] {
            for _ in 0..<kind.threads {
                let job = WorkPool.Job(
                    run: { _ in while isHeld.load(ordering: .relaxed) { usleep(1_000) } }, refuse: { _ in })
                api.server.service.work(kind, job)
            }
        }
        let signedIn = try api.post(
            "/v1/auth/login", #"{"userId":"asha","password":"correct horse"}"#, as: nil)
        let token = try #require(try signedIn.json()["refreshToken"]?.string)
        let refreshed = try api.post("/v1/auth/refresh", #"{"refreshToken":"\#(token)"}"#, as: nil)
        #expect(refreshed.status == 200)
        let next = try #require(try refreshed.json()["refreshToken"]?.string)
        #expect(try api.post("/v1/auth/logout", #"{"refreshToken":"\#(next)"}"#, as: nil).status == 204)
        let ticket = try #require(try api.post("/v1/stream/ticket").json()["ticket"]?.string)
        #expect(try api.get("/v1/stream?channels=user:me&ticket=\(ticket)", as: nil, method: "HEAD").status == 200)
    }

    @Test func whatTheDatabaseSaidIsInTheLogUnderTheRequestsId() throws {
        let database = try FixtureDatabase.live()
        try database.execute("DROP TABLE tapefold.stream_ticket; DROP TABLE tapefold.refresh_token")
        let lines = Mutex<[String]>([])
        let api = try TestAPI(database: database.url) { configuration in
            configuration.log = Log(LogSettings(level: .warning)) { line in
                lines.withLock { $0.append(line.fields.map(\.value).joined(separator: " ")) }
            }
        }
        for (id, ask) in [
            ("r-1", { try api.post("/v1/stream/ticket", headers: [("X-Request-Id", "r-1")]) }),
            (
                "r-2",
                {
                    try api.post(
                        "/v1/auth/refresh", #"{"refreshToken":"x"}"#, as: nil, headers: [("X-Request-Id", "r-2")])
                }
            ),
            (
                "r-3",
                {
                    try api.get(
                        "/v1/stream?channels=user:me&ticket=x", as: nil, headers: [("X-Request-Id", "r-3")])
                }
            ),
        ] as [(String, () throws -> TestResponse)] {
            #expect(try ask().status == 503)
            let line = lines.withLock { $0.first { $0.contains(id) } }
            #expect(line?.contains("does not exist") == true, "\(id): \(lines.withLock { $0 })")
        }
    }

    /// Each of these runs with a request: it must not read what it does not delete.
    @Test(
        arguments: [
            (StreamTickets.forget, nil, "stream_ticket_expiry"), (LoginStore.forgetTokens, nil, "refresh_token_expiry"),
            (LoginStore.forgetFailures, 24, "login_failure_last"), (CommandLedger.forget, 24, "command_created"),
        ] as [(String, Int64?, String)])
    func whatIsOldIsFoundByItsIndex(_ statement: String, _ parameter: Int64?, _ index: String) throws {
        let connection = try FixtureDatabase().connection
        // An empty table is read whole where that is allowed.
        try connection.execute("SET enable_seqscan = off")
        let plan = try connection.query("EXPLAIN " + statement, parameter.map { [.int64($0)] } ?? [])
        let text = try (0..<plan.rowCount).map { try plan.text($0, 0) }.joined(separator: "\n")
        #expect(text.contains(index) && !text.contains("Seq Scan"), "\(text)")
    }
}
