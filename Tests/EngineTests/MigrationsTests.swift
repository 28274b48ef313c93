import Engine
import Foundation
import Postgres
import Supervision
import Testing

/// The migrations built into the programs are those of schemas/database, and a database takes them twice.
@Suite struct MigrationsTests {
    private static var directory: String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("schemas/database").path
    }

    @Test func builtInMigrationsAreTheFiles() throws {
        let files = try Migration.load(directory: Self.directory)
        #expect(!files.isEmpty)
        #expect(files == Migrations.all, "run scripts/embed-migrations.sh")
    }

    @Test func secondRunAppliesNothing() throws {
        let url = try TemporaryPostgres.shared().freshDatabase()
        let connection = try PostgresConnection.connect(try PostgresConfiguration(url: url))
        try Migrations.run(on: connection)
        try Migrations.run(on: connection)
        let rows = try connection.query("SELECT count(*) FROM tapefold.migration")
        #expect(try rows.int64(0, 0) == Int64(Migrations.all.count))
    }
}
