import Postgres
import Projections
import Synchronization

/// The keys of a build's state tables, made when a lane first has to read or replace a row: bulk inserts before that
/// are cheaper without them.
final class StateIndexes: Sendable {
    let configuration: PostgresConfiguration
    private let statements: [String]
    private let isDone: Mutex<Bool>

    init(_ build: Build, _ view: ViewSchema, configuration: PostgresConfiguration) {
        self.configuration = configuration
        statements = view.tables.filter { $0.role == .state }.flatMap { table in
            [BuildSQL.keyIndex(table, schema: build.schema)] + BuildSQL.indexes(table, schema: build.schema)
        }
        isDone = Mutex(build.isIndexed)
    }

    func ensure() throws(PostgresError) {
        try isDone.withLock { (isDone) throws(PostgresError) in
            guard !isDone else { return }
            let connection = try PostgresConnection.connect(configuration)
            for statement in statements { try BuildSQL.makeIndex(statement, on: connection) }
            isDone = true
        }
    }
}
