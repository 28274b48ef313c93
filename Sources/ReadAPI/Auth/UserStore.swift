import Domain
import Postgres

/// Who may sign in: `tapefold.app_user`. For `tapefold users`; the API reads it when somebody signs in.
public struct UserStore {
    /// A user as lists show them; the password's hash is nobody's business.
    public struct User: Sendable, Equatable {
        public let userId: String
        public let roles: [String]
        public let isDisabled: Bool
        public let createdAt: Timestamp
    }

    private let connection: PostgresConnection

    public init(_ connection: PostgresConnection) { self.connection = connection }

    /// - Throws: when the id or the password breaks its rules, or there is such a user already.
    public func add(_ userId: String, password: String, roles: [String]) throws(UserStoreError) {
        guard (1...ReadAPILimits.userIdBytes).contains(userId.utf8.count), userId.utf8.allSatisfy({ $0 >= 0x20 }) else {
            throw .refused("a user's id has 1 to \(ReadAPILimits.userIdBytes) bytes and no control characters")
        }
        let hash = try Self.hash(password)
        let rows = try run { (connection) throws(PostgresError) in
            let list = try PostgresArrayBuilder(.text)
            for role in roles { list.append(text: role) }
            return try connection.query(
                """
                INSERT INTO tapefold.app_user (user_id, password_hash, roles) VALUES ($1, $2, $3)
                ON CONFLICT DO NOTHING RETURNING user_id
                """, [.text(userId), .text(hash), .array(list)]
            ).rowCount
        }
        guard rows == 1 else { throw .refused("there is a user \(userId) already") }
    }

    /// All users, by id.
    public func list() throws(UserStoreError) -> [User] {
        try run { (connection) throws(PostgresError) in
            let result = try connection.query(
                """
                SELECT user_id, array_to_json(roles)::text, disabled_at IS NOT NULL, created_at
                FROM tapefold.app_user ORDER BY user_id
                """)
            var users: [User] = []
            for row in 0..<result.rowCount {
                let roles = (try? JSONValue(parsing: try result.text(row, 1)))?.elements ?? []
                users.append(
                    User(
                        userId: try result.text(row, 0), roles: roles.compactMap(\.string),
                        isDisabled: try result.bool(row, 2),
                        createdAt: try Timestamp(database: try result.timestamptz(row, 3))))
            }
            return users
        }
    }

    /// A disabled user cannot sign in or refresh; tokens given out before end within `ReadAPILimits.accessTokenSeconds`.
    public func setDisabled(_ userId: String, _ isDisabled: Bool) throws(UserStoreError) {
        let value = isDisabled ? "coalesce(disabled_at, now())" : "NULL"
        try change(userId, "disabled_at = \(value)", [], endsSessions: isDisabled)
    }

    /// Ends the user's sessions, too.
    public func setPassword(_ userId: String, _ password: String) throws(UserStoreError) {
        let hash = try Self.hash(password)
        try change(userId, "password_hash = $2", [.text(hash)], endsSessions: true)
    }

    private func change(
        _ userId: String, _ assignment: String, _ parameters: [PostgresParameter], endsSessions: Bool
    ) throws(UserStoreError) {
        let rows = try run { (connection) throws(PostgresError) in
            try connection.transaction { () throws(PostgresError) in
                let result = try connection.query(
                    "UPDATE tapefold.app_user SET \(assignment), changed_at = now() WHERE user_id = $1 RETURNING user_id",
                    [.text(userId)] + parameters)
                if endsSessions {
                    try connection.query(
                        "UPDATE tapefold.refresh_token SET revoked_at = now() WHERE user_id = $1 AND revoked_at IS NULL",
                        [.text(userId)])
                }
                return result.rowCount
            }
        }
        guard rows == 1 else { throw .refused("there is no user \(userId)") }
    }

    /// - Throws: when the password is too short, or longer than bcrypt looks at.
    static func hash(_ password: String) throws(UserStoreError) -> String {
        let bytes = Array(password.utf8)
        guard bytes.count >= ReadAPILimits.passwordMinimumBytes else {
            throw .refused("a password has \(ReadAPILimits.passwordMinimumBytes) bytes at least")
        }
        guard bytes.count <= ReadAPILimits.passwordMaximumBytes, !bytes.contains(0) else {
            throw .refused("a password has \(ReadAPILimits.passwordMaximumBytes) bytes at most, and no NUL")
        }
        guard let hash = PasswordHash.make(bytes) else { throw .refused("the system's libcrypt has no bcrypt") }
        return hash
    }

    private func run<Value>(
        _ body: (PostgresConnection) throws(PostgresError) -> Value
    ) throws(UserStoreError) -> Value {
        do throws(PostgresError) {
            return try body(connection)
        } catch {
            throw .database(error)
        }
    }
}

/// Why a user was not added or changed.
public enum UserStoreError: Error, CustomStringConvertible {
    case refused(String)
    case database(PostgresError)

    public var description: String {
        switch self {
        case .refused(let reason): reason
        case .database(let error): "\(error)"
        }
    }
}
