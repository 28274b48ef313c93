import Postgres
import Supervision
import Synchronization
import Testing

@Suite struct SessionTests {
    @Test func sessionSettingsAreInForceFromTheStart() throws {
        var configuration = try freshConfiguration().withApplicationName("tape fold \\ test")
        configuration.statementTimeoutMilliseconds = 12_345
        configuration.lockTimeoutMilliseconds = 1_000
        configuration.idleInTransactionTimeoutMilliseconds = 30_000
        configuration.settings["search_path"] = "a, b"
        let connection = try PostgresConnection.connect(configuration)
        func setting(_ name: String) throws -> String {
            try connection.query("SELECT current_setting($1)", [.text(name)]).text(0, 0)
        }
        #expect(try setting("statement_timeout") == "12345ms")
        #expect(try setting("lock_timeout") == "1s")
        #expect(try setting("idle_in_transaction_session_timeout") == "30s")
        #expect(try setting("search_path") == "a, b")
        #expect(try setting("TimeZone") == "UTC")
        #expect(try setting("application_name") == "tape fold \\ test")
    }

    @Test func theStatementTimeoutIsARetriableServerError() throws {
        var configuration = try freshConfiguration()
        configuration.statementTimeoutMilliseconds = 20
        let connection = try PostgresConnection.connect(configuration)
        let error = postgresError { try connection.query("SELECT pg_sleep(30)") }
        #expect(error?.sqlState == PostgresError.queryCanceled)
        #expect(error?.isRetriable == true)
        #expect(connection.isAlive)
    }

    @Test func anExportedSnapshotShowsOthersTheSamePast() throws {
        let configuration = try freshConfiguration()
        let first = try PostgresConnection.connect(configuration)
        let second = try PostgresConnection.connect(configuration)
        try first.execute("CREATE TABLE t (a bigint); INSERT INTO t VALUES (1)")
        #expect(postgresError { _ = try first.exportSnapshot() }?.kind == .usage)
        try first.begin(.repeatableRead, readOnly: true)
        let id = try first.exportSnapshot()
        let writer = try PostgresConnection.connect(configuration)
        try writer.execute("INSERT INTO t VALUES (2)")
        try second.beginWithSnapshot(id)
        #expect(try second.query("SELECT count(*) FROM t").int64(0, 0) == 1)
        #expect(try writer.query("SELECT count(*) FROM t").int64(0, 0) == 2)
        try second.rollback()
        try first.commit()
        #expect(postgresError { try second.beginWithSnapshot(id) }?.sqlState != nil)
        #expect(!second.isInTransaction)
    }

    @Test func notificationsArriveInOrderAndTimeOut() throws {
        let configuration = try freshConfiguration()
        let listener = try PostgresConnection.connect(configuration)
        let sender = try PostgresConnection.connect(configuration)
        try listener.listen("View changed")
        #expect(try listener.waitForNotification(timeoutMilliseconds: 0) == nil)
        #expect(try listener.waitForNotification(timeoutMilliseconds: 20) == nil)
        try sender.notify("View changed", "one")
        try sender.notify("View changed")
        let one = try listener.waitForNotification(timeoutMilliseconds: 10_000)
        #expect(one?.channel == "View changed")
        #expect(one?.payload == "one")
        #expect(one?.processID == sender.backendProcessID)
        #expect(try listener.waitForNotification(timeoutMilliseconds: 10_000)?.payload == "")
        try listener.unlisten("View changed")
        try sender.notify("View changed", "unheard")
        #expect(try listener.waitForNotification(timeoutMilliseconds: 20) == nil)
    }

    @Test func anotherThreadCancels() throws {
        let configuration = try freshConfiguration()
        let connection = try PostgresConnection.connect(configuration)
        let watcher = try PostgresConnection.connect(configuration)
        let cancellation = try connection.cancellation()
        let pid = connection.backendProcessID
        let error = try inParallel {
            postgresError { try connection.query("SELECT pg_sleep(60)") }
        } with: {
            try waitUntil {
                try watcher.query(
                    "SELECT count(*) FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'PgSleep'", [.int32(pid)]
                ).int64(0, 0) == 1
            }
            try cancellation.cancel()
        }
        #expect(error?.sqlState == PostgresError.queryCanceled)
        #expect(try connection.query("SELECT 1").int64(0, 0) == 1)
    }

    @Test func aTerminatedBackendIsALostConnectionAndTheConnectorBringsANewOne() throws {
        let configuration = try freshConfiguration()
        let connection = try PostgresConnection.connect(configuration)
        let killer = try PostgresConnection.connect(configuration)
        #expect(connection.isAlive)
        try killer.query("SELECT pg_terminate_backend($1)", [.int32(connection.backendProcessID)])
        try waitUntil { !connection.isAlive }
        let error = postgresError { try connection.query("SELECT 1") }
        #expect(error?.isConnectionLost == true)
        #expect(error?.isRetriable == true)
        #expect(
            postgresError { try connection.pipeline { p throws(PostgresError) in try p.add("SELECT 1") } }?
                .isConnectionLost == true)
        let again = try #require(try PostgresConnector(configuration).connectRetrying(until: { false }))
        #expect(try again.query("SELECT 1").int64(0, 0) == 1)
    }

    @Test func aBackendThatDiesInAPipelineOrACopyIsALostConnection() throws {
        let configuration = try freshConfiguration()
        let terminateSelf = "SELECT pg_terminate_backend(pg_backend_pid())"
        let first = try PostgresConnection.connect(configuration)
        let inPipeline = postgresError {
            try first.pipeline { p throws(PostgresError) in
                try p.add("BEGIN")
                try p.add(terminateSelf)
                for _ in 0..<1000 { try p.add("SELECT $1", [.bytea([UInt8](repeating: 1, count: 10_000))]) }
                try p.add("COMMIT")
            }
        }
        #expect(inPipeline?.kind == .connectionLost)
        #expect(inPipeline?.sqlState == nil || inPipeline?.sqlState == "57P01")
        let second = try PostgresConnection.connect(configuration)
        let killer = try PostgresConnection.connect(configuration)
        try second.execute("CREATE TABLE t (a bigint)")
        let inCopy = postgresError {
            try second.copyIn("COPY t FROM STDIN") { writer throws(PostgresError) in
                try writer.write(Array("1\n".utf8))
                try killer.query("SELECT pg_terminate_backend($1)", [.int32(second.backendProcessID)])
                for _ in 0..<1000 { try writer.write([UInt8](repeating: 0x31, count: 100_000)) }
            }
        }
        #expect(inCopy?.isConnectionLost == true)
        #expect(try killer.query("SELECT count(*) FROM t").int64(0, 0) == 0)
    }

    @Test func whatCannotBeReachedSaysWhereAndWhatToDoAndKeepsTheSecret() throws {
        let port = try FreePort.find()
        let nobody = try PostgresConfiguration(url: "postgresql://ann:s3cret@127.0.0.1:\(port)/tape")
        let refused = postgresError { _ = try PostgresConnection.connect(nobody) }
        #expect(refused?.kind == .unreachable)
        #expect(refused?.isRetriable == true)
        let text = "\(refused.map(String.init(describing:)) ?? "") \(nobody) \(String(reflecting: nobody))"
        #expect(text.contains("127.0.0.1:\(port)"))
        #expect(text.contains("DATABASE_URL"))
        #expect(!text.contains("s3cret"))
        let good = try TemporaryPostgres.shared().databaseURL
        let bad = good.replacing(/:[0-9a-f]+@/, with: ":wr0ng@")
        let denied = postgresError { _ = try PostgresConnection.connect(try PostgresConfiguration(url: bad)) }
        #expect(denied?.sqlState == "28P01")
        #expect(denied?.isRetriable == false)
        let absent = try PostgresConfiguration(url: good).withDatabase("absent")
        let missing = postgresError { _ = try PostgresConnector(absent).connectRetrying(until: { false }) }
        #expect(missing?.sqlState == "3D000")
        #expect(missing?.description.contains("absent") == true)
        let malformed = postgresError { _ = try PostgresConfiguration(url: "postgresql://u:s3cr%ZZet@h/d") }
        #expect(malformed?.kind == .usage)
        #expect(malformed?.description.contains("s3cr") == false)
    }

    @Test func retryingStopsWhenToldTo() throws {
        let port = try FreePort.find()
        let connector = PostgresConnector(try PostgresConfiguration(url: "postgresql://a@127.0.0.1:\(port)/b"))
        var tries = 0
        var pauses: [Int] = []
        let connection = try connector.connectRetrying(until: { tries >= 4 }) { _, count, pause in
            tries = count
            pauses.append(pause)
        }
        #expect(connection == nil)
        #expect(pauses == [50, 100, 200, 400])
    }
}
