import Synchronization

/// A bounded set of connections shared by threads: each call has one to itself.
///
/// Connections are made when needed, kept when whole, and replaced when broken.
public final class PostgresPool: Sendable {
    /// Unchecked: a connection is in the idle list or with one caller, never both, and the list's lock orders the hand-over.
    private struct Idle: @unchecked Sendable {
        let connection: PostgresConnection
    }

    private struct State {
        var idle: [Idle] = []
        var isClosed = false
    }

    public let configuration: PostgresConfiguration
    public let maximumConnections: Int
    private let permits: CountingSemaphore
    private let state = Mutex(State())

    public init(
        _ configuration: PostgresConfiguration, maximumConnections: Int = PostgresLimits.poolConnectionCount
    ) {
        self.configuration = configuration
        self.maximumConnections = max(1, maximumConnections)
        permits = CountingSemaphore(self.maximumConnections)
    }

    /// Runs `body` with a connection of its own. Blocks while all are in use.
    ///
    /// A transaction that `body` leaves open is rolled back. Throws a usage error when no connection became free in
    /// time, and what connecting or `body` throws. `body` is run once: a connection that
    /// breaks under it throws `connectionLost`, and the next call gets another.
    public func withConnection<Value>(
        timeoutMilliseconds: Int = PostgresLimits.poolCheckoutTimeoutMilliseconds,
        _ body: (PostgresConnection) throws(PostgresError) -> Value
    ) throws(PostgresError) -> Value {
        guard permits.wait(timeoutMilliseconds: timeoutMilliseconds) else {
            throw .usage(
                "all \(maximumConnections) connections to \(configuration) were in use for \(timeoutMilliseconds) ms")
        }
        defer { permits.signal() }
        let connection = try checkOut()
        defer { checkIn(connection) }
        return try body(connection)
    }

    /// Closes the idle connections now and each busy one when its call ends.
    public func close() {
        let idle = state.withLock { state in
            state.isClosed = true
            defer { state.idle = [] }
            return state.idle
        }
        withExtendedLifetime(idle) {}
    }

    /// Connections that wait for work.
    public var idleCount: Int { state.withLock { $0.idle.count } }

    private func checkOut() throws(PostgresError) -> PostgresConnection {
        while true {
            let (candidate, isClosed) = state.withLock { ($0.idle.popLast(), $0.isClosed) }
            if isClosed { throw .usage("the connection pool is closed") }
            guard let candidate else { return try PostgresConnection.connect(configuration) }
            if candidate.connection.isAlive { return candidate.connection }
        }
    }

    private func checkIn(_ connection: PostgresConnection) {
        connection.rollbackIfOpen()
        guard connection.isAlive, !connection.isBusy, !connection.isInTransaction else { return }
        let entry = Idle(connection: connection)
        state.withLock { if !$0.isClosed { $0.idle.append(entry) } }
    }
}
