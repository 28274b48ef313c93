import CLibpq
import Glibc

/// One blocking connection to PostgreSQL. Use it from one thread at a time; it is not Sendable on purpose.
///
/// Parameters and results are binary. Calls block; a connection that breaks throws `connectionLost` and stays
/// broken: make another one (`PostgresConnector`).
public final class PostgresConnection {
    let handle: OpaquePointer
    public let configuration: PostgresConfiguration
    var statements = StatementCache(limit: PostgresLimits.statementCacheCount)
    /// True while a pipeline or COPY holds the connection.
    var isBusy = false

    /// Takes over an open `handle`.
    private init(_ handle: OpaquePointer, _ configuration: PostgresConfiguration) {
        self.handle = handle
        self.configuration = configuration
    }

    deinit { PQfinish(handle) }

    /// Opens a connection within the configuration's connect time-out.
    ///
    /// `shouldStop` is asked about ten times a second; true gives up with an `unreachable` error.
    public static func connect(
        _ configuration: PostgresConfiguration, shouldStop: () -> Bool = { false }
    ) throws(PostgresError) -> PostgresConnection {
        let handle = try ConnectAttempt.run(configuration, shouldStop: shouldStop)
        return PostgresConnection(handle, configuration)
    }

    /// A handle with which another thread can cancel what this connection is doing.
    public func cancellation() throws(PostgresError) -> PostgresCancellation {
        guard let cancel = PQgetCancel(handle) else { throw lost("it can no longer be cancelled") }
        return PostgresCancellation(cancel)
    }

    /// The server process that serves this connection.
    public var backendProcessID: Int32 { PQbackendPID(handle) }

    /// True between BEGIN and the end of a transaction, failed or not.
    public var isInTransaction: Bool {
        switch PQtransactionStatus(handle) {
        case PQTRANS_INTRANS, PQTRANS_INERROR, PQTRANS_ACTIVE: true
        default: false
        }
    }

    /// True when a statement of the open transaction failed, so that only a rollback helps.
    public var isTransactionFailed: Bool { PQtransactionStatus(handle) == PQTRANS_INERROR }

    /// Whether the connection still stands, as far as can be seen without asking the server anything.
    public var isAlive: Bool {
        guard PQstatus(handle) == CONNECTION_OK else { return false }
        var descriptor = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
        if poll(&descriptor, 1, 0) > 0, PQconsumeInput(handle) == 0 { return false }
        return PQstatus(handle) == CONNECTION_OK
    }

    /// Runs SQL text of one or more statements by the simple protocol and returns the last one's result, in text format.
    ///
    /// Several statements are one implicit transaction unless they say otherwise.
    @discardableResult
    public func execute(_ sql: String) throws(PostgresError) -> PostgresResult {
        try requireIdle()
        return try check(PQexec(handle, sql))
    }

    /// Runs one statement with binary parameters and a binary result, planned for this call only.
    @discardableResult
    public func query(
        _ sql: String, _ parameters: [PostgresParameter] = []
    ) throws(PostgresError) -> PostgresResult {
        try requireIdle()
        try Self.requireSendable(parameters)
        return try check(
            BoundParameters.with(parameters) {
                PQexecParams(handle, sql, $0.count, $0.types, $0.values, $0.lengths, $0.formats, 1)
            })
    }

    func requireIdle() throws(PostgresError) {
        if isBusy { throw .usage("the connection is in a pipeline or a COPY; end that first") }
        if PQstatus(handle) != CONNECTION_OK { throw lost("it broke earlier") }
    }

    static func requireSendable(_ parameters: [PostgresParameter]) throws(PostgresError) {
        if parameters.count > PostgresLimits.maximumParameterCount {
            throw .usage(
                "\(parameters.count) parameters; PostgreSQL takes \(PostgresLimits.maximumParameterCount): pass arrays")
        }
        let bytes = parameters.reduce(0) { $0 + $1.byteCount }
        if bytes > PostgresLimits.maximumStatementBytes {
            throw .usage(
                "\(bytes) bytes of parameters; PostgreSQL takes \(PostgresLimits.maximumStatementBytes): send smaller batches"
            )
        }
    }

    /// Wraps a good result; turns anything else into an error.
    func check(_ result: OpaquePointer?) throws(PostgresError) -> PostgresResult {
        guard let result else { throw lost(connectionMessage) }
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY, PGRES_SINGLE_TUPLE:
            return PostgresResult(result)
        case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
            PQclear(result)
            leaveCopy()
            throw .usage("COPY needs copyIn or copyOut")
        default:
            let error = error(from: result)
            PQclear(result)
            throw error
        }
    }

    /// Ends a COPY that nobody asked for, so that the connection stays usable.
    private func leaveCopy() {
        PQputCopyEnd(handle, "COPY needs copyIn or copyOut")
        var row: UnsafeMutablePointer<CChar>?
        while PQgetCopyData(handle, &row, 0) > 0 { PQfreemem(row) }
        drain()
    }

    /// Reads and forgets what is left of the current command.
    func drain() {
        while let result = PQgetResult(handle) {
            PQclear(result)
            if PQstatus(handle) != CONNECTION_OK { break }
        }
    }
}
