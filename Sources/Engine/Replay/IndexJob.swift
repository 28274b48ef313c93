import Postgres
import Projections

/// The indexes of a table that a rebuild makes at once, after the rows.
struct IndexJob: Sendable {
    private let statements: [String]
    /// What makes keys unique that are not yet.
    private let repair: String?

    /// One job an index, so that several are built at once; one for all of a table that is first rid of old rows.
    static func all(of table: TableDefinition, _ view: ViewSchema, schema: String) -> [IndexJob] {
        let statements = BuildSQL.indexes(table, schema: schema)
        if view.appendsVersions(of: table) {
            let repair = BuildSQL.removeOldVersions(table, schema: schema)
            return [IndexJob(statements: statements, repair: repair)]
        }
        let repair = table.ignoresRepeatedRows ? BuildSQL.removeRepeatedRows(table, schema: schema) : nil
        return statements.map { IndexJob(statements: [$0], repair: repair) }
    }

    func run(_ configuration: PostgresConfiguration) throws(PostgresError) {
        let connection = try PostgresConnection.connect(configuration)
        for statement in statements { try build(statement, on: connection) }
    }

    private func build(_ statement: String, on connection: PostgresConnection) throws(PostgresError) {
        do throws(PostgresError) {
            try connection.execute(statement)
        } catch {
            guard let repair, error.sqlState == PostgresError.uniqueViolation else { throw error }
            try connection.execute(repair)
            try connection.execute(statement)
        }
    }
}
