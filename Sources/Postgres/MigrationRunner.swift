/// Brings a database's schema up to date, one file after the other.
///
/// Applied files are recorded in `tapefold.migration` with their SHA-256. Runners exclude each other by an advisory
/// lock, so any number may start at once.
public struct MigrationRunner: Sendable {
    public let migrations: [Migration]

    /// Throws a usage error unless the numbers run 1, 2, 3, … without gap or double.
    public init(_ migrations: [Migration]) throws(PostgresError) {
        self.migrations = migrations.sorted { $0.number < $1.number }
        for (index, migration) in self.migrations.enumerated() where migration.number != index + 1 {
            let fault =
                migration.number <= index ? "number \(migration.number) is there twice" : "\(index + 1) is missing"
            throw .usage("migration files must be numbered without gaps: \(fault) (at \(migration.fileName))")
        }
    }

    public init(directory: String) throws(PostgresError) {
        try self.init(try Migration.load(directory: directory))
    }

    /// Applies what is pending and returns it. Safe to call from several processes at once.
    ///
    /// Refuses, before anything is applied, when an applied file has changed since or the database knows more files than
    /// this program. A file that fails leaves those before it applied and itself not (unless it ran without a transaction).
    @discardableResult
    public func run(
        on connection: PostgresConnection, shouldStop: () -> Bool = { false }
    ) throws(PostgresError) -> [Migration] {
        try lock(connection, shouldStop: shouldStop)
        do throws(PostgresError) {
            let applied = try applyPending(on: connection)
            try unlock(connection)
            return applied
        } catch {
            connection.rollbackIfOpen()
            _ = try? unlock(connection)
            throw error
        }
    }

    private func applyPending(on connection: PostgresConnection) throws(PostgresError) -> [Migration] {
        try connection.execute(
            """
            CREATE SCHEMA IF NOT EXISTS tapefold;
            CREATE TABLE IF NOT EXISTS tapefold.migration (
                number integer PRIMARY KEY,
                name text NOT NULL,
                checksum text NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now()
            )
            """)
        let states = try status(on: connection)
        if let refusal = states.lazy.compactMap(\.refusal).first { throw .usage(refusal) }
        var applied: [Migration] = []
        for migration in migrations where !states[migration.number - 1].isApplied {
            try apply(migration, on: connection)
            applied.append(migration)
        }
        return applied
    }

    private func apply(_ migration: Migration, on connection: PostgresConnection) throws(PostgresError) {
        do throws(PostgresError) {
            if migration.runsInTransaction {
                try applyInTransaction(migration, on: connection)
            } else {
                for statement in SQLSplitter.statements(in: migration.sql) { try connection.execute(statement) }
                try record(migration, on: connection)
            }
        } catch {
            throw error.within(migration)
        }
    }

    private func applyInTransaction(_ migration: Migration, on connection: PostgresConnection) throws(PostgresError) {
        try connection.transaction { () throws(PostgresError) in
            try connection.execute("SET LOCAL statement_timeout = 0")
            try connection.execute(migration.sql)
            guard connection.isInTransaction else {
                throw .usage(
                    "it ends the transaction it runs in; take COMMIT and ROLLBACK out, "
                        + "or begin the file with \(Migration.noTransactionMark)")
            }
            try record(migration, on: connection)
        }
    }

    private func record(_ migration: Migration, on connection: PostgresConnection) throws(PostgresError) {
        try connection.query(
            """
            INSERT INTO tapefold.migration (number, name, checksum)
            VALUES ($1, $2, encode(sha256($3), 'hex'))
            """,
            [.int32(Int32(migration.number)), .text(migration.name), .bytea(Array(migration.sql.utf8))])
    }

    /// Polls: a session that waits inside the lock call holds a snapshot, on which CREATE INDEX CONCURRENTLY waits in turn.
    private func lock(_ connection: PostgresConnection, shouldStop: () -> Bool) throws(PostgresError) {
        let deadline = MonotonicClock.milliseconds + Int64(PostgresLimits.migrationLockTimeoutMilliseconds)
        let key = PostgresParameter.int64(PostgresLimits.migrationAdvisoryLockKey)
        while try !connection.query("SELECT pg_try_advisory_lock($1)", [key]).bool(0, 0) {
            if shouldStop() { throw .usage("waiting for another migration to end was stopped") }
            if MonotonicClock.milliseconds > deadline {
                throw .usage(
                    "another migration has been running for \(PostgresLimits.migrationLockTimeoutMilliseconds) ms; "
                        + "look for it in pg_stat_activity")
            }
            MonotonicClock.sleep(milliseconds: PostgresLimits.migrationLockPollMilliseconds)
        }
    }

    private func unlock(_ connection: PostgresConnection) throws(PostgresError) {
        try connection.query(
            "SELECT pg_advisory_unlock($1)", [.int64(PostgresLimits.migrationAdvisoryLockKey)])
    }
}

extension PostgresError {
    /// The same error, naming the file and, where the server gave a position, the line.
    fileprivate func within(_ migration: Migration) -> PostgresError {
        var place = migration.fileName
        if let position, migration.runsInTransaction {
            let line = migration.sql.unicodeScalars.prefix(position - 1).count { $0 == "\n" } + 1
            place += " line \(line)"
        }
        var copy = PostgresError(kind, "migration \(place) failed: \(message)", sqlState: sqlState)
        copy.detail = detail
        copy.hint = hint
        copy.constraint = constraint
        copy.table = table
        copy.column = column
        copy.context = context
        return copy
    }
}
