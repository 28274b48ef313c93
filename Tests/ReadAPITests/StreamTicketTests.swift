import HTTPServing
import Postgres
import Testing

@testable import ReadAPI

/// Tickets: issued by one copy, redeemed once by any.
@Suite struct StreamTicketTests {
    private static func session(_ url: String) throws -> DatabaseSession {
        DatabaseSession(
            DatabaseSession.writing(try DatabaseSession.configuration(url: url)), metrics: ReadMetrics(),
            cancellations: QueryCancellations(), isStopping: { false })
    }

    @Test func aTicketIsGoodOnceAtAnyCopy() throws {
        let database = try FixtureDatabase.live()
        let api = try TestAPI(database: database.url)
        let answer = try api.post("/v1/stream/ticket", as: "u1", roles: ["admin", "odd\"role"])
        #expect(answer.status == 201, "\(answer.text)")
        #expect(answer.header("cache-control") == "no-store")
        #expect(try answer.json()["expiresInSeconds"]?.integer == 30)
        let ticket = try #require(try answer.json()["ticket"]?.string)
        let other = StreamTickets(try Self.session(database.url))
        let claims = try #require(try other.redeem(ticket))
        #expect(claims.subject == "u1")
        #expect(claims.roles == ["admin", "odd\"role"])
        #expect(claims.expiresAt != nil)
        #expect(try other.redeem(ticket) == nil)
        for wrong in ["", "x", ticket + "x", "'; DROP TABLE tapefold.stream_ticket; --"] {
            #expect(try other.redeem(wrong) == nil)
        }
        // Nothing that could be used lies in the table.
        let second = try #require(try api.post("/v1/stream/ticket").json()["ticket"]?.string)
        let stored = try database.connection.query(
            "SELECT count(*) FROM tapefold.stream_ticket WHERE ticket_hash = $1", [.bytea(Array(second.utf8))])
        #expect(try stored.int64(0, 0) == 0)
    }

    @Test func ticketsAndWhatTheyStandForEnd() throws {
        let database = try FixtureDatabase.live()
        let tickets = StreamTickets(try Self.session(database.url))
        let late = try tickets.issue(for: TokenClaims(subject: "u1"))
        try database.execute("UPDATE tapefold.stream_ticket SET expires_at = now() - interval '1 second'")
        #expect(try tickets.redeem(late) == nil)
        let past = try tickets.issue(for: TokenClaims(subject: "u1", expiresAt: 1_000))
        #expect(try tickets.redeem(past) == nil)
        let forever = try tickets.issue(for: TokenClaims(subject: "u1", expiresAt: .max))
        #expect(try tickets.redeem(forever)?.subject == "u1")
        try database.execute("UPDATE tapefold.stream_ticket SET expires_at = now() - interval '1 second'")
        _ = try tickets.issue(for: TokenClaims(subject: "u2"))
        #expect(try database.connection.query("SELECT count(*) FROM tapefold.stream_ticket").int64(0, 0) == 1)
    }

    /// Within a request's leeway too: a stream would end at once, and the page would not know that it needs a new token.
    @Test func aTokenThatHasExpiredGetsNoTicket() throws {
        let api = try SharedAPI.get()
        let headers = [("Authorization", "Bearer \(api.token("u1", seconds: -1))")]
        #expect(try api.get("/v1/orders?limit=1", as: nil, headers: headers).status == 200)
        #expect(try api.post("/v1/stream/ticket", as: nil, headers: headers).status == 401)
    }

    @Test func aTicketNeedsATokenAndADatabase() throws {
        #expect(try SharedAPI.get().post("/v1/stream/ticket", as: nil).status == 401)
        let database = try FixtureDatabase.live()
        try database.execute("DROP TABLE tapefold.stream_ticket")
        let answer = try TestAPI(database: database.url).post("/v1/stream/ticket")
        #expect(answer.status == 503)
        #expect(answer.text.contains("tapefold db migrate"))
    }
}
