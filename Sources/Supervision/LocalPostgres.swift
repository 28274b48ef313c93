import Glibc
import Postgres
import Synchronization

/// How a private cluster is to run.
public struct LocalPostgresConfiguration: Sendable {
    /// The cluster lives in `<dataDirectory>/postgres`.
    public var dataDirectory: String
    /// 0 picks a free port.
    public var port: Int
    public var database = "tapefold"
    public var maximumConnections = 100
    public var sharedBuffersMebibytes = 256
    /// False gives up durability for speed: for tests that do not pull the plug.
    public var isDurable = true
    /// Where `initdb` and `postgres` are; nil looks for them.
    public var binaryDirectory: String?
    /// Further server settings by name, put over the defaults.
    public var settings: [String: String] = [:]

    public init(dataDirectory: String, port: Int = 0) {
        self.dataDirectory = dataDirectory
        self.port = port
    }
}

/// A private PostgreSQL cluster on 127.0.0.1, made by the system's initdb and run as a child of this process.
///
/// As root it runs as user `postgres`. Log-in is by a random password kept in a file that only the cluster's user
/// and root can read. When this process dies, the server shuts down too (fast); one that was left running is stopped
/// by the next `start` on the same data. Two processes cannot have the same data at once.
public final class LocalPostgres: Sendable {
    public static let userName = "tapefold"

    public let configuration: LocalPostgresConfiguration
    public let port: Int
    /// Includes the password: for programs, not for logs.
    public let databaseURL: String
    public let process: ChildProcess
    let layout: PostgresLayout
    private let password: String

    private init(
        _ configuration: LocalPostgresConfiguration, layout: PostgresLayout, port: Int, password: String,
        process: ChildProcess
    ) {
        self.configuration = configuration
        self.layout = layout
        self.port = port
        self.process = process
        self.password = password
        databaseURL = Self.url(port: port, password: password, database: configuration.database)
    }

    public var logPath: String { layout.log }
    /// The server's own data directory.
    public var clusterDirectory: String { layout.cluster }

    /// The URL of another database of this cluster.
    public func databaseURL(of database: String) -> String {
        Self.url(port: port, password: password, database: database)
    }

    /// Starts the cluster, making it first where there is none, and waits until it accepts connections.
    public static func start(_ configuration: LocalPostgresConfiguration) throws(SupervisionError) -> LocalPostgres {
        let layout = try PostgresLayout(configuration.dataDirectory)
        let installation = try PostgresInstallation.find(
            majorVersion: layout.clusterMajorVersion, in: configuration.binaryDirectory)
        let password = try PostgresCluster.prepare(layout, installation, isDurable: configuration.isDurable)
        try PostgresLeftovers.stop(dataDirectory: layout.cluster)
        if configuration.port != 0, !FreePort.isFree(configuration.port) {
            throw portTaken(configuration.port)
        }
        let deadline = MonotonicClock.milliseconds + Int64(SupervisionLimits.postgresLeftoversMilliseconds)
        var triedPorts = 0
        while true {
            let port = configuration.port == 0 ? try FreePort.find() : configuration.port
            do throws(SupervisionError) {
                return try launch(configuration, layout, installation, password: password, port: port)
            } catch {
                switch error.kind {
                case .portTaken where configuration.port == 0 && triedPorts < SupervisionLimits.postgresPortAttempts:
                    triedPorts += 1
                // The sessions of a server that was killed end a moment after it, and hold its memory until then.
                case .stillInUse where MonotonicClock.milliseconds < deadline:
                    MonotonicClock.sleep(milliseconds: SupervisionLimits.pollMilliseconds)
                default: throw error
                }
            }
        }
    }

    /// Disconnects everybody, writes a checkpoint and ends the server.
    public func stop() {
        process.terminate(graceMilliseconds: SupervisionLimits.postgresStopGraceMilliseconds, signal: SIGINT)
        DataLock.release(layout.lock)
    }

    /// Ends the server at once; it recovers at its next start.
    public func stopImmediately() {
        process.terminate(graceMilliseconds: SupervisionLimits.stopGraceMilliseconds, signal: SIGQUIT)
        DataLock.release(layout.lock)
    }

    private static func launch(
        _ configuration: LocalPostgresConfiguration, _ layout: PostgresLayout, _ installation: PostgresInstallation,
        password: String, port: Int
    ) throws(SupervisionError) -> LocalPostgres {
        let logStart = FileSystem.size(layout.log) ?? 0
        var description = ChildProcessDescription(
            name: "postgres", executable: installation.postgres,
            arguments: ["-D", layout.cluster] + PostgresSettings.arguments(configuration, installation, port: port))
        description.logPath = layout.log
        layout.apply(to: &description)
        description.parentDeathSignal = SIGINT
        description.environment = ["LC_ALL": "C", "PGDATA": nil, "PGPORT": nil]
        let process = try ChildProcess.start(description)
        let server = LocalPostgres(configuration, layout: layout, port: port, password: password, process: process)
        do throws(SupervisionError) {
            try server.waitUntilReady(logStart: logStart)
            try server.createDatabase()
        } catch {
            server.stopImmediately()
            throw error
        }
        return server
    }

    private func waitUntilReady(logStart: Int) throws(SupervisionError) {
        let deadline = MonotonicClock.milliseconds + Int64(SupervisionLimits.postgresStartTimeoutMilliseconds)
        while MonotonicClock.milliseconds < deadline {
            if let status = process.exitStatus { throw startFailure(status, logStart: logStart) }
            do throws(PostgresError) {
                _ = try PostgresConnection.connect(maintenanceConfiguration())
                return
            } catch  where error.sqlState?.hasPrefix("28") == true {
                throw SupervisionError(.database, "\(error.description); is another server on port \(port)?")
            } catch {}
            MonotonicClock.sleep(milliseconds: SupervisionLimits.pollMilliseconds)
        }
        throw SupervisionError(
            .timeout,
            "PostgreSQL was not ready after \(SupervisionLimits.postgresStartTimeoutMilliseconds) ms: see \(layout.log)"
        )
    }

    private func maintenanceConfiguration() throws(PostgresError) -> PostgresConfiguration {
        try PostgresConfiguration(url: databaseURL).withDatabase("postgres").withApplicationName("tapefold-supervision")
    }

    /// Makes the configured database where it is missing.
    private func createDatabase() throws(SupervisionError) {
        do throws(PostgresError) {
            let connection = try PostgresConnection.connect(maintenanceConfiguration())
            let found = try connection.query(
                "SELECT 1 FROM pg_database WHERE datname = $1", [.text(configuration.database)])
            if found.rowCount == 0 {
                try connection.execute("CREATE DATABASE \(try connection.quoteIdentifier(configuration.database))")
            }
        } catch {
            throw SupervisionError(.database, "database \(configuration.database) could not be made: \(error)")
        }
    }

    private func startFailure(_ status: ExitStatus, logStart: Int) -> SupervisionError {
        let written = (FileSystem.size(layout.log) ?? 0) - logStart
        let tail = FileSystem.text(layout.log, last: max(0, min(written, SupervisionLimits.logTailBytes))) ?? ""
        if tail.contains("could not bind") { return Self.portTaken(port) }
        let reasons = tail.split(whereSeparator: \.isNewline)
            .filter { $0.contains("FATAL") || $0.contains("ERROR") || $0.contains("HINT") }
        return SupervisionError(
            tail.contains("pre-existing shared memory block") ? .stillInUse : .process,
            "PostgreSQL ended at its start (\(status)): "
                + (reasons.isEmpty ? "" : reasons.joined(separator: "; ") + "; ") + "see \(layout.log)")
    }

    private static func portTaken(_ port: Int) -> SupervisionError {
        SupervisionError(
            .portTaken,
            "port \(port) on 127.0.0.1 is in use by another program: choose another for PostgreSQL, or 0 for any free one"
        )
    }

    private static func url(port: Int, password: String, database: String) -> String {
        "postgresql://\(userName):\(password)@127.0.0.1:\(port)/\(database)"
    }
}
