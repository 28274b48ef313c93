import Glibc
import Postgres
import Synchronization

/// A throw-away cluster for tests: in a folder of its own under /tmp, removed when it stops.
///
/// Most tests take the one that the test process shares, with a fresh database each:
///
///     let url = try TemporaryPostgres.shared().freshDatabase()
///
/// A test that stops or kills the server starts its own.
public final class TemporaryPostgres: Sendable {
    public let folder: String
    private let current: Mutex<LocalPostgres>
    private let databaseCount = Atomic<Int>(0)

    /// Starts a cluster; not durable unless asked, as most tests do not pull the plug.
    ///
    /// - Parameter parent: the folder in which it makes its own.
    public init(
        isDurable: Bool = false, port: Int = 0, in parent: String = "/tmp", settings: [String: String] = [:]
    ) throws(SupervisionError) {
        folder = "\(parent)/\(Self.prefix)\(getpid())-\(Self.serial.add(1, ordering: .relaxed).newValue)"
        FileSystem.remove(folder)
        try FileSystem.makeDirectory(folder, mode: 0o755)
        var configuration = LocalPostgresConfiguration(dataDirectory: folder, port: port)
        configuration.isDurable = isDurable
        configuration.sharedBuffersMebibytes = 128
        configuration.settings = settings
        do throws(SupervisionError) {
            current = Mutex(try LocalPostgres.start(configuration))
        } catch {
            FileSystem.remove(folder)
            throw error
        }
    }

    deinit { stop() }

    public var server: LocalPostgres { current.withLock { $0 } }
    public var databaseURL: String { server.databaseURL }
    public var port: Int { server.port }

    /// Makes an empty database and returns its URL.
    public func freshDatabase() throws(PostgresError) -> String {
        let name = "test_\(databaseCount.add(1, ordering: .relaxed).newValue)"
        let server = server
        let connection = try PostgresConnection.connect(
            try PostgresConfiguration(url: server.databaseURL(of: "postgres")))
        try connection.execute("CREATE DATABASE \(name)")
        return server.databaseURL(of: name)
    }

    /// Kills every process of the server as a power cut would, leaving its files as they are.
    public func killServer() {
        let old = server
        old.process.send(signal: SIGKILL)
        old.process.wait()
    }

    /// Stops the server, if it runs, and starts it again on the same data and port.
    ///
    /// - Parameter immediately: without a checkpoint, so that it has to recover; otherwise PostgreSQL's fast shutdown.
    public func restart(immediately: Bool = false) throws(SupervisionError) {
        let old = server
        if old.process.isRunning { if immediately { old.stopImmediately() } else { old.stop() } }
        var configuration = old.configuration
        configuration.port = old.port
        let new = try LocalPostgres.start(configuration)
        current.withLock { $0 = new }
    }

    /// Ends the server and removes its files.
    public func stop() {
        server.stopImmediately()
        FileSystem.remove(folder)
    }

    private static let prefix = "tapefold-test-postgres-"
    private static let serial = Atomic<Int>(0)
    private static let sharedInstance = Mutex<Result<TemporaryPostgres, SupervisionError>?>(nil)

    /// The cluster that all tests of this process share; started at first use, stopped when the process exits.
    public static func shared() throws(SupervisionError) -> TemporaryPostgres {
        let result = sharedInstance.withLock { instance in
            if let instance { return instance }
            removeAbandonedFolders()
            let made: Result<TemporaryPostgres, SupervisionError>
            do throws(SupervisionError) {
                made = .success(try TemporaryPostgres())
            } catch {
                made = .failure(error)
            }
            instance = made
            atexit { TemporaryPostgres.stopShared() }
            return made
        }
        return try result.get()
    }

    private static func stopShared() {
        let instance = sharedInstance.withLock { $0 }
        if case .success(let postgres) = instance { postgres.stop() }
    }

    /// Folders of test processes that were killed; their servers died with them.
    private static func removeAbandonedFolders() {
        for name in FileSystem.entries("/tmp") where name.hasPrefix(prefix) {
            let pid = name.dropFirst(prefix.count).prefix { $0.isNumber }
            if let pid = pid_t(pid), pid != getpid(), !FileSystem.exists("/proc/\(pid)") {
                FileSystem.remove("/tmp/" + name)
            }
        }
    }
}
