import CLibpq
import Glibc

/// Opens a connection step by step, so that a stop flag and a time-out in milliseconds hold and the server's
/// SQLSTATE is known (libpq gives it only as part of a verbose message).
enum ConnectAttempt {
    static func run(
        _ configuration: PostgresConfiguration, shouldStop: () -> Bool
    ) throws(PostgresError) -> OpaquePointer {
        guard let handle = start(configuration) else {
            throw PostgresError(.unreachable, "libpq is out of memory")
        }
        do throws(PostgresError) {
            try finish(handle, configuration, shouldStop: shouldStop)
        } catch {
            PQfinish(handle)
            throw error
        }
        PQsetErrorVerbosity(handle, PQERRORS_DEFAULT)
        return handle
    }

    private static func start(_ configuration: PostgresConfiguration) -> OpaquePointer? {
        let parameters = configuration.connectionParameters
        let strings = parameters.map { (strdup($0.keyword), strdup($0.value)) }
        defer { for pair in strings { free(pair.0); free(pair.1) } }
        let keywords = strings.map { UnsafePointer($0.0) } + [nil]
        let values = strings.map { UnsafePointer($0.1) } + [nil]
        let handle = PQconnectStartParams(keywords, values, 0)
        if let handle {
            PQsetErrorVerbosity(handle, PQERRORS_VERBOSE)
            // libpq's own processor prints notices to stderr.
            PQsetNoticeProcessor(handle, { _, _ in }, nil)
        }
        return handle
    }

    private static func finish(
        _ handle: OpaquePointer, _ configuration: PostgresConfiguration, shouldStop: () -> Bool
    ) throws(PostgresError) {
        let deadline = MonotonicClock.milliseconds + Int64(configuration.connectTimeoutMilliseconds)
        var events = Int16(POLLOUT)
        guard PQstatus(handle) != CONNECTION_BAD else { throw failure(handle, configuration) }
        while true {
            var descriptor = pollfd(fd: PQsocket(handle), events: events, revents: 0)
            let ready = poll(&descriptor, 1, Int32(PostgresLimits.connectPollSliceMilliseconds))
            if shouldStop() { throw PostgresError(.unreachable, "connecting to \(configuration) was stopped") }
            if ready > 0 {
                switch PQconnectPoll(handle) {
                case PGRES_POLLING_OK: return
                case PGRES_POLLING_READING: events = Int16(POLLIN)
                case PGRES_POLLING_WRITING: events = Int16(POLLOUT)
                default: throw failure(handle, configuration)
                }
            }
            if MonotonicClock.milliseconds > deadline {
                throw unreachable(
                    configuration, "no answer within \(configuration.connectTimeoutMilliseconds) ms", sqlState: nil)
            }
        }
    }

    private static func failure(_ handle: OpaquePointer, _ configuration: PostgresConfiguration) -> PostgresError {
        let text = String(cString: PQerrorMessage(handle))
        let lines = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("LOCATION:") }
        let state = lines.lazy.compactMap(sqlState).first
        return unreachable(configuration, lines.joined(separator: "; "), sqlState: state)
    }

    /// `FATAL:  28P01: password authentication failed`, with the severity in the server's language.
    private static func sqlState(_ line: Substring) -> String? {
        for part in line.split(separator: ":") {
            let word = part.drop { $0 == " " }
            let isState = word.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) }
            if word.utf8.count == 5, isState, word.utf8.contains(where: { $0 < 58 }) { return String(word) }
        }
        return nil
    }

    private static func unreachable(
        _ configuration: PostgresConfiguration, _ reason: String, sqlState: String?
    ) -> PostgresError {
        var error = PostgresError(
            .unreachable, "PostgreSQL cannot be reached at \(configuration): \(reason)", sqlState: sqlState)
        switch sqlState?.prefix(2) {
        case "28": error.hint = "check the user and password in DATABASE_URL and the server's pg_hba.conf"
        case "3D": error.hint = "create the database \(configuration.database), or name another in DATABASE_URL"
        case "53": error.hint = "the server has no free connection: raise max_connections or run fewer workers"
        case "57": error.hint = "the server is starting up or shutting down: try again"
        default:
            error.hint =
                "check that PostgreSQL runs at \(configuration.host):\(configuration.port) and that DATABASE_URL is right"
        }
        return error
    }
}
