import Domain
import Postgres

/// What repeated commands stood for: `tapefold.command`. Keys of clients are kept for a day, identities until
/// `tapefold db maintain` takes those of long ago. Blocks: for a `WorkPool`'s threads.
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

    /// Takes all keys for the request, or finds what the first request with them came to. All or none: who is refused
    /// because of an id may correct it and keep the Idempotency-Key.
    ///
    /// - Parameters:
    ///   - keys: one at least, the header's first: two requests then wait for each other in one order.
    ///   - first: what is kept when nobody has taken them.
    /// - Throws: a 422 when another request has taken one of them.
    func claim(_ keys: [CommandKey], user: String, hash: [UInt8], first: Entry) throws(Problem) -> Entry {
        let (entry, conflict) = try session.perform { (connection) throws(PostgresError) -> (Entry, CommandKey?) in
            try connection.cachedQuery(Self.forget, [.int64(ReadAPILimits.commandKeptHours)])
            try connection.begin()
            var entry = first
            for key in keys {
                let result = try connection.cachedQuery(
                    Self.take,
                    [
                        .text(user), .text(key.stored), .bytea(hash), .text(entry.eventId),
                        .timestamptz(entry.microseconds),
                    ])
                guard try result.bool(0, 0) else {
                    try connection.rollback()
                    return (entry, key)
                }
                entry = Entry(
                    eventId: try result.text(0, 1), microseconds: try result.timestamptz(0, 2),
                    answer: try result.textIfPresent(0, 3))
                // Its further keys were taken with it.
                if entry.answer != nil { break }
            }
            try connection.commit()
            return (entry, nil)
        }
        if let conflict { throw conflict.conflict }
        return entry
    }

    /// `now()`, which is the same throughout a statement, where `clock_timestamp()` would keep it from its index; the
    /// literal pattern is the index's own.
    static let forget = """
        DELETE FROM tapefold.command
        WHERE created_at < now() - $1 * interval '1 hour' AND idempotency_key LIKE 'key:%'
        """

    private static let take = """
        INSERT INTO tapefold.command (user_id, idempotency_key, request_hash, event_id, event_time)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (user_id, idempotency_key) DO UPDATE SET user_id = excluded.user_id
        RETURNING request_hash = $3, event_id, event_time, answer
        """

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
    /// An announcement and what it announces are two things with the same id.
    case identity(topic: String, field: String, value: String, isAnnouncement: Bool)

    static let headerName = "Idempotency-Key"

    var stored: String {
        switch self {
        case .header(let key): "key:\(key)"
        case .identity(let topic, let field, let value, let isAnnouncement):
            "\(topic) \(field)\(isAnnouncement ? " announced" : ""):\(value)"
        }
    }

    fileprivate var conflict: Problem {
        switch self {
        case .header(let key):
            Problem(
                kind: "idempotency-conflict", title: "Idempotency-Key used for another request", status: 422,
                detail: "Idempotency-Key \"\(key.prefix(80))\" was sent with another request; take a new one",
                members: [JSONMember("field", .string("Idempotency-Key"))])
        case .identity(_, let field, let value, _):
            Problem(
                kind: "identity-conflict", title: "Already there with other values", status: 422,
                detail:
                    "\(field) \"\(value.prefix(80))\" was sent here with other values before, and what was said stands",
                members: [JSONMember("field", .string(field)), JSONMember("value", .string(String(value.prefix(80))))])
        }
    }
}
