import CMicrohttpd
import Glibc
import Synchronization

/// One request and its answer on libmicrohttpd's side, from the request line until the answer has left.
///
/// `@unchecked Sendable`: `connection` is libmicrohttpd's; it is used on its own event loop, or while the connection is
/// suspended, when nobody else touches it (`state` hands it over). Everything else that changes is inside `state`.
final class HTTPExchange: @unchecked Sendable {
    enum Phase {
        case headers
        case body(bytes: Int)
        case suspended
        case answered(HTTPResponse)
        case sent
    }

    let connection: OpaquePointer
    let peer: HTTPConnection
    let target: String
    let startedNanoseconds: UInt64
    let state = Mutex(Phase.headers)
    /// Written and read on the event loop only.
    var request: HTTPRequest?
    var bodyLimitBytes = HTTPLimits.requestBodyBytes
    /// What of `HTTPLimits.allBodiesBytes` this request holds.
    var heldBytes = 0
    var route = "unmatched"
    var status: UInt32 = 0
    private let core: HTTPServerCore

    init(connection: OpaquePointer, peer: HTTPConnection, target: String, core: HTTPServerCore) {
        self.connection = connection
        self.peer = peer
        self.target = target
        self.core = core
        startedNanoseconds = MonotonicClock.nanoseconds()
    }

    /// Stores the answer of a suspended exchange and wakes its event loop; later answers to the same request are dropped.
    func answer(_ response: HTTPResponse) {
        core.beginResuming()
        defer { core.endResuming() }
        let first = state.withLock { phase in
            guard case .suspended = phase else { return false }
            phase = .answered(response)
            return true
        }
        guard first else { return }
        // Before the connection goes on: its next request may be suspended within no time.
        _ = peer.release()
        MHD_resume_connection(connection)
    }
}

/// The right to answer one suspended request, from any thread.
///
/// Dropping it unanswered sends a 500, so that no connection waits for ever.
public final class HTTPReply: Sendable {
    private let exchange: HTTPExchange

    init(_ exchange: HTTPExchange) {
        self.exchange = exchange
    }

    /// Sends the answer. Only the first call counts.
    public func send(_ response: HTTPResponse) {
        exchange.answer(response)
    }

    deinit {
        exchange.answer(HTTPResponse(status: 500))
    }
}
