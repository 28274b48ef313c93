import CLibpq

/// How a transaction sees other transactions' changes.
public enum PostgresIsolation: String, Sendable {
    case readCommitted = "READ COMMITTED"
    case repeatableRead = "REPEATABLE READ"
    case serializable = "SERIALIZABLE"
}

extension PostgresConnection {
    public func begin(
        _ isolation: PostgresIsolation = .readCommitted, readOnly: Bool = false
    ) throws(PostgresError) {
        try execute("BEGIN ISOLATION LEVEL \(isolation.rawValue)\(readOnly ? " READ ONLY" : "")")
    }

    /// Commits. Throws when the transaction had failed and was rolled back instead.
    ///
    /// After `connectionLost` the outcome is unknown.
    public func commit() throws(PostgresError) {
        let wasFailed = isTransactionFailed
        let result = try execute("COMMIT")
        if wasFailed || result.commandTag != "COMMIT" {
            throw .usage("the transaction had failed earlier and was rolled back, not committed")
        }
    }

    public func rollback() throws(PostgresError) { try execute("ROLLBACK") }

    /// Runs `body` in a transaction: commits when it returns, rolls back when it throws.
    @discardableResult
    public func transaction<Value>(
        _ isolation: PostgresIsolation = .readCommitted, readOnly: Bool = false,
        _ body: () throws(PostgresError) -> Value
    ) throws(PostgresError) -> Value {
        try begin(isolation, readOnly: readOnly)
        let value: Value
        do throws(PostgresError) {
            value = try body()
        } catch {
            rollbackIfOpen()
            throw error
        }
        try commit()
        return value
    }

    /// Ends an open transaction after a failure whose own error matters more than the rollback's.
    public func rollbackIfOpen() {
        if PQstatus(handle) == CONNECTION_OK, !isBusy, isInTransaction { _ = try? rollback() }
    }

    /// The open transaction's snapshot, for `useSnapshot` on other connections while this transaction stays open.
    public func exportSnapshot() throws(PostgresError) -> String {
        guard isInTransaction else { throw .usage("a snapshot is exported inside a transaction: begin one first") }
        return try query("SELECT pg_export_snapshot()").text(0, 0)
    }

    /// Begins a read-only repeatable-read transaction that sees what the exporter of `id` sees.
    public func beginWithSnapshot(_ id: String) throws(PostgresError) {
        try begin(.repeatableRead, readOnly: true)
        do throws(PostgresError) {
            try useSnapshot(id)
        } catch {
            rollbackIfOpen()
            throw error
        }
    }

    /// Adopts an exported snapshot; the first statement of a repeatable-read transaction.
    public func useSnapshot(_ id: String) throws(PostgresError) {
        try execute("SET TRANSACTION SNAPSHOT \(try quoteLiteral(id))")
    }

    /// The text as an SQL string literal.
    public func quoteLiteral(_ text: String) throws(PostgresError) -> String {
        guard let quoted = PQescapeLiteral(handle, text, text.utf8.count) else { throw .usage(connectionMessage) }
        defer { PQfreemem(quoted) }
        return String(cString: quoted)
    }

    /// The text as an SQL identifier.
    public func quoteIdentifier(_ text: String) throws(PostgresError) -> String {
        guard let quoted = PQescapeIdentifier(handle, text, text.utf8.count) else { throw .usage(connectionMessage) }
        defer { PQfreemem(quoted) }
        return String(cString: quoted)
    }
}
