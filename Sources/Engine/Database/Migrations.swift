import Postgres

/// The database's schema, step by step, as `schemas/database` holds it.
public enum Migrations {
    /// Applies what is missing. Safe to call from several processes at once.
    public static func run(on connection: PostgresConnection) throws(PostgresError) {
        _ = try MigrationRunner(all).run(on: connection)
    }
}
