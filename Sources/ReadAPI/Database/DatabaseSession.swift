import HTTPServing
import Postgres
import Synchronization

/// One thread's connection: opened when needed, dropped when it breaks, not hammered while the server is away.
final class DatabaseSession {
    private let configuration: PostgresConfiguration
    private let metrics: ReadMetrics
    private let isStopping: @Sendable () -> Bool
    private let cancellations: QueryCancellations
    private var connection: PostgresConnection?
    private var lastFailure: (error: PostgresError, until: UInt64)?

    init(
        _ configuration: PostgresConfiguration, metrics: ReadMetrics, cancellations: QueryCancellations,
        isStopping: @escaping @Sendable () -> Bool
    ) {
        self.configuration = configuration
        self.cancellations = cancellations
        self.metrics = metrics
        self.isStopping = isStopping
    }

    /// The open connection, or a new one. Right after a failed attempt the same error is thrown without another.
    func open() throws(PostgresError) -> PostgresConnection {
        if let connection { return connection }
        if let lastFailure, MonotonicClock.nanoseconds() < lastFailure.until { throw lastFailure.error }
        do throws(PostgresError) {
            let fresh = try PostgresConnection.connect(configuration, shouldStop: isStopping)
            cancellations.set(ObjectIdentifier(self), try fresh.cancellation())
            connection = fresh
            lastFailure = nil
            metrics.openDatabaseConnections.add(1, ordering: .relaxed)
            return fresh
        } catch {
            lastFailure = (error, MonotonicClock.deadline(milliseconds: ReadAPILimits.databaseRetryMilliseconds))
            throw error
        }
    }

    /// Runs statements on an open connection; what goes wrong becomes a problem. Nothing is run twice: a commit whose
    /// answer was lost may have been made.
    func perform<Value>(
        _ body: (PostgresConnection) throws(PostgresError) -> Value
    ) throws(Problem) -> Value {
        do throws(PostgresError) {
            if let connection, !connection.isAlive { drop() }
            return try body(try open())
        } catch {
            metrics.databaseErrors.add(1, ordering: .relaxed)
            connection?.rollbackIfOpen()
            if error.isConnectionLost || error.sqlState?.hasPrefix("57P") ?? false { drop() }
            throw Problem(error)
        }
    }

    func drop() {
        cancellations.set(ObjectIdentifier(self), nil)
        if connection != nil { metrics.openDatabaseConnections.subtract(1, ordering: .relaxed) }
        connection = nil
    }

    deinit { drop() }

    /// The same database for sessions whose every pipeline reads one snapshot, without a BEGIN and a COMMIT that cost as
    /// much as a row.
    static func snapshots(_ reading: PostgresConfiguration) -> PostgresConfiguration {
        var configuration = reading
        configuration.settings["default_transaction_isolation"] = "repeatable read"
        return configuration
    }

    /// The same database for sessions that write.
    static func writing(_ reading: PostgresConfiguration) -> PostgresConfiguration {
        var configuration = reading
        configuration.settings["default_transaction_read_only"] = nil
        return configuration
    }

    /// The session's settings: short statements, nothing written, no just-in-time compiling of millisecond queries.
    static func configuration(url: String) throws(PostgresError) -> PostgresConfiguration {
        var configuration = try PostgresConfiguration(url: url).withApplicationName("tapefold-read-api")
        configuration.connectTimeoutMilliseconds = ReadAPILimits.databaseConnectSeconds * 1_000
        configuration.statementTimeoutMilliseconds = ReadAPILimits.statementMilliseconds
        configuration.lockTimeoutMilliseconds = ReadAPILimits.lockMilliseconds
        configuration.idleInTransactionTimeoutMilliseconds = ReadAPILimits.statementMilliseconds
        configuration.settings["default_transaction_read_only"] = "on"
        configuration.settings["jit"] = "off"
        return configuration
    }
}

/// The running queries of all sessions, to be cut short when the server leaves.
final class QueryCancellations: Sendable {
    private let handles = Mutex<[ObjectIdentifier: PostgresCancellation]>([:])

    func set(_ session: ObjectIdentifier, _ handle: PostgresCancellation?) {
        handles.withLock { $0[session] = handle }
    }

    /// Asks the server to give up what runs; sessions that run nothing do not notice.
    func cancelAll() {
        for handle in handles.withLock({ Array($0.values) }) { try? handle.cancel() }
    }
}
