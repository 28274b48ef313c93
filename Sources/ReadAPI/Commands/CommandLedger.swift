import Domain
import Postgres

/// What repeated commands stood for: `tapefold.command`. Keys of clients are kept for a while, identities as long as their
/// events, which is for ever. Blocks: for a `WorkPool`'s threads.
struct CommandLedger {
    /// What the first request with a key came to.
    struct Entry {
        let eventId: String
        let microseconds: Int64
        /// The body of its answer; nil while it is being sent, or where that failed.
        let answer: String?
    }

    private let session: DatabaseSession

    init(_ session: DatabaseSession) { self.session = session }

    /// Takes the key for the request, or finds what it was taken for.
    ///
    /// - Throws: a 422 when another request has taken it.
    func claim(
        _ key: CommandKey, user: String, hash: [UInt8], eventId: String, microseconds: Int64
    ) throws(Problem) -> Entry {
        let (entry, isSame) = try session.perform { (connection) throws(PostgresError) -> (Entry, Bool) in
            try connection.cachedQuery(
                """
                DELETE FROM tapefold.command
                WHERE created_at < clock_timestamp() - $1 * interval '1 hour' AND idempotency_key LIKE 'key:%'
                """,
                [.int64(ReadAPILimits.commandKeptHours)])
            let result = try connection.cachedQuery(
                """
                INSERT INTO tapefold.command (user_id, idempotency_key, request_hash, event_id, event_time)
                VALUES ($1, $2, $3, $4, $5)
                ON CONFLICT (user_id, idempotency_key) DO UPDATE SET user_id = excluded.user_id
                RETURNING request_hash = $3, event_id, event_time, answer
                """,
                [.text(user), .text(key.stored), .bytea(hash), .text(eventId), .timestamptz(microseconds)])
            let entry = Entry(
                eventId: try result.text(0, 1), microseconds: try result.timestamptz(0, 2),
                answer: try result.textIfPresent(0, 3))
            return (entry, try result.bool(0, 0))
        }
        guard isSame else { throw key.conflict }
        return entry
    }

    /// Keeps the answer for those who ask again. Without it the event would only be sent a second time, under the same id.
    func finish(_ keys: [CommandKey], user: String, answer: String) throws(Problem) {
        try session.perform { (connection) throws(PostgresError) in
            for key in keys {
                try connection.cachedQuery(
                    "UPDATE tapefold.command SET answer = $3 WHERE user_id = $1 AND idempotency_key = $2",
                    [.text(user), .text(key.stored), .text(answer)])
            }
        }
    }
}

/// What tells a repeated command: the header, or the identity that the client gave the thing.
enum CommandKey: Sendable, Equatable {
    case header(String)
    case identity(topic: String, field: String, value: String)

    static let headerName = "Idempotency-Key"

    var stored: String {
        switch self {
        case .header(let key): "key:\(key)"
        case .identity(let topic, let field, let value): "\(topic) \(field):\(value)"
        }
    }

    fileprivate var conflict: Problem {
        switch self {
        case .header(let key):
            Problem(
                kind: "idempotency-conflict", title: "Idempotency-Key used for another request", status: 422,
                detail: "Idempotency-Key \"\(key.prefix(80))\" was sent with another request; take a new one",
                members: [JSONMember("field", .string("Idempotency-Key"))])
        case .identity(_, let field, let value):
            Problem(
                kind: "identity-conflict", title: "Already there with other values", status: 422,
                detail:
                    "\(field) \"\(value.prefix(80))\" was sent here with other values before, and what was said stands",
                members: [JSONMember("field", .string(field)), JSONMember("value", .string(String(value.prefix(80))))])
        }
    }
}
