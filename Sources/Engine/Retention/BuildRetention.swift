import Domain
import Postgres
import Projections

/// Drops what is too old from the tables of one build.
struct BuildRetention {
    let build: Build
    let table: TableDefinition
    let connection: PostgresConnection

    private var whole: String { "\(build.schema).\(table.name)" }

    /// What lies before `day`: whole partitions, and rows outside of these.
    struct Old: Sendable {
        var partitions: [String] = []
        var bytes: Int64 = 0
        /// In the rest, or in a table that is not partitioned.
        var rows: Int64 = 0
    }

    /// Whether the table is of this shape: one of a build that was made by an earlier version is not partitioned.
    func isPartitioned() throws(PostgresError) -> Bool {
        let found = try connection.query(
            "SELECT relkind = 'p' FROM pg_class WHERE oid = to_regclass($1)", [.text(whole)])
        guard found.rowCount == 1 else { return false }
        return try found.bool(0, 0)
    }

    func old(before day: Int32) throws(PostgresError) -> Old {
        guard let retention = table.retention else { return Old() }
        var old = Old()
        for part in try partitions() {
            guard let start = part.start, retention.end(of: start) <= day else { continue }
            old.partitions.append(part.name)
            old.bytes += part.bytes
        }
        old.rows = try connection.query(
            "SELECT count(*) FROM \(rest) WHERE NOT (\(RetainedHistory.isKept(retention, from: day)))"
        ).int64(0, 0)
        return old
    }

    /// The table that holds rows without a partition of their own.
    private var rest: String { table.retention?.isPartitioned == true ? "\(whole)_rest" : whole }

    private struct Part {
        let name: String
        let start: Int32?
        let bytes: Int64
    }

    private func partitions() throws(PostgresError) -> [Part] {
        let found = try connection.query(
            """
            SELECT c.relname::text, pg_total_relation_size(c.oid) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent = to_regclass($1) ORDER BY 1
            """, [.text(whole)])
        var parts: [Part] = []
        for row in 0..<found.rowCount {
            let name = try found.text(row, 0)
            parts.append(
                Part(
                    name: name, start: TablePartitions.start(suffix: name.dropFirst(table.name.count + 1)),
                    bytes: try found.int64(row, 1)))
        }
        return parts
    }

    /// The newest day that has rows in a partition, in days of UTC since 1970: its first day.
    func newestDay() throws(PostgresError) -> Int32? {
        for part in try partitions().reversed() {
            guard let start = part.start else { continue }
            let found = try connection.query("SELECT EXISTS (SELECT FROM \(build.schema).\(part.name))")
            if try found.bool(0, 0) { return start }
        }
        return nil
    }

    /// Drops one partition. Its readers are waited for a moment at a time, so that writers never wait for long behind this.
    /// - Returns: false when readers held it all the while.
    func drop(_ partition: String) throws(PostgresError) -> Bool {
        for _ in 0..<EngineLimits.dropAttempts {
            do throws(PostgresError) {
                try connection.transaction { () throws(PostgresError) in
                    try connection.execute("SET LOCAL lock_timeout = '\(EngineLimits.dropLockMilliseconds)ms'")
                    try connection.execute("DROP TABLE IF EXISTS \(build.schema).\(partition)")
                }
                return true
            } catch {
                guard error.sqlState == "55P03" else { throw error }
            }
        }
        return false
    }

    /// Deletes the rows outside of partitions.
    func deleteRows(before day: Int32) throws(PostgresError) {
        guard let retention = table.retention else { return }
        try connection.execute("DELETE FROM \(rest) WHERE NOT (\(RetainedHistory.isKept(retention, from: day)))")
    }

    /// Takes out of a build that nobody reads yet what `retained` says is kept no more.
    static func apply(
        _ retained: RetainedHistory, _ build: Build, _ view: ViewSchema, on connection: PostgresConnection
    ) throws(PostgresError) {
        for table in view.tables {
            guard let day = retained.firstDays[table.name] else { continue }
            let retention = BuildRetention(build: build, table: table, connection: connection)
            for partition in try retention.old(before: day).partitions { _ = try retention.drop(partition) }
            try retention.deleteRows(before: day)
        }
    }
}
