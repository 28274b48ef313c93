import Glibc
import Postgres
import Supervision
import Synchronization
import Testing

@Suite struct MigrationTests {
    let files = [
        Migration(number: 1, name: "first", sql: "CREATE TABLE a (x bigint); INSERT INTO a VALUES (1);"),
        Migration(number: 2, name: "second", sql: "ALTER TABLE a ADD COLUMN y text;"),
    ]

    @Test func filesAreAppliedOnceInOrderAndRecorded() throws {
        let connection = try connectToFreshDatabase()
        let runner = try MigrationRunner(files)
        #expect(try runner.status(on: connection).map(\.state) == [.pending, .pending])
        #expect(try runner.run(on: connection).map(\.number) == [1, 2])
        #expect(try runner.run(on: connection).isEmpty)
        let more = try MigrationRunner(files + [Migration(number: 3, name: "third", sql: "CREATE TABLE b ()")])
        #expect(try more.run(on: connection).map(\.name) == ["third"])
        for status in try more.status(on: connection) {
            guard case .applied(let time) = status.state else {
                Issue.record("\(status)")
                continue
            }
            #expect(time > 1_700_000_000_000_000)
        }
        let checksum = try connection.query("SELECT checksum FROM tapefold.migration WHERE number = 2").text(0, 0)
        #expect(checksum.utf8.count == 64)
    }

    @Test func twoRunnersAtOnceApplyEachFileOnce() throws {
        let configuration = try freshConfiguration()
        var many = files
        for number in 3...12 {
            many.append(
                Migration(
                    number: number, name: "n\(number)", sql: "INSERT INTO a VALUES (\(number)); SELECT pg_sleep(0.005)")
            )
        }
        let runner = try MigrationRunner(many)
        let applied = Mutex<[Int]>([])
        onThreads(3) {
            do {
                let connection = try PostgresConnection.connect(configuration)
                let mine = try runner.run(on: connection).map(\.number)
                applied.withLock { $0 += mine }
            } catch { Issue.record(error) }
        }
        #expect(applied.withLock { $0 } == Array(1...12))
        let connection = try PostgresConnection.connect(configuration)
        #expect(try connection.query("SELECT count(*) FROM a").int64(0, 0) == 11)
    }

    @Test func aChangedFileANewerDatabaseAndGapsAreRefused() throws {
        let connection = try connectToFreshDatabase()
        try MigrationRunner(files).run(on: connection)
        let changed = [files[0], Migration(number: 2, name: "second", sql: "ALTER TABLE a ADD COLUMN z text;")]
        let third = Migration(number: 3, name: "third", sql: "CREATE TABLE b ()")
        let refused = postgresError { try MigrationRunner(changed + [third]).run(on: connection) }
        #expect(refused?.message.contains("migration 2 (second)") == true)
        #expect(refused?.message.contains("changed") == true)
        #expect(try connection.query("SELECT to_regclass('b') IS NULL").bool(0, 0))
        let older = postgresError { try MigrationRunner([files[0]]).run(on: connection) }
        #expect(older?.message.contains("newer version") == true)
        #expect(postgresError { _ = try MigrationRunner([files[0], third]) }?.message.contains("2 is missing") == true)
        #expect(postgresError { _ = try MigrationRunner([files[0], files[0]]) }?.message.contains("twice") == true)
        #expect(try MigrationRunner(files).run(on: connection).isEmpty)
    }

    @Test func aFileThatFailsLeavesItselfUnappliedAndNamesItsLine() throws {
        let connection = try connectToFreshDatabase()
        let bad = Migration(number: 3, name: "bad", sql: "CREATE TABLE c ();\n-- ₹\nSELEKT 1;")
        let error = postgresError { try MigrationRunner(files + [bad]).run(on: connection) }
        #expect(error?.message.contains("0003_bad.sql line 3") == true)
        #expect(error?.sqlState == "42601")
        #expect(try connection.query("SELECT count(*) FROM tapefold.migration").int64(0, 0) == 2)
        #expect(try connection.query("SELECT to_regclass('c') IS NULL").bool(0, 0))
        let ending = Migration(number: 3, name: "ending", sql: "CREATE TABLE d (); COMMIT;")
        let ended = postgresError { try MigrationRunner(files + [ending]).run(on: connection) }
        #expect(ended?.message.contains("ends the transaction") == true)
        let good = Migration(number: 3, name: "good", sql: "CREATE TABLE e ();")
        #expect(try MigrationRunner(files + [good]).run(on: connection).count == 1)
    }

    @Test func aMarkedFileRunsOutsideATransaction() throws {
        let connection = try connectToFreshDatabase()
        let marked = Migration(
            number: 3, name: "index",
            sql: """
                -- tapefold: no-transaction
                CREATE INDEX CONCURRENTLY IF NOT EXISTS "odd;name" ON a (x); -- a ; in a comment
                /* and /* nested ; */ here ; */
                DO $body$ BEGIN PERFORM 'a;b'; END $body$;
                CREATE INDEX CONCURRENTLY IF NOT EXISTS by_y ON a (y) WHERE y <> E'\\';';
                """)
        #expect(!marked.runsInTransaction)
        #expect(try MigrationRunner(files + [marked]).run(on: connection).count == 3)
        let count = try connection.query("SELECT count(*) FROM pg_indexes WHERE tablename = 'a'").int64(0, 0)
        #expect(count == 2)
    }

    @Test func filesAreReadFromADirectory() throws {
        let folder = "/tmp/tapefold-test-migrations-\(getpid())"
        mkdir(folder, 0o755)
        defer {
            for name in ["0001_a.sql", "0002_b_c.sql", "notes.txt", "3_bad.sql"] { unlink("\(folder)/\(name)") }
            rmdir(folder)
        }
        try write("SELECT 2;", "\(folder)/0002_b_c.sql")
        try write("SELECT 1;", "\(folder)/0001_a.sql")
        try write("not a migration", "\(folder)/notes.txt")
        let runner = try MigrationRunner(directory: folder)
        #expect(runner.migrations.map(\.fileName) == ["0001_a.sql", "0002_b_c.sql"])
        #expect(runner.migrations[1].sql == "SELECT 2;")
        try write("SELECT 3;", "\(folder)/3_bad.sql")
        #expect(postgresError { _ = try Migration.load(directory: folder) }?.message.contains("NNNN_name.sql") == true)
        #expect(
            postgresError { _ = try Migration.load(directory: folder + "/absent") }?.message.contains("absent") == true)
    }

    private func write(_ text: String, _ path: String) throws {
        let file = try #require(fopen(path, "we"))
        fputs(text, file)
        fclose(file)
    }
}
