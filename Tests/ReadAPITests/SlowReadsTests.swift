import HTTPServing
import Postgres
import Testing

@testable import ReadAPI

/// Requests that take the database long, and everybody else's beside them.
@Suite struct SlowReadsTests {
    /// Positions of user `slow` take until the advisory lock is free.
    private func database() throws -> (FixtureDatabase, holder: PostgresConnection) {
        let database = try FixtureDatabase.live()
        try database.addQuote("A", "1")
        for user in ["slow", "u1"] { try database.addPosition(user, "A") }
        let holder = try PostgresConnection.connect(try PostgresConfiguration(url: database.url))
        try holder.execute("SELECT pg_advisory_lock(1)")
        try database.execute(
            """
            ALTER TABLE positions_1_1.api_positions RENAME TO held;
            CREATE FUNCTION positions_1_1.wait(p_user text) RETURNS boolean LANGUAGE plpgsql AS
            $$ BEGIN
                WHILE p_user = 'slow' AND NOT pg_try_advisory_lock_shared(1) LOOP PERFORM pg_sleep(0.01); END LOOP;
                RETURN true;
            END $$;
            CREATE VIEW positions_1_1.api_positions AS SELECT * FROM positions_1_1.held WHERE positions_1_1.wait(user_id)
            """)
        return (database, holder)
    }

    @Test func aSlowReaderHoldsUpNobodyElse() throws {
        let (database, holder) = try database()
        let api = try TestAPI(database: database.url, statementMilliseconds: 120_000)
        let slow = try (0..<12).map { _ in try TestClient(port: api.server.port) }
        for client in slow {
            client.send(
                "GET /v1/positions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(api.token("slow"))\r\n\r\n")
        }
        // Not a thread is left for these where the others are waited for.
        for _ in 0..<5 {
            #expect(try api.get("/v1/quotes/A").status == 200)
            #expect(try api.get("/v1/positions").status == 200)
        }
        try holder.execute("SELECT pg_advisory_unlock(1)")
        for client in slow { #expect([200, 503].contains(try client.receive().status)) }
        #expect(try api.get("/v1/positions", as: "slow").status == 200)
    }

    @Test func whatIsSlowForGoodIsRefusedInTheEnd() throws {
        let (database, holder) = try database()
        let api = try TestAPI(database: database.url, statementMilliseconds: 200)
        for _ in 0..<2 { #expect(try api.get("/v1/positions", as: "slow").status == 504) }
        #expect(try api.get("/v1/positions").status == 200)
        try holder.execute("SELECT pg_advisory_unlock(1)")
        #expect(try api.get("/v1/positions", as: "slow").status == 200)
    }

    @Test func onlySoManyAreRemembered() {
        let slow = SlowReads()
        for number in 0...ReadAPILimits.rememberedSlowReads { slow.note("\(number)") }
        #expect(slow.contains("\(ReadAPILimits.rememberedSlowReads)") && !slow.contains("0") && !slow.contains("other"))
    }
}
