import CMicrohttpd
import Glibc
import Synchronization

/// An HTTP/1.1 server over libmicrohttpd's epoll pool.
///
/// A handler answers at once or suspends the connection and answers from another thread. It holds no route, token or
/// database: those are its handler's.
public final class HTTPServer: Sendable {
    /// Words the answer to a request that the server itself turns away; there is none yet where it breaks before its end.
    public typealias Refuser = @Sendable (HTTPRefusal, HTTPRequest?) -> HTTPResponse

    /// Asked when a request's headers have come: how large its body may be, or the answer already.
    public typealias Admitter = @Sendable (HTTPRequest) -> HTTPAdmission

    /// What a server listens on and how much it takes on.
    public struct Configuration: Sendable {
        public var host: String
        /// 0 lets the system choose; `HTTPServer.port` says which.
        public var port: UInt16
        public var eventLoopThreads = HTTPLimits.eventLoopThreads
        public var connections = HTTPLimits.connections
        public var idleSeconds = HTTPLimits.connectionIdleSeconds
        public var requestSeconds = HTTPLimits.requestSeconds

        public init(host: String, port: UInt16) {
            self.host = host
            self.port = port
        }
    }

    /// The port that is served, also where the configuration said 0.
    public let port: UInt16
    private let core: HTTPServerCore
    private let daemon: HTTPDaemon
    private let deadlines: DeadlineThread
    private let stopping = Atomic(false)

    /// Binds, listens and serves.
    ///
    /// - Throws: `HTTPServerError` when the address cannot be had.
    public init(
        _ configuration: Configuration, observer: any HTTPObserver,
        refuse: @escaping Refuser = { refusal, _ in refusal.plainAnswer() },
        admit: @escaping Admitter = { _ in .body(bytes: HTTPLimits.requestBodyBytes) },
        handler: @escaping @Sendable (HTTPRequest) -> HTTPAnswer
    ) throws(HTTPServerError) {
        let socket = try ListenSocket.open(host: configuration.host, port: configuration.port)
        core = HTTPServerCore(
            observer: observer, handler: handler, refuse: refuse, admit: admit,
            requestSeconds: configuration.requestSeconds)
        port = socket.port
        var settings = tapefold_http_settings()
        settings.listen_socket = socket.descriptor
        settings.threads = UInt32(configuration.eventLoopThreads)
        settings.connections = UInt32(configuration.connections)
        settings.idle_seconds = UInt32(configuration.idleSeconds)
        settings.connection_memory_bytes = HTTPLimits.connectionMemoryBytes
        settings.context = Unmanaged.passUnretained(core).toOpaque()
        settings.on_request = httpRequestArrived
        settings.on_target = httpTargetArrived
        settings.on_completed = httpRequestCompleted
        settings.on_connection = httpConnectionChanged
        guard let started = tapefold_http_start(&settings) else {
            close(socket.descriptor)
            throw .daemon
        }
        daemon = HTTPDaemon(pointer: started)
        deadlines = DeadlineThread(core)
    }

    /// Stops taking connections, lets what runs finish, answers what still waits after
    /// `HTTPLimits.drainMilliseconds` with 503, and closes. A second call does nothing.
    public func stop(drainMilliseconds: Int = HTTPLimits.drainMilliseconds) {
        guard !stopping.exchange(true, ordering: .acquiringAndReleasing) else { return }
        core.beginDraining()
        let listening = MHD_quiesce_daemon(daemon.pointer)
        // The descriptor must outlive the daemon, yet must not go on queueing connections that nobody will accept.
        if listening >= 0 { shutdown(listening, Int32(SHUT_RDWR)) }
        _ = core.waitUntilIdle(milliseconds: drainMilliseconds)
        core.refuseSuspended()
        _ = core.waitUntilIdle(milliseconds: HTTPLimits.flushMilliseconds)
        deadlines.stop()
        MHD_stop_daemon(daemon.pointer)
        if listening >= 0 { close(listening) }
    }

    deinit {
        stop(drainMilliseconds: 0)
    }
}

/// `@unchecked Sendable`: libmicrohttpd's daemon functions may be called from any thread; `HTTPServer.stop` calls each once.
private struct HTTPDaemon: @unchecked Sendable {
    let pointer: OpaquePointer
}

/// Told of every request's end and every connection's coming and going. Called on event loops: must be quick.
public protocol HTTPObserver: Sendable {
    func requestBegan()
    func requestEnded(route: String, method: String, status: UInt32, nanoseconds: UInt64)
    func connectionsChanged(by change: Int)
}
