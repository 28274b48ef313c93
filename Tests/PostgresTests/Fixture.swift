import Postgres
import Supervision
import Testing

/// A connection to an empty database of the shared cluster.
func connectToFreshDatabase() throws -> PostgresConnection {
    try PostgresConnection.connect(try freshConfiguration())
}

func freshConfiguration() throws -> PostgresConfiguration {
    try PostgresConfiguration(url: try TemporaryPostgres.shared().freshDatabase())
}

/// The PostgresError that `body` throws, or a recorded issue.
func postgresError(_ body: () throws -> Void) -> PostgresError? {
    do {
        try body()
        Issue.record("nothing was thrown")
    } catch let error as PostgresError {
        return error
    } catch {
        Issue.record("not a PostgresError: \(error)")
    }
    return nil
}
