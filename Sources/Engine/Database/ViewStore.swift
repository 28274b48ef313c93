import Postgres
import Projections

/// Reads and writes the tables of one build for one fold.
struct ViewStore {
    let schema: String
    private let statements: [TableStatements]

    init(_ view: ViewSchema, schema: String) {
        self.schema = schema
        statements = view.tables.map {
            TableStatements($0, schema: schema, deleteColumns: view.deleteColumns[$0.name] ?? $0.key)
        }
    }

    /// Answers a fold's questions in one round trip.
    func read(_ requests: [ReadRequest], on connection: PostgresConnection) throws(PostgresError) -> [PostgresResult] {
        try connection.pipeline { (pipeline) throws(PostgresError) in
            for request in requests {
                _ = try pipeline.addCached(TableStatements.select(request, schema: schema), request.keys.parameters)
            }
        }
    }

    /// Adds the statements for the inserts that go as arrays; returns how many it added.
    func addInserts(_ writes: WriteSet, to pipeline: PostgresPipeline) throws(PostgresError) -> Int {
        var count = 0
        for (table, sql) in zip(writes.tables, statements) where table.inserts.rowCount > 0 && !isCopied(table) {
            _ = try pipeline.addCached(sql.insert, table.inserts.parameters)
            count += 1
        }
        return count
    }

    /// Whether there are so many rows that a COPY, which takes two round trips, is cheaper than arrays.
    private func isCopied(_ table: WriteSet.TableWrites) -> Bool {
        table.inserts.rowCount >= EngineLimits.leastCopiedRows && !table.table.ignoresRepeatedRows
    }

    func hasCopies(_ writes: WriteSet) -> Bool { writes.tables.contains { isCopied($0) } }

    /// COPYs the inserts that do not go as arrays; returns how many statements it took.
    func copyInserts(_ writes: WriteSet, on connection: PostgresConnection) throws(PostgresError) -> Int {
        var count = 0
        for (table, sql) in zip(writes.tables, statements) where isCopied(table) {
            try connection.copyInBinary(sql.copy) { (copy) throws(PostgresError) in
                try table.inserts.forEachCopyPiece(of: PostgresLimits.copyChunkBytes) { (piece) throws(PostgresError) in
                    try copy.write(piece)
                }
            }
            count += 1
        }
        return count
    }

    /// Adds the statements that delete and replace rows; returns how many it added.
    func addChanges(_ writes: WriteSet, to pipeline: PostgresPipeline) throws(PostgresError) -> Int {
        var count = 0
        for (table, sql) in zip(writes.tables, statements) {
            for (rows, text) in [(table.deletes, sql.delete), (table.upserts, sql.upsert)] where rows.rowCount > 0 {
                _ = try pipeline.addCached(text, rows.parameters)
                count += 1
            }
        }
        return count
    }

    /// COPYs what the tables of `role` hold as COPY rows.
    func copyRows(
        _ writes: WriteSet, role: TableRole, on connection: PostgresConnection
    ) throws(PostgresError) {
        for (table, sql) in zip(writes.tables, statements) where table.table.role == role {
            let batches = [table.inserts, table.upserts].filter { $0.layout == .copy && $0.rowCount > 0 }
            guard !batches.isEmpty else { continue }
            let copy = try connection.startCopyIn(sql.copy)
            try copy.writeBinaryHeader()
            for rows in batches { try copy.write(rows.copyBytes) }
            try copy.writeBinaryTrailer()
            _ = try copy.finish()
            for rows in batches { rows.clear() }
        }
    }
}
