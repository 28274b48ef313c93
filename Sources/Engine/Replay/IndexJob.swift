import Postgres
import Projections
import Synchronization

/// Indexes of a table that a rebuild makes after the rows, and its statistics behind the last of them.
struct IndexJob: Sendable {
    private let statements: [String]
    /// What makes keys unique that are not yet.
    private let repair: String?
    private let analysis: TableAnalysis

    /// One job an index, so that several are built at once; one for all of a table that is first rid of old rows.
    static func all(of table: TableDefinition, _ view: ViewSchema, schema: String) -> [IndexJob] {
        let statements = [BuildSQL.keyIndex(table, schema: schema)] + BuildSQL.indexes(table, schema: schema)
        let isOneJob = view.appendsVersions(of: table)
        let analysis = TableAnalysis(of: table, schema: schema, jobs: isOneJob ? 1 : statements.count)
        if isOneJob {
            let repair = BuildSQL.removeOldVersions(table, schema: schema)
            return [IndexJob(statements: statements, repair: repair, analysis: analysis)]
        }
        let repair = table.ignoresRepeatedRows ? BuildSQL.removeRepeatedRows(table, schema: schema) : nil
        return statements.map { IndexJob(statements: [$0], repair: repair, analysis: analysis) }
    }

    func run(_ configuration: PostgresConfiguration) throws(PostgresError) {
        let connection = try PostgresConnection.connect(configuration)
        for statement in statements { try build(statement, on: connection) }
        try analysis.jobIsDone(on: connection)
    }

    private func build(_ statement: String, on connection: PostgresConnection) throws(PostgresError) {
        do throws(PostgresError) {
            try BuildSQL.makeIndex(statement, on: connection)
        } catch {
            guard let repair, error.sqlState == PostgresError.uniqueViolation else { throw error }
            try connection.execute(repair)
            try BuildSQL.makeIndex(statement, on: connection)
        }
    }
}

/// The statistics of a table, taken once all its indexes are there, as the two keep each other waiting: while other
/// tables' indexes are still being built, and before anybody queries the build.
private final class TableAnalysis: Sendable {
    private let statement: String
    private let jobsLeft: Mutex<Int>

    init(of table: TableDefinition, schema: String, jobs: Int) {
        statement = "ANALYZE \(schema).\(table.name)"
        jobsLeft = Mutex(jobs)
    }

    func jobIsDone(on connection: PostgresConnection) throws(PostgresError) {
        let isLast = jobsLeft.withLock { left in
            left -= 1
            return left == 0
        }
        if isLast { try connection.execute(statement) }
    }
}
