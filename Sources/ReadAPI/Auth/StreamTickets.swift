import HTTPServing
import Postgres

/// One-use tickets with which a browser opens a stream: it cannot set a header there, and a token in a URL ends up in logs.
///
/// They lie in PostgreSQL, hashed, so that any copy of read-api redeems what another issued. Blocks: for the threads of a
/// `WorkPool`.
struct StreamTickets {
    private let session: DatabaseSession

    /// `now()`: a `clock_timestamp()` would keep it from its index.
    static let forget = "DELETE FROM tapefold.stream_ticket WHERE expires_at < now()"

    init(_ session: DatabaseSession) { self.session = session }

    /// A ticket for what the claims may see, good for `ReadAPILimits.ticketSeconds` and one use. It stands for the token
    /// it was made with: what `redeem` gives back ends when that token does.
    func issue(for claims: TokenClaims) throws(Problem) -> String {
        let ticket = try SecretText.make()
        let hash = SecretText.hash(ticket.utf8)
        try session.perform { (connection) throws(PostgresError) in
            let roles = try PostgresArrayBuilder(.text)
            for role in claims.roles { roles.append(text: role) }
            let expiry = claims.expiresAt.flatMap { Self.microseconds($0) }
            try connection.cachedQuery(
                """
                INSERT INTO tapefold.stream_ticket (ticket_hash, user_id, roles, token_expires_at, expires_at)
                VALUES ($1, $2, $3, $4, clock_timestamp() + $5 * interval '1 second')
                """,
                [
                    .bytea(hash), .text(claims.subject), .array(roles),
                    expiry.map { .timestamptz($0) } ?? .null(.timestamptz), .int64(Int64(ReadAPILimits.ticketSeconds)),
                ])
            try connection.cachedQuery(Self.forget)
        }
        return ticket
    }

    /// Whom the ticket stands for, or nil when it is unknown, used or too old. It is used up by this.
    func redeem(_ ticket: String) throws(Problem) -> TokenClaims? {
        guard ticket.utf8.count <= ReadAPILimits.tokenBytes else { return nil }
        let hash = SecretText.hash(ticket.utf8)
        return try session.perform { (connection) throws(PostgresError) in
            let result = try connection.cachedQuery(
                """
                WITH used AS (DELETE FROM tapefold.stream_ticket WHERE ticket_hash = $1 RETURNING *)
                SELECT user_id, array_to_json(roles)::text, token_expires_at FROM used
                WHERE expires_at > clock_timestamp()
                AND (token_expires_at IS NULL OR token_expires_at > clock_timestamp())
                """, [.bytea(hash)])
            guard result.rowCount == 1 else { return nil }
            let roles = (try? JSONValue(parsing: try result.text(0, 1)))?.elements ?? []
            return TokenClaims(
                subject: try result.text(0, 0), roles: roles.compactMap(\.string),
                expiresAt: try result.timestamptzIfPresent(0, 2).map { $0 / 1_000_000 })
        }
    }

    /// Nil beyond the times that PostgreSQL holds, which no clock reaches.
    private static func microseconds(_ second: Int64) -> Int64? {
        (0..<Call.latest / 1_000_000).contains(second) ? second * 1_000_000 : nil
    }
}
