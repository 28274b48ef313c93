import Glibc
import HTTPServing
import Postgres
import Supervision
import Synchronization
import Testing

@testable import ReadAPI

/// Stopping, and a database that goes away and comes back.
@Suite struct StopTests {
    /// A query that takes as long as the test wants: until an advisory lock is free.
    private func slowDatabase() throws -> (FixtureDatabase, PostgresConnection) {
        let database = try FixtureDatabase.live()
        let holder = try PostgresConnection.connect(try PostgresConfiguration(url: database.url))
        try holder.execute("SELECT pg_advisory_lock(1)")
        try database.execute(
            """
            DROP TABLE market_1_1.api_quotes;
            CREATE FUNCTION market_1_1.wait() RETURNS text LANGUAGE plpgsql AS
            $$ BEGIN
                WHILE NOT pg_try_advisory_lock_shared(1) LOOP PERFORM pg_sleep(0.01); END LOOP;
                RETURN 'SLOW';
            END $$;
            CREATE VIEW market_1_1.api_quotes AS SELECT 'NSE'::text AS exchange, market_1_1.wait() AS symbol,
                1::numeric(38,8) AS last_price, 1::numeric(38,8) AS last_quantity, 1::numeric(38,8) AS volume,
                1::numeric(38,8) AS day_open, 1::numeric(38,8) AS day_high, 1::numeric(38,8) AS day_low,
                1::numeric(38,8) AS previous_close, 1::numeric(38,8) AS bid, 1::numeric(38,8) AS ask,
                1::numeric(38,8) AS bid_quantity, 1::numeric(38,8) AS ask_quantity, 1::numeric(38,8) AS open_interest,
                now() AS updated_at;
            """)
        return (database, holder)
    }

    private func waitUntilSomebodyWaits(_ holder: PostgresConnection) throws {
        let deadline = MonotonicClock.deadline(milliseconds: 10_000)
        while MonotonicClock.nanoseconds() < deadline {
            let result = try holder.query(
                """
                SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND application_name = 'tapefold-read-api' AND wait_event = 'PgSleep'
                """)
            if try result.int64(0, 0) > 0 { return }
            usleep(5_000)
        }
        Issue.record("no query waits for the lock")
    }

    /// It refuses no connection, so only its silence tells.
    @Test func aDatabaseThatHangsIsNotReady() throws {
        let database = try FixtureDatabase.live()
        let api = try TestAPI(database: database.url)
        _ = try api.eventually("/readyz", as: nil) { $0.status == 200 }
        let own = try PostgresConnection.connect(try PostgresConfiguration(url: database.url))
        let sessions = try own.query(
            """
            SELECT pid FROM pg_stat_activity
            WHERE datname = current_database() AND application_name = 'tapefold-read-api'
            """)
        let processes = try (0..<sessions.rowCount).map { try sessions.int32($0, 0) }
        #expect(!processes.isEmpty)
        for process in processes { kill(process, SIGSTOP) }
        defer { for process in processes { kill(process, SIGCONT) } }
        let hung = try api.eventually("/readyz", as: nil) { $0.status == 503 }
        #expect(hung.text.contains("no answer for"), "\(hung.text)")
        for process in processes { kill(process, SIGCONT) }
        _ = try api.eventually("/readyz", as: nil) { $0.status == 200 }
    }

    @Test func whatRunsIsFinished() throws {
        let (database, holder) = try slowDatabase()
        let api = try TestAPI(database: database.url)
        let client = try TestClient(port: api.server.port)
        let idle = try TestClient(port: api.server.port)
        #expect(try idle.request("GET", "/livez").status == 200)
        client.send("GET /v1/quotes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(api.token("u1"))\r\n\r\n")
        try waitUntilSomebodyWaits(holder)
        let stopped = Atomic(false)
        let stopper = WorkerThread.start { [api] in
            api.server.stop()
            stopped.store(true, ordering: .releasing)
        }
        // No new connections: the listening socket goes first.
        let deadline = MonotonicClock.deadline(milliseconds: 10_000)
        while (try? TestClient(port: api.server.port)) != nil, MonotonicClock.nanoseconds() < deadline { usleep(2_000) }
        #expect(throws: TestClient.Closed.self) { try TestClient(port: api.server.port) }
        let isStopped = stopped.load(ordering: .acquiring)
        #expect(!isStopped)
        try holder.execute("SELECT pg_advisory_unlock(1)")
        let answer = try client.receive()
        #expect(answer.status == 200)
        #expect(answer.header("connection")?.lowercased() == "close")
        stopper.join()
        #expect(idle.isClosedByServer())
    }

    @Test func whatTakesTooLongIsRefused() throws {
        let (database, holder) = try slowDatabase()
        let api = try TestAPI(database: database.url, statementMilliseconds: 300)
        let slow = try TestClient(port: api.server.port)
        slow.send("GET /v1/quotes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(api.token("u1"))\r\n\r\n")
        try waitUntilSomebodyWaits(holder)
        let answer = try slow.receive()
        #expect(answer.status == 504)
        #expect(try answer.json()["type"] == .string("urn:tapefold:problem:timeout"))
    }

    /// The statement's limit is longer than the server waits here: it answers for the query and leaves.
    @Test func whatOutlastsTheDrainIsRefused() throws {
        let (database, holder) = try slowDatabase()
        let service = ReadService(
            ReadService.Configuration(
                database: try DatabaseSession.configuration(url: database.url),
                secret: try TokenSecret(bytes: Array(TestAPI.secretText.utf8)), log: Log(level: .error)))
        let server = try HTTPServer(
            HTTPServer.Configuration(host: "127.0.0.1", port: 0), observer: service.metrics,
            refuse: { Problem($0).response(for: $1) }, handler: service.answer)
        service.start()
        let slow = try TestClient(port: server.port)
        let token = TokenIssuer(secret: try TokenSecret(bytes: Array(TestAPI.secretText.utf8))).issue(
            TokenClaims(subject: "u1"))
        slow.send("GET /v1/quotes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\n\r\n")
        try waitUntilSomebodyWaits(holder)
        server.stop(drainMilliseconds: 50)
        let answer = try slow.receive()
        #expect(answer.status == 503)
        #expect(try answer.json()["type"] == .string("urn:tapefold:problem:stopping"))
        try holder.execute("SELECT pg_advisory_unlock(1)")
        service.stop()
    }

    /// Clients that never pause must not keep the server from leaving, nor be left without an answer they were promised.
    @Test func stoppingUnderLoad() throws {
        let database = try FixtureDatabase.live()
        try database.addQuote("A", "1")
        for _ in 0..<5 {
            let api = try TestAPI(database: database.url)
            let odd = Mutex<[Int]>([])
            let answered = Atomic(0)
            let threads = (0..<24).map { _ in
                WorkerThread.start { [api] in
                    let headers = [("Authorization", "Bearer \(api.token("u1"))")]
                    while let client = try? TestClient(port: api.server.port) {
                        while let answer = try? client.request("GET", "/v1/quotes", headers: headers) {
                            answered.add(1, ordering: .relaxed)
                            if answer.status != 200, answer.status != 503 { odd.withLock { $0.append(answer.status) } }
                        }
                    }
                }
            }
            let deadline = MonotonicClock.deadline(milliseconds: 10_000)
            while answered.load(ordering: .relaxed) < 200, MonotonicClock.nanoseconds() < deadline { usleep(1_000) }
            api.server.stop()
            for thread in threads { thread.join() }
            let statuses = odd.withLock { $0 }
            #expect(statuses == [])
        }
    }

    @Test func waitersAreLetGo() throws {
        let database = try FixtureDatabase.live()
        let api = try TestAPI(database: database.url)
        let client = try TestClient(port: api.server.port)
        let token = api.token("u1")
        client.send(
            "GET /v1/positions?after=trades.executed/0@900 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\n\r\n"
        )
        try api.eventually("/metrics", as: nil) { $0.text.contains("\ntapefold_http_requests_waiting 1\n") }
        api.server.stop()
        let answer = try client.receive()
        #expect(answer.status == 503)
        #expect(try answer.json()["type"] == .string("urn:tapefold:problem:stopping"))
    }

    @Test func databaseThatIsAwayAtFirst() throws {
        let port = try FreePort.find()
        let api = try TestAPI(database: "postgresql://tapefold@127.0.0.1:\(port)/tapefold")
        let away = try api.eventually("/readyz", as: nil) { $0.text.contains("unreachable") }
        #expect(away.status == 503)
        #expect(away.text.contains("127.0.0.1:\(port)"))
        #expect(try api.get("/livez").status == 200)
        let refused = try api.get("/v1/quotes")
        #expect(refused.status == 503)
        #expect(refused.header("retry-after") == "1")
        #expect(try refused.json()["type"] == .string("urn:tapefold:problem:database-unavailable"))
    }

    @Test func databaseWithoutTheSchema() throws {
        let api = try TestAPI(database: try TemporaryPostgres.shared().freshDatabase())
        try api.eventually("/readyz", as: nil) { $0.status == 503 && $0.text.contains("unprepared") }
        let answer = try api.get("/v1/quotes")
        #expect(answer.status == 503)
        #expect(answer.text.contains("tapefold db migrate"))
    }

    @Test func databaseKilledAndStartedAgain() throws {
        let server = try TemporaryPostgres(isDurable: true)
        defer { server.stop() }
        let database = try FixtureDatabase.live(server)
        try database.addQuote("A", "1")
        let api = try TestAPI(database: database.url)
        #expect(try api.get("/v1/quotes").items().count == 1)
        server.killServer()
        #expect(try api.get("/v1/quotes").status == 503)
        try api.eventually("/readyz", as: nil) { $0.status == 503 }
        try server.restart()
        try api.eventually("/v1/quotes") { $0.status == 200 }
        try api.eventually("/readyz", as: nil) { $0.status == 200 }
    }

    @Test func cutConnectionsAreReplacedUnseen() throws {
        let database = try FixtureDatabase.live()
        try database.addQuote("A", "1")
        let api = try TestAPI(database: database.url)
        for _ in 0..<10 {
            #expect(try api.get("/v1/quotes").status == 200)
            try database.execute(
                """
                SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity
                WHERE datname = current_database() AND application_name = 'tapefold-read-api'
                """)
        }
        #expect(try api.get("/v1/quotes").items().count == 1)
    }
}
