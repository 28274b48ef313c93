import CLibpq

/// Names of statements prepared on one connection, by their text and parameter types; the least recently used go first.
struct StatementCache {
    struct Key: Hashable {
        let sql: String
        let types: [PostgresOID]
    }

    private struct Entry {
        let name: String
        var lastUse: UInt64
    }

    let limit: Int
    private var entries: [Key: Entry] = [:]
    private var uses: UInt64 = 0
    private var made: UInt64 = 0
    /// Prepared on the server, wanted no more.
    var evicted: [String] = []

    init(limit: Int) { self.limit = limit }

    var count: Int { entries.count }

    mutating func name(_ key: Key) -> String? {
        uses += 1
        guard let index = entries.index(forKey: key) else { return nil }
        entries.values[index].lastUse = uses
        return entries.values[index].name
    }

    mutating func freshName() -> String {
        made += 1
        return "tapefold_\(made)"
    }

    mutating func insert(_ key: Key, name: String) {
        if entries.count >= limit, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            entries[oldest.key] = nil
            evicted.append(oldest.value.name)
        }
        uses += 1
        entries[key] = Entry(name: name, lastUse: uses)
    }

    mutating func remove(_ key: Key) {
        if let entry = entries.removeValue(forKey: key) { evicted.append(entry.name) }
    }
}

extension PostgresConnection {
    /// Prepares a named statement for `queryPrepared`; parameter types left out are inferred by the server.
    public func prepare(_ name: String, _ sql: String, types: [PostgresOID] = []) throws(PostgresError) {
        try requireIdle()
        let oids = types.map(\.rawValue)
        _ = try check(PQprepare(handle, name, sql, Int32(oids.count), oids))
    }

    /// Runs a statement made by `prepare`, binary both ways.
    @discardableResult
    public func queryPrepared(
        _ name: String, _ parameters: [PostgresParameter] = []
    ) throws(PostgresError) -> PostgresResult {
        try requireIdle()
        try Self.requireSendable(parameters)
        return try check(
            BoundParameters.with(parameters) {
                PQexecPrepared(handle, name, $0.count, $0.values, $0.lengths, $0.formats, 1)
            })
    }

    /// Like `query`, preparing the statement at its first use on this connection.
    ///
    /// A statement whose tables changed shape meanwhile (SQLSTATE 0A000, 26000) fails once and is prepared anew next time.
    @discardableResult
    public func cachedQuery(
        _ sql: String, _ parameters: [PostgresParameter] = []
    ) throws(PostgresError) -> PostgresResult {
        let key = StatementCache.Key(sql: sql, types: parameters.map(\.oid))
        let name: String
        if let known = statements.name(key) {
            name = known
        } else {
            name = statements.freshName()
            try prepare(name, sql, types: key.types)
            statements.insert(key, name: name)
            try deallocateEvicted()
        }
        do throws(PostgresError) {
            return try queryPrepared(name, parameters)
        } catch {
            forgetIfStale(key, error)
            throw error
        }
    }

    func forgetIfStale(_ key: StatementCache.Key, _ error: PostgresError) {
        if error.sqlState == "0A000" || error.sqlState == "26000" { statements.remove(key) }
    }

    /// Frees evicted statements where a failure to do so could not spoil a transaction.
    func deallocateEvicted() throws(PostgresError) {
        guard !statements.evicted.isEmpty, !isTransactionFailed else { return }
        let names = statements.evicted
        statements.evicted = []
        for name in names { try execute("DEALLOCATE \(name)") }
    }
}
