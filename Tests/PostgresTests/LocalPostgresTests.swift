import Foundation
import Postgres
import Supervision
import Testing

/// Clusters that are stopped, killed and started again: one test at a time, so that few servers run at once.
@Suite(.serialized) struct LocalPostgresTests {
    @Test func dataSurvivesARestartAndKillNineOfTheServer() throws {
        let postgres = try TemporaryPostgres(isDurable: true)
        defer { postgres.stop() }
        let connector = PostgresConnector(try PostgresConfiguration(url: postgres.databaseURL))
        let before = try connector.connect()
        try before.execute("CREATE TABLE t (a bigint); INSERT INTO t VALUES (1)")
        try postgres.restart()
        #expect(postgresError { try before.query("SELECT 1") }?.isConnectionLost == true)
        let between = try #require(try connector.connectRetrying(until: { false }))
        try between.execute("INSERT INTO t VALUES (2)")
        try between.execute("BEGIN; INSERT INTO t VALUES (3)")
        postgres.killServer()
        #expect(FileManagerLite.exists(postgres.server.clusterDirectory + "/postmaster.pid"))
        try postgres.restart()
        let after = try #require(try connector.connectRetrying(until: { false }))
        #expect(try after.query("SELECT count(*) FROM t").int64(0, 0) == 2)
    }

    /// A session that is just ending still holds the memory of its killed server; here the test does, until a start
    /// has failed of it.
    @Test func memoryOfAKilledServerThatIsStillHeldIsWaitedFor() throws {
        let postgres = try TemporaryPostgres(isDurable: true)
        defer { postgres.stop() }
        let lock = try String(contentsOfFile: postgres.server.clusterDirectory + "/postmaster.pid", encoding: .utf8)
        let numbers = try #require(lock.split(separator: "\n").last { $0.split(separator: " ").count == 2 })
        let segment = try #require(numbers.split(separator: " ").last.flatMap { Int32($0) })
        let memory = UInt(bitPattern: try #require(shmat(segment, nil, SHM_RDONLY)))
        postgres.killServer()
        let log = postgres.server.logPath
        let end = Thread {
            let deadline = ContinuousClock.now + .seconds(8)
            while ContinuousClock.now < deadline, !Self.saysInUse(log) { usleep(10_000) }
            shmdt(UnsafeRawPointer(bitPattern: memory))
        }
        end.start()
        try postgres.restart()
        #expect(Self.saysInUse(log))
        _ = try PostgresConnection.connect(try PostgresConfiguration(url: postgres.databaseURL))
    }

    private static func saysInUse(_ log: String) -> Bool {
        (try? String(contentsOfFile: log, encoding: .utf8))?.contains("pre-existing shared memory block") == true
    }

    @Test func aServerLeftRunningByADeadParentIsStoppedFirst() throws {
        let postgres = try TemporaryPostgres(isDurable: true)
        defer { postgres.stop() }
        let connection = try PostgresConnection.connect(try PostgresConfiguration(url: postgres.databaseURL))
        try connection.execute("CREATE TABLE t (a bigint); INSERT INTO t VALUES (1)")
        let old = postgres.server
        var configuration = old.configuration
        configuration.port = 0
        let new = try LocalPostgres.start(configuration)
        defer { new.stop() }
        #expect(old.process.exitStatus != nil)
        let again = try PostgresConnection.connect(try PostgresConfiguration(url: new.databaseURL))
        #expect(try again.query("SELECT count(*) FROM t").int64(0, 0) == 1)
    }

    @Test func aTakenPortIsNamed() throws {
        let shared = try TemporaryPostgres.shared()
        do {
            _ = try TemporaryPostgres(port: shared.port)
            Issue.record("two servers on one port")
        } catch {
            #expect(error.kind == .portTaken)
            #expect(error.message.contains("\(shared.port)"))
        }
    }

    @Test func aMissingInitdbSaysWhatToInstall() throws {
        var configuration = LocalPostgresConfiguration(dataDirectory: "/tmp/tapefold-test-none-\(getpid())")
        configuration.binaryDirectory = "/nowhere"
        do {
            _ = try LocalPostgres.start(configuration)
            Issue.record("started without initdb")
        } catch {
            #expect(error.kind == .missingProgram)
            #expect(error.message.contains("apt-get install postgresql"))
            #expect(error.message.contains("/nowhere"))
        }
        #expect(!FileManagerLite.exists(configuration.dataDirectory))
    }

    @Test func dataInUseByAnotherProcessIsLeftAlone() throws {
        let folder = "/tmp/tapefold-test-locked-\(getpid())"
        mkdir(folder, 0o755)
        mkdir(folder + "/postgres", 0o755)
        defer { removeFolder(folder) }
        let lock = folder + "/postgres/lock"
        let holder = try ChildProcess.start(
            ChildProcessDescription(
                name: "holder", executable: "flock",
                arguments: ["--no-fork", lock, "sh", "-c", "touch \(folder)/held; exec sleep 1000"]))
        defer { holder.terminate() }
        try waitUntil { FileManagerLite.exists(folder + "/held") }
        do {
            _ = try LocalPostgres.start(LocalPostgresConfiguration(dataDirectory: folder))
            Issue.record("took data that was in use")
        } catch {
            #expect(error.message.contains("in use by a running process"))
        }
    }

    @Test func dataBelowAFolderThatOnlyItsOwnerMayEnter() throws {
        var template = Array("/tmp/tapefold-test-closed-XXXXXX".utf8CString)
        let folder = String(cString: try #require(mkdtemp(&template)))
        var configuration = LocalPostgresConfiguration(dataDirectory: folder + "/data")
        configuration.isDurable = false
        let server = try LocalPostgres.start(configuration)
        defer {
            server.stopImmediately()
            removeFolder(folder)
        }
        let connection = try PostgresConnection.connect(try PostgresConfiguration(url: server.databaseURL))
        #expect(try connection.query("SELECT current_database()::text").text(0, 0) == "tapefold")
    }

    @Test func aDataDirectoryThatCannotBeMadeIsNamed() throws {
        do {
            _ = try LocalPostgres.start(LocalPostgresConfiguration(dataDirectory: "/proc/none"))
            Issue.record("made a folder in /proc")
        } catch {
            #expect(error.kind == .file)
            #expect(error.message.contains("/proc/none"))
        }
    }

    @Test func thePasswordFileIsPrivateAndNeededToLogIn() throws {
        let server = try TemporaryPostgres.shared().server
        var status = stat()
        #expect(stat(server.configuration.dataDirectory + "/postgres/password", &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        let without = try PostgresConfiguration(url: "postgresql://tapefold@127.0.0.1:\(server.port)/tapefold")
        #expect(postgresError { _ = try PostgresConnection.connect(without) }?.kind == .unreachable)
    }

    @Test func theClusterIsInUTF8AndCOrder() throws {
        let connection = try connectToFreshDatabase()
        let rows = try connection.query(
            "SELECT current_setting('server_encoding'), datcollate::text FROM pg_database WHERE datname = current_database()"
        )
        #expect(try rows.text(0, 0) == "UTF8")
        #expect(try rows.text(0, 1) == "C")
    }
}

/// Removes a test's folder.
func removeFolder(_ folder: String) {
    let description = ChildProcessDescription(name: "rm", executable: "rm", arguments: ["-rf", folder])
    _ = try? ChildProcess.start(description).wait()
}

enum FileManagerLite {
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
}
