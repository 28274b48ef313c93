import Postgres

/// Sessions of those who sign in: failures and locks, refresh tokens and their families. Blocks: for a `WorkPool`'s threads.
struct LoginStore {
    struct Account {
        let userId: String
        let passwordHash: String
        let roles: [String]
        let isDisabled: Bool
    }

    enum Refresh {
        /// The token was good and is used up: whom it stands for, and the family's next token.
        case rotated(Account, next: String)
        /// It had been used before: the whole family is revoked, for one of the two who had it stole it.
        case reused(userId: String)
        case refused
    }

    private let session: DatabaseSession

    init(_ session: DatabaseSession) { self.session = session }

    // MARK: Failures

    /// Seconds until the name may try again, or nil.
    func secondsLocked(_ name: String) throws(Problem) -> Int? {
        let hash = SecretText.hash(name.utf8)
        return try session.perform { (connection) throws(PostgresError) in
            let result = try connection.cachedQuery(
                """
                SELECT ceil(extract(epoch FROM locked_until - clock_timestamp()))::bigint
                FROM tapefold.login_failure WHERE name_hash = $1 AND locked_until > clock_timestamp()
                """, [.bytea(hash)])
            return result.rowCount == 0 ? nil : max(1, Int(try result.int64(0, 0)))
        }
    }

    /// Counts a failure of a name, whether there is such a user or not, and locks it when there were too many.
    func failed(_ name: String) throws(Problem) {
        let hash = SecretText.hash(name.utf8)
        try session.perform { (connection) throws(PostgresError) in
            try connection.cachedQuery(
                """
                INSERT INTO tapefold.login_failure AS f (name_hash, failures, last_at)
                VALUES ($1, 1, clock_timestamp())
                ON CONFLICT (name_hash) DO UPDATE SET last_at = clock_timestamp(), failures = f.failures + 1,
                    locked_until = CASE WHEN f.failures + 1 >= $2 THEN clock_timestamp() + interval '1 second'
                        * least($3 * 2 ^ least(f.failures + 1 - $2, 20), $4) END
                """,
                [
                    .bytea(hash), .int64(Int64(ReadAPILimits.loginFailures)), .int64(ReadAPILimits.loginLockSeconds),
                    .int64(ReadAPILimits.longestLoginLockSeconds),
                ])
            try connection.cachedQuery(
                Self.forgetFailures, [.int64(ReadAPILimits.loginFailuresKeptHours)])
        }
    }

    // `now()`: a `clock_timestamp()` would keep these from their indexes.
    static let forgetFailures = "DELETE FROM tapefold.login_failure WHERE last_at < now() - $1 * interval '1 hour'"
    static let forgetTokens = "DELETE FROM tapefold.refresh_token WHERE expires_at < now()"

    // MARK: Sessions

    func account(_ userId: String) throws(Problem) -> Account? {
        try session.perform { (connection) throws(PostgresError) in
            let result = try connection.cachedQuery(
                """
                SELECT user_id, password_hash, array_to_json(roles)::text, disabled_at IS NOT NULL
                FROM tapefold.app_user WHERE user_id = $1
                """, [.text(userId)])
            return result.rowCount == 0 ? nil : try Self.account(result)
        }
    }

    private static func account(_ result: PostgresResult) throws(PostgresError) -> Account {
        let roles = (try? JSONValue(parsing: try result.text(0, 2)))?.elements ?? []
        return Account(
            userId: try result.text(0, 0), passwordHash: try result.text(0, 1), roles: roles.compactMap(\.string),
            isDisabled: try result.bool(0, 3))
    }

    /// Begins a family of refresh tokens: its first token. Nil when the account is no longer what was read: a change of the
    /// password, which ends all sessions, must not miss the one that is just being made.
    func begin(_ account: Account, as name: String) throws(Problem) -> String? {
        let token = try SecretText.make()
        let (hash, nameHash) = (SecretText.hash(token.utf8), SecretText.hash(name.utf8))
        let isBegun = try session.perform { (connection) throws(PostgresError) in
            try connection.transaction { () throws(PostgresError) in
                let made = try connection.cachedQuery(
                    """
                    INSERT INTO tapefold.refresh_token (token_hash, family, user_id, expires_at)
                    SELECT $1, gen_random_uuid(), u.user_id, clock_timestamp() + $3 * interval '1 second'
                    FROM tapefold.app_user u
                    WHERE u.user_id = $2 AND u.password_hash = $4 AND u.disabled_at IS NULL FOR SHARE OF u
                    RETURNING user_id
                    """,
                    [
                        .bytea(hash), .text(account.userId), .int64(ReadAPILimits.refreshTokenSeconds),
                        .text(account.passwordHash),
                    ])
                guard made.rowCount == 1 else { return false }
                try connection.cachedQuery(
                    "DELETE FROM tapefold.login_failure WHERE name_hash = $1", [.bytea(nameHash)])
                try connection.cachedQuery(Self.forgetTokens)
                return true
            }
        }
        return isBegun ? token : nil
    }

    /// Uses a token up and gives the next of its family. Two at the same moment: the second waits, and is reuse. The user's
    /// row is locked first, as whoever changes the password does: the next token is revoked with the others, or never made.
    func rotate(_ token: String) throws(Problem) -> Refresh {
        let next = try SecretText.make()
        let (hash, nextHash) = (SecretText.hash(token.utf8), SecretText.hash(next.utf8))
        return try session.perform { (connection) throws(PostgresError) in
            try connection.transaction { () throws(PostgresError) in
                let user = try connection.cachedQuery(
                    """
                    SELECT user_id, password_hash, array_to_json(roles)::text, disabled_at IS NOT NULL
                    FROM tapefold.app_user
                    WHERE user_id = (SELECT user_id FROM tapefold.refresh_token WHERE token_hash = $1) FOR SHARE
                    """, [.bytea(hash)])
                let found = try connection.cachedQuery(
                    """
                    SELECT family::text, user_id, used_at IS NOT NULL,
                        revoked_at IS NULL AND expires_at > clock_timestamp()
                    FROM tapefold.refresh_token WHERE token_hash = $1 FOR UPDATE
                    """, [.bytea(hash)])
                guard found.rowCount == 1 else { return .refused }
                let (family, userId) = (try found.text(0, 0), try found.text(0, 1))
                if try found.bool(0, 2) {
                    try Self.revoke(family, connection)
                    return .reused(userId: userId)
                }
                guard try found.bool(0, 3), user.rowCount == 1 else { return .refused }
                let account = try Self.account(user)
                guard !account.isDisabled else { return .refused }
                try connection.cachedQuery(
                    "UPDATE tapefold.refresh_token SET used_at = clock_timestamp() WHERE token_hash = $1",
                    [.bytea(hash)])
                try connection.cachedQuery(
                    """
                    INSERT INTO tapefold.refresh_token (token_hash, family, user_id, expires_at)
                    VALUES ($1, $4::text::uuid, $2, clock_timestamp() + $3 * interval '1 second')
                    """,
                    [
                        .bytea(nextHash), .text(userId), .int64(ReadAPILimits.refreshTokenSeconds), .text(family),
                    ])
                return .rotated(account, next: next)
            }
        }
    }

    /// Revokes the token's family. A token that is unknown has nothing to revoke.
    func end(_ token: String) throws(Problem) {
        let hash = SecretText.hash(token.utf8)
        try session.perform { (connection) throws(PostgresError) in
            let found = try connection.cachedQuery(
                "SELECT family::text FROM tapefold.refresh_token WHERE token_hash = $1", [.bytea(hash)])
            if found.rowCount == 1 { try Self.revoke(try found.text(0, 0), connection) }
        }
    }

    private static func revoke(_ family: String, _ connection: PostgresConnection) throws(PostgresError) {
        try connection.cachedQuery(
            """
            UPDATE tapefold.refresh_token SET revoked_at = clock_timestamp()
            WHERE family = $1::text::uuid AND revoked_at IS NULL
            """, [.text(family)])
    }
}
