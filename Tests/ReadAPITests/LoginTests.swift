import Glibc
import HTTPServing
import Postgres
import Synchronization
import Testing

@testable import ReadAPI

/// Signing in, staying in, being thrown out.
@Suite struct LoginTests {
    private static let password = "correct horse"

    private func setUp(
        _ limits: RateLimits = .none, change: (inout ReadService.Configuration) -> Void = { _ in }
    ) throws -> (FixtureDatabase, TestAPI) {
        let database = try FixtureDatabase.live()
        let users = UserStore(database.connection)
        try users.add("asha", password: Self.password, roles: ["admin"])
        return (database, try TestAPI(database: database.url, rateLimits: limits, change: change))
    }

    private func login(_ api: TestAPI, _ user: String = "asha", _ password: String = password) throws -> TestResponse {
        try api.post(
            "/v1/auth/login",
            JSONValue.object([
                JSONMember("userId", .string(user)), JSONMember("password", .string(password)),
            ]).text, as: nil)
    }

    private func refresh(_ api: TestAPI, _ token: String, _ path: String = "refresh") throws -> TestResponse {
        try api.post("/v1/auth/\(path)", #"{"refreshToken":"\#(token)"}"#, as: nil)
    }

    private func text(_ answer: TestResponse, _ name: String) throws -> String {
        try #require(try answer.json()[name]?.string, "\(answer.status) \(answer.text)")
    }

    @Test func tokensOfALoginAreGood() throws {
        let (_, api) = try setUp()
        let answer = try login(api)
        #expect(answer.status == 200)
        #expect(answer.header("cache-control") == "no-store")
        #expect(try answer.json()["expiresInSeconds"]?.integer == 900)
        let token = try text(answer, "accessToken")
        let claims = try TokenVerifier(secret: api.secret).verify(token, at: Int64(time(nil)))
        #expect(claims.subject == "asha")
        #expect(claims.isAdmin)
        #expect(claims.expiresAt.map { $0 - Int64(time(nil)) <= 900 } == true)
        #expect(try api.get("/v1/positions", as: nil, headers: [("Authorization", "Bearer \(token)")]).status == 200)
    }

    @Test func refreshTokensAreGoodOnceAndReuseEndsTheSession() throws {
        let (database, api) = try setUp()
        let first = try text(try login(api), "refreshToken")
        let other = try text(try login(api), "refreshToken")
        let second = try text(try refresh(api, first), "refreshToken")
        let third = try text(try refresh(api, second), "refreshToken")
        #expect(Set([first, second, third]).count == 3)
        // A thief, or the owner behind a thief, comes with a token that was used: all of the session ends.
        #expect(try refresh(api, first).status == 401)
        #expect(try refresh(api, third).status == 401)
        // Another session of the same user goes on.
        #expect(try refresh(api, other).status == 200)
        #expect(try refresh(api, "nonsense").status == 401)
        let stored = try database.connection.query(
            "SELECT count(*) FROM tapefold.refresh_token WHERE token_hash = $1", [.bytea(Array(first.utf8))])
        #expect(try stored.int64(0, 0) == 0)
    }

    @Test func sessionsEnd() throws {
        let (database, api) = try setUp()
        let users = UserStore(database.connection)
        let ended = try text(try login(api), "refreshToken")
        #expect(try refresh(api, ended, "logout").status == 204)
        #expect(try refresh(api, ended).status == 401)
        #expect(try refresh(api, ended, "logout").status == 204)
        let expired = try text(try login(api), "refreshToken")
        try database.execute("UPDATE tapefold.refresh_token SET expires_at = now() - interval '1 s'")
        #expect(try refresh(api, expired).status == 401)
        let disabled = try text(try login(api), "refreshToken")
        try users.setDisabled("asha", true)
        #expect(try refresh(api, disabled).status == 401)
        let refused = try login(api)
        #expect(refused.status == 401)
        #expect(try refused.json()["detail"]?.string == "userId or password is wrong")
        try users.setDisabled("asha", false)
        let replaced = try text(try login(api), "refreshToken")
        try users.setPassword("asha", "another password")
        #expect(try refresh(api, replaced).status == 401)
        #expect(try login(api).status == 401)
        #expect(try login(api, "asha", "another password").status == 200)
        #expect(try users.list().map(\.userId) == ["asha"])
    }

    /// The answers to a wrong password and to an unknown name are the same, lock and all.
    @Test(arguments: ["asha", "nobody"])
    func namesAreLockedAfterFailuresWhetherTheyExistOrNot(_ name: String) throws {
        let (database, api) = try setUp()
        for _ in 0..<ReadAPILimits.loginFailures {
            let answer = try login(api, name, "wrong password")
            #expect(answer.status == 401)
            #expect(try answer.json()["type"] == .string("urn:tapefold:problem:wrong-credentials"))
        }
        for password in ["wrong password", Self.password] {
            let locked = try login(api, name, password)
            #expect(locked.status == 429)
            #expect(Int(locked.header("retry-after") ?? "").map { (50...60).contains($0) } == true)
        }
        try database.execute("UPDATE tapefold.login_failure SET locked_until = now() - interval '1 s'")
        // The next failure locks for twice as long.
        #expect(try login(api, name, "wrong password").status == 401)
        let again = try login(api, name)
        #expect(Int(again.header("retry-after") ?? "").map { (100...120).contains($0) } == true)
        try database.execute("UPDATE tapefold.login_failure SET locked_until = NULL")
        #expect(try login(api, name).status == (name == "asha" ? 200 : 401))
    }

    /// A name that exists, one that does not and one that is disabled: each looks the name up and hashes once.
    @Test func anUnknownNameIsHashedToo() throws {
        let hashes = Mutex<[String]>([])
        let (database, api) = try setUp { configuration in
            configuration.verifyPassword = { _, stored in
                hashes.withLock { $0.append(stored) }
                return stored != PasswordHash.decoy
            }
        }
        #expect(try login(api, "nobody", "some password").status == 401)
        #expect(hashes.withLock { $0 } == [PasswordHash.decoy])
        try UserStore(database.connection).setDisabled("asha", true)
        #expect(try login(api, "asha", "some password").status == 401)
        try UserStore(database.connection).setDisabled("asha", false)
        #expect(try login(api, "asha", "some password").status == 200)
        let stored = try database.connection.query("SELECT password_hash FROM tapefold.app_user").text(0, 0)
        #expect(hashes.withLock { $0 } == [PasswordHash.decoy, stored, stored])
    }

    @Test func hashesAreBcryptAndTheirOwn() throws {
        #expect(PasswordHash.decoy.hasPrefix("$2b$12$"))
        #expect(!PasswordHash.verify(Array("x".utf8), PasswordHash.decoy))
        let hash = try #require(PasswordHash.make(Array("p".utf8), cost: 4))
        #expect(PasswordHash.verify(Array("p".utf8), hash))
        #expect(!PasswordHash.verify(Array("q".utf8), hash))
        #expect(try #require(PasswordHash.make(Array("p".utf8), cost: 4)) != hash)
        #expect(!PasswordHash.verify(Array("p".utf8), "*0"))
        #expect(!PasswordHash.verify(Array("p".utf8), ""))
    }

    private func store(_ url: String) throws -> LoginStore {
        var configuration = DatabaseSession.writing(try DatabaseSession.configuration(url: url))
        configuration.lockTimeoutMilliseconds = 30_000
        configuration.statementTimeoutMilliseconds = 30_000
        return LoginStore(
            DatabaseSession(
                configuration, metrics: ReadMetrics(), cancellations: QueryCancellations(), isStopping: { false }))
    }

    /// Between the look at the hash and the session's first token.
    @Test func aSessionIsNotBegunBehindAChangeOfThePassword() throws {
        let database = try FixtureDatabase.live()
        let users = UserStore(database.connection)
        try users.add("asha", password: Self.password, roles: [])
        let store = try store(database.url)
        let old = try #require(try store.account("asha"))
        #expect(try store.begin(old, as: "asha") != nil)
        try users.setPassword("asha", "another password")
        #expect(try store.begin(old, as: "asha") == nil)
        let new = try #require(try store.account("asha"))
        try users.setDisabled("asha", true)
        #expect(try store.begin(new, as: "asha") == nil)
        let live = try database.connection.query(
            "SELECT count(*) FROM tapefold.refresh_token WHERE revoked_at IS NULL")
        #expect(try live.int64(0, 0) == 0)
    }

    /// What the change has not committed yet, the exchange of a token must wait for.
    @Test func aTokenIsNotExchangedWhileThePasswordChanges() throws {
        let database = try FixtureDatabase.live()
        try UserStore(database.connection).add("asha", password: Self.password, roles: [])
        let store = try store(database.url)
        let account = try #require(try store.account("asha"))
        let token = try #require(try store.begin(account, as: "asha"))
        try database.connection.begin()
        try database.execute("UPDATE tapefold.app_user SET password_hash = 'new'")
        let outcome = Mutex<Bool?>(nil)
        let url = database.url
        let thread = WorkerThread.start {
            let isRotated = try? self.rotates(url, token)
            outcome.withLock { $0 = isRotated ?? false }
        }
        // Either it waits for the lock, or it has gone past it.
        let watch = try PostgresConnection.connect(try PostgresConfiguration(url: database.url))
        let deadline = MonotonicClock.deadline(milliseconds: 20_000)
        while outcome.withLock({ $0 }) == nil, MonotonicClock.nanoseconds() < deadline {
            let waiting = try watch.query(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
            if try waiting.int64(0, 0) > 0 { break }
            usleep(2_000)
        }
        try database.execute("UPDATE tapefold.refresh_token SET revoked_at = now() WHERE revoked_at IS NULL")
        try database.connection.commit()
        thread.join()
        #expect(outcome.withLock { $0 } == false)
        let live = try database.connection.query(
            "SELECT count(*) FROM tapefold.refresh_token WHERE revoked_at IS NULL")
        #expect(try live.int64(0, 0) == 0)
    }

    private func rotates(_ url: String, _ token: String) throws -> Bool {
        if case .rotated = try store(url).rotate(token) { true } else { false }
    }

    @Test func attemptsOfOneAddressAreBounded() throws {
        var limits = RateLimits.none
        limits.logins = RateLimit(every: 60, burst: 1)
        let (_, api) = try setUp(limits)
        #expect(try login(api).status == 200)
        #expect(try login(api).status == 429)
    }

    @Test(arguments: [
        ("{}", 422), ("[]", 400), ("", 415), (#"{"userId":"a"}"#, 422), (#"{"userId":1,"password":"x"}"#, 422),
        (#"{"userId":"a","password":"b","x":1}"#, 422), (#"{"userId":"a","password":""}"#, 422), ("{", 400),
        (#"{"userId":"a","password":"b","password":"c"}"#, 400),
    ])
    func badBodiesAreTold(_ body: String, _ status: Int) throws {
        #expect(try SharedAPI.get().post("/v1/auth/login", body, as: nil).status == status)
    }

    @Test func usersAreChecked() throws {
        let users = UserStore(try FixtureDatabase().connection)
        for (user, password) in [
            ("", "long enough"), ("a\nb", "long enough"), (String(repeating: "u", count: 129), "long enough"),
            ("u", "short"), ("u", String(repeating: "p", count: 73)), ("u", "nul\u{0}in the middle"),
        ] {
            #expect(throws: UserStoreError.self) { try users.add(user, password: password, roles: []) }
        }
        try users.add("u", password: "long enough", roles: [])
        #expect(throws: UserStoreError.self) { try users.add("u", password: "long enough", roles: []) }
        #expect(throws: UserStoreError.self) { try users.setPassword("nobody", "long enough") }
        #expect(throws: UserStoreError.self) { try users.setDisabled("nobody", true) }
    }
}
