import CMicrohttpd
import Synchronization

/// What is kept of one open connection. Each has its own, so that requests on different connections share no lock.
final class HTTPConnection: Sendable {
    let descriptor: Int32
    /// Of the other end, without a port; empty where it is unknown.
    let address: String
    let deadline: RequestDeadline
    private let suspended = Mutex<HTTPExchange?>(nil)

    init(descriptor: Int32, address: String, patienceSeconds: Int) {
        self.descriptor = descriptor
        self.address = address
        deadline = RequestDeadline(patienceSeconds: patienceSeconds, now: MonotonicClock.nanoseconds())
    }

    /// Runs `suspend` and keeps the exchange, unless the server is closing. Under the lock, so that closing sees every
    /// suspended exchange.
    func keep(_ exchange: HTTPExchange, unless isClosed: borrowing Atomic<Bool>, _ suspend: () -> Void) -> Bool {
        suspended.withLock { kept in
            guard !isClosed.load(ordering: .sequentiallyConsistent) else { return false }
            suspend()
            kept = exchange
            return true
        }
    }

    /// The suspended exchange, which is no longer kept.
    func release() -> HTTPExchange? {
        suspended.withLock { kept in
            defer { kept = nil }
            return kept
        }
    }
}

/// All open connections of a server.
final class HTTPConnections: Sendable {
    private let open = Mutex<[ObjectIdentifier: HTTPConnection]>([:])

    func opened(_ connection: HTTPConnection) {
        open.withLock { $0[ObjectIdentifier(connection)] = connection }
    }

    func closed(_ connection: HTTPConnection) {
        open.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(connection)) }
    }

    var all: [HTTPConnection] { open.withLock { Array($0.values) } }

    /// Gives the descriptors of connections whose time is over to `end`. Under the lock that a closing connection takes
    /// before its descriptor is given back, so that nobody else's is ended.
    func endExpired(now: UInt64, _ end: (Int32) -> Void) {
        open.withLock { open in
            for connection in open.values where connection.deadline.takeExpired(now: now) {
                end(connection.descriptor)
            }
        }
    }
}
