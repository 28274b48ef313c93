import CLibpq

/// The statements of one pipeline, sent as they are added; valid until it is finished or abandoned.
///
/// libpq runs it in blocking mode: its send loop reads what the server answers whenever the socket is full, so neither
/// side can wait for the other, and it does not move the unsent rest of a large message at every partial write as
/// its non-blocking mode does.
public final class PostgresPipeline {
    struct Entry {
        /// The statement this belongs to, in the caller's counting.
        let index: Int
        let cacheKey: StatementCache.Key?
        /// Set for the hidden PREPARE before a statement.
        let preparedName: String?
    }

    private let connection: PostgresConnection
    let startedInTransaction: Bool
    private(set) var entries: [Entry] = []
    private var inFlight: [StatementCache.Key: String] = [:]
    public private(set) var count = 0

    init(_ connection: PostgresConnection, startedInTransaction: Bool) {
        self.connection = connection
        self.startedInTransaction = startedInTransaction
    }

    /// Adds a statement that is planned for this call; returns its index among the results.
    @discardableResult
    public func add(_ sql: String, _ parameters: [PostgresParameter] = []) throws(PostgresError) -> Int {
        try refuseCopy(sql)
        try PostgresConnection.requireSendable(parameters)
        let sent = BoundParameters.with(parameters) {
            PQsendQueryParams(connection.handle, sql, $0.count, $0.types, $0.values, $0.lengths, $0.formats, 1)
        }
        return try record(sent, key: nil)
    }

    /// Adds a statement that this connection prepares once and keeps; see `cachedQuery`.
    @discardableResult
    public func addCached(_ sql: String, _ parameters: [PostgresParameter] = []) throws(PostgresError) -> Int {
        let key = StatementCache.Key(sql: sql, types: parameters.map(\.oid))
        if let name = connection.statements.name(key) ?? inFlight[key] { return try send(name, parameters, key) }
        try refuseCopy(sql)
        let name = connection.statements.freshName()
        let types = key.types.map(\.rawValue)
        guard PQsendPrepare(connection.handle, name, sql, Int32(types.count), types) == 1 else { throw sendFailure() }
        entries.append(Entry(index: count, cacheKey: key, preparedName: name))
        inFlight[key] = name
        return try send(name, parameters, key)
    }

    /// Adds a statement made by `prepare`.
    @discardableResult
    public func addPrepared(_ name: String, _ parameters: [PostgresParameter] = []) throws(PostgresError) -> Int {
        try send(name, parameters, nil)
    }

    private func send(
        _ name: String, _ parameters: [PostgresParameter], _ key: StatementCache.Key?
    ) throws(PostgresError) -> Int {
        try PostgresConnection.requireSendable(parameters)
        let sent = BoundParameters.with(parameters) {
            PQsendQueryPrepared(connection.handle, name, $0.count, $0.values, $0.lengths, $0.formats, 1)
        }
        return try record(sent, key: key)
    }

    private func record(_ sent: Int32, key: StatementCache.Key?) throws(PostgresError) -> Int {
        guard sent == 1 else { throw sendFailure() }
        entries.append(Entry(index: count, cacheKey: key, preparedName: nil))
        count += 1
        return count - 1
    }

    private func sendFailure() -> PostgresError {
        let message = connection.connectionMessage
        if PQstatus(connection.handle) != CONNECTION_OK { return connection.lost(message) }
        var error = PostgresError.usage(message)
        error.statementIndex = count
        return error
    }

    /// libpq has no way out of a COPY inside a pipeline.
    private func refuseCopy(_ sql: String) throws(PostgresError) {
        let word = sql.utf8.drop { $0 == 32 || (9...13).contains($0) }.prefix(4)
        if word.count == 4, String(Substring(word)).uppercased() == "COPY" {
            throw .usage("COPY cannot be part of a pipeline: use copyIn or copyOut")
        }
    }
}
