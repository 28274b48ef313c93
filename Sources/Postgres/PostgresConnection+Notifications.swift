import CLibpq
import Glibc

/// One NOTIFY.
public struct PostgresNotification: Sendable, Equatable {
    public let channel: String
    public let payload: String
    public let processID: Int32
}

extension PostgresConnection {
    public func listen(_ channel: String) throws(PostgresError) {
        try execute("LISTEN \(try quoteIdentifier(channel))")
    }

    public func unlisten(_ channel: String) throws(PostgresError) {
        try execute("UNLISTEN \(try quoteIdentifier(channel))")
    }

    public func notify(_ channel: String, _ payload: String = "") throws(PostgresError) {
        try query("SELECT pg_notify($1, $2)", [.text(channel), .text(payload)])
    }

    /// The next notification; nil when none came in time. 0 only looks, a negative time-out waits for ever.
    public func waitForNotification(timeoutMilliseconds: Int) throws(PostgresError) -> PostgresNotification? {
        try requireIdle()
        let deadline = MonotonicClock.milliseconds + Int64(timeoutMilliseconds)
        while true {
            guard PQconsumeInput(handle) == 1 else { throw lost(connectionMessage) }
            if let notification = nextNotification() { return notification }
            let left = timeoutMilliseconds < 0 ? -1 : deadline - MonotonicClock.milliseconds
            if timeoutMilliseconds >= 0, left <= 0 { return nil }
            var descriptor = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
            _ = poll(&descriptor, 1, Int32(clamping: left))
        }
    }

    private func nextNotification() -> PostgresNotification? {
        guard let notify = PQnotifies(handle) else { return nil }
        defer { PQfreemem(notify) }
        return PostgresNotification(
            channel: String(cString: notify.pointee.relname),
            payload: notify.pointee.extra.map { String(cString: $0) } ?? "",
            processID: notify.pointee.be_pid)
    }
}
