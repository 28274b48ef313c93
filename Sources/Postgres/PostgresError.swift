/// Anything that went wrong between this process and PostgreSQL.
///
/// Never contains a password: connection texts name host, port, database and user only.
public struct PostgresError: Error, Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        /// No connection could be made (nothing listens, name unknown, time-out, refused log-in).
        case unreachable
        /// An open connection broke. The outcome of what was in flight, a COMMIT too, is unknown.
        case connectionLost
        /// The server refused a statement; the connection is usable (a transaction may need a rollback).
        case server(sqlState: String)
        /// The caller used this module wrongly, or a value does not fit what was asked.
        case usage
    }

    public let kind: Kind
    public let message: String
    public var detail: String?
    public var hint: String?
    public var constraint: String?
    public var table: String?
    public var column: String?
    /// Where in PL/pgSQL or COPY input it happened, as the server says.
    public var context: String?
    /// Where in the SQL text it happened, counted in characters from 1.
    public var position: Int?
    /// In a pipeline: the index of the statement that failed, as returned by `add`.
    public var statementIndex: Int?
    /// The five-character code, also of a lost connection when the server could still say why.
    public var sqlState: String?

    init(_ kind: Kind, _ message: String, sqlState: String? = nil) {
        self.kind = kind
        self.message = message
        if case .server(let state) = kind { self.sqlState = state } else { self.sqlState = sqlState }
    }

    /// For callers that must report their own misuse or a failed conversion in this module's terms.
    public static func usage(_ message: String) -> PostgresError { PostgresError(.usage, message) }

    /// What a server answers with `sqlState`; for whatever stands in for one.
    public static func server(sqlState: String, _ message: String) -> PostgresError {
        PostgresError(.server(sqlState: sqlState), message)
    }

    /// A connection that broke; for whatever stands in for a server.
    public static func connectionLost(_ message: String) -> PostgresError { PostgresError(.connectionLost, message) }

    /// True when the connection is gone; discard it and connect again.
    public var isConnectionLost: Bool {
        switch kind {
        case .unreachable, .connectionLost: true
        case .server, .usage: false
        }
    }

    /// True when the same work may succeed if tried again, on a new connection where `isConnectionLost`.
    public var isRetriable: Bool {
        if let sqlState {
            switch sqlState {
            case "40001", "40P01", "55P03", "57014", "25P03": return true
            default: break
            }
            switch sqlState.prefix(2) {
            case "08", "53", "58": return true
            default: break
            }
            if sqlState.hasPrefix("57P") { return true }
            if sqlState.hasPrefix("28") || sqlState.hasPrefix("3D") { return false }
        }
        return isConnectionLost
    }

    /// True when the same work may succeed over a new connection: this one broke, or the server said that it is about to end
    /// it, which libpq notices only when it reads on.
    public var isWorthReconnecting: Bool {
        isRetriable && (isConnectionLost || sqlState?.hasPrefix("57P") == true)
    }

    /// True for SQLSTATE classes 22 and 23: the data, not the database, is the cause.
    public var isDataError: Bool { sqlState.map { $0.hasPrefix("22") || $0.hasPrefix("23") } ?? false }

    public static let serializationFailure = "40001"
    public static let deadlockDetected = "40P01"
    public static let lockNotAvailable = "55P03"
    public static let queryCanceled = "57014"
    public static let uniqueViolation = "23505"
    public static let undefinedTable = "42P01"
}

extension PostgresError: CustomStringConvertible {
    public var description: String {
        var text = message
        if let sqlState { text += " (SQLSTATE \(sqlState))" }
        if let statementIndex { text += " in statement \(statementIndex) of the pipeline" }
        if let constraint { text += "; constraint \(constraint)" }
        if let detail { text += "; \(detail)" }
        if let context { text += "; \(context)" }
        if let hint { text += ". Hint: \(hint)" }
        return text
    }
}
