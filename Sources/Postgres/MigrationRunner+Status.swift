/// What a database knows of one migration.
public struct MigrationStatus: Sendable, Equatable {
    public enum State: Sendable, Equatable {
        case pending
        /// Applied at this time, in microseconds since the Unix epoch.
        case applied(atMicroseconds: Int64)
        /// Applied, and its file says something else now.
        case changed(atMicroseconds: Int64)
        /// Applied by a program that knows more files than this one.
        case unknown(atMicroseconds: Int64)
    }

    public let number: Int
    public let name: String
    public let state: State

    var isApplied: Bool { state != .pending }

    /// Why nothing may be applied; nil when this one is no obstacle.
    var refusal: String? {
        switch state {
        case .pending, .applied: nil
        case .changed:
            "migration \(number) (\(name)) was applied and its file has changed since: "
                + "restore the file and put the change in a new one"
        case .unknown:
            "the database has migration \(number) (\(name)), which this program does not know: "
                + "it was migrated by a newer version; run that one"
        }
    }
}

extension MigrationRunner {
    /// Every migration of this program and of the database, by number. Writes nothing.
    public func status(on connection: PostgresConnection) throws(PostgresError) -> [MigrationStatus] {
        let applied = try appliedFiles(on: connection)
        let checksums = try checksums(on: connection)
        var states: [MigrationStatus] = []
        for (migration, checksum) in zip(migrations, checksums) {
            let state: MigrationStatus.State
            if let found = applied[migration.number] {
                let isSame = found.checksum == checksum && found.name == migration.name
                state = isSame ? .applied(atMicroseconds: found.time) : .changed(atMicroseconds: found.time)
            } else {
                state = .pending
            }
            states.append(MigrationStatus(number: migration.number, name: migration.name, state: state))
        }
        for (number, found) in applied.sorted(by: { $0.key < $1.key }) where number > migrations.count {
            states.append(
                MigrationStatus(number: number, name: found.name, state: .unknown(atMicroseconds: found.time)))
        }
        return states
    }

    private struct AppliedFile {
        let name: String
        let checksum: String
        let time: Int64
    }

    private func appliedFiles(on connection: PostgresConnection) throws(PostgresError) -> [Int: AppliedFile] {
        let exists = try connection.query("SELECT to_regclass('tapefold.migration') IS NOT NULL").bool(0, 0)
        guard exists else { return [:] }
        let rows = try connection.query("SELECT number, name, checksum, applied_at FROM tapefold.migration")
        var applied: [Int: AppliedFile] = [:]
        for row in 0..<rows.rowCount {
            applied[Int(try rows.int32(row, 0))] = AppliedFile(
                name: try rows.text(row, 1), checksum: try rows.text(row, 2), time: try rows.timestamptz(row, 3))
        }
        return applied
    }

    /// The server computes them, so that this module needs no cryptography of its own.
    private func checksums(on connection: PostgresConnection) throws(PostgresError) -> [String] {
        let files = try PostgresArrayBuilder(.bytea)
        for migration in migrations { files.append(text: migration.sql) }
        let rows = try connection.query(
            "SELECT encode(sha256(file), 'hex') FROM unnest($1) WITH ORDINALITY AS f(file, n) ORDER BY n",
            [.array(files)])
        var checksums: [String] = []
        for row in 0..<rows.rowCount { checksums.append(try rows.text(row, 0)) }
        return checksums
    }
}
