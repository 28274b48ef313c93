import CMicrohttpd
import Glibc
import Synchronization

/// The part of the server that libmicrohttpd's callbacks see.
final class HTTPServerCore: Sendable {
    let observer: any HTTPObserver
    private let handler: @Sendable (HTTPRequest) -> HTTPAnswer
    private let refuse: HTTPServer.Refuser
    private let admit: HTTPServer.Admitter
    private let bodyBytes = Atomic(0)
    private let requestSeconds: Int
    private let connections = HTTPConnections()
    private let draining = Atomic(false)
    private let running = Atomic(0)
    private let requestCounter = Atomic<UInt64>(0)
    private let identifierPrefix = String(UInt32.random(in: 0x1000_0000 ... .max), radix: 16)
    /// No exchange is suspended any more.
    private let isClosed = Atomic(false)
    /// Threads that are just handing an answer over: libmicrohttpd must not be stopped under them.
    private let resuming = Atomic(0)

    init(
        observer: any HTTPObserver, handler: @escaping @Sendable (HTTPRequest) -> HTTPAnswer,
        refuse: @escaping HTTPServer.Refuser, admit: @escaping HTTPServer.Admitter, requestSeconds: Int
    ) {
        self.requestSeconds = requestSeconds
        self.admit = admit
        self.observer = observer
        self.handler = handler
        self.refuse = refuse
    }

    // MARK: A request's life, on its event loop

    func began(connection: OpaquePointer, peer: HTTPConnection, target: String) -> HTTPExchange {
        running.add(1, ordering: .relaxed)
        observer.requestBegan()
        return HTTPExchange(connection: connection, peer: peer, target: target, core: self)
    }

    func ended(_ exchange: HTTPExchange) {
        let now = MonotonicClock.nanoseconds()
        exchange.peer.deadline.answered(now: now)
        bodyBytes.subtract(exchange.heldBytes, ordering: .relaxed)
        running.subtract(1, ordering: .releasing)
        observer.requestEnded(
            route: exchange.route, method: exchange.request?.method ?? "", status: exchange.status,
            nanoseconds: now - exchange.startedNanoseconds)
    }

    /// Headers are complete. Answers at once what must not go on to a body.
    func headersArrived(_ exchange: HTTPExchange, method: String) -> MHD_Result {
        let headers = collectHeaders(exchange.connection)
        let request = HTTPRequest(
            method: method, target: exchange.target, headers: headers, identifier: identifier(from: headers),
            remoteAddress: exchange.peer.address)
        exchange.request = request
        if let refusal = refusal(of: request, target: exchange.target) { return queue(refusal, on: exchange) }
        switch admit(request) {
        case .answer(let response): return queue(response, on: exchange)
        case .body(let bytes): exchange.bodyLimitBytes = bytes
        }
        if let length = request.header("content-length").flatMap({ Int($0) }), length > exchange.bodyLimitBytes {
            return queue(bodyTooLarge(exchange, request), on: exchange)
        }
        exchange.state.withLock { $0 = .body(bytes: 0) }
        return .YES
    }

    /// Part of a body: kept up to its limit, then counted and dropped, then the connection is closed.
    func bodyArrived(_ exchange: HTTPExchange, _ bytes: UnsafeRawBufferPointer) -> MHD_Result {
        let total = exchange.state.withLock { phase in
            guard case .body(let before) = phase else { return 0 }
            phase = .body(bytes: before + bytes.count)
            return before + bytes.count
        }
        guard total <= exchange.bodyLimitBytes else {
            exchange.request?.body = []
            return total <= exchange.bodyLimitBytes + HTTPLimits.refusedBodyBytes ? .YES : .NO
        }
        exchange.heldBytes += bytes.count
        let held = bodyBytes.add(bytes.count, ordering: .relaxed).newValue
        if held <= HTTPLimits.allBodiesBytes { exchange.request?.body.append(contentsOf: bytes) }
        return .YES
    }

    /// The request is whole: asks the handler.
    func requestArrived(_ exchange: HTTPExchange, bodyBytes: Int) -> MHD_Result {
        guard let request = exchange.request else { return .NO }
        exchange.peer.deadline.received()
        guard bodyBytes <= exchange.bodyLimitBytes else { return queue(bodyTooLarge(exchange, request), on: exchange) }
        guard bodyBytes == request.body.count else { return queue(refuse(.tooManyBodies, request), on: exchange) }
        switch handler(request) {
        case .now(let response):
            return queue(response, on: exchange)
        case .later(let start):
            guard suspend(exchange) else { return queue(refuse(.stopping, request), on: exchange) }
            start(HTTPReply(exchange))
            return .YES
        }
    }

    /// False once the server is closing.
    private func suspend(_ exchange: HTTPExchange) -> Bool {
        exchange.peer.keep(exchange, unless: isClosed) {
            exchange.state.withLock { $0 = .suspended }
            MHD_suspend_connection(exchange.connection)
        }
    }

    func beginResuming() { resuming.add(1, ordering: .sequentiallyConsistent) }

    func endResuming() { resuming.subtract(1, ordering: .sequentiallyConsistent) }

    func queue(_ response: HTTPResponse, on exchange: HTTPExchange) -> MHD_Result {
        exchange.state.withLock { $0 = .sent }
        exchange.route = response.route
        exchange.status = response.status
        if let takeOver = response.takeOver { return handOver(exchange, to: takeOver) }
        let made = response.body.withUnsafeBytes { bytes in
            MHD_create_response_from_buffer(
                bytes.count, UnsafeMutableRawPointer(mutating: bytes.baseAddress), .RESPMEM_MUST_COPY)
        }
        guard let made else { return .NO }
        defer { MHD_destroy_response(made) }
        for header in response.headers { MHD_add_response_header(made, header.name, header.value) }
        MHD_add_response_header(made, "Server", "tapefold")
        if let request = exchange.request { MHD_add_response_header(made, "X-Request-Id", request.identifier) }
        if draining.load(ordering: .relaxed) { MHD_add_response_header(made, "Connection", "close") }
        return MHD_queue_response(exchange.connection, response.status, made)
    }

    /// Gives a second descriptor of the socket away and lets libmicrohttpd close its own, with all that it keeps of the
    /// connection: it takes the socket out of its epoll set first, and in its turbo mode (which `tapefold_http_start`
    /// sets) closes without a shutdown, which the other descriptor would feel.
    private func handOver(_ exchange: HTTPExchange, to takeOver: @Sendable (Int32) -> Void) -> MHD_Result {
        let own = tapefold_http_socket(exchange.connection)
        let copy = own < 0 ? -1 : fcntl(own, F_DUPFD_CLOEXEC, 3)
        takeOver(copy)
        return .NO
    }

    // MARK: Connections

    func opened(_ connection: OpaquePointer) -> HTTPConnection {
        observer.connectionsChanged(by: 1)
        let kept = HTTPConnection(
            descriptor: tapefold_http_socket(connection), address: remoteAddress(of: connection),
            patienceSeconds: requestSeconds)
        connections.opened(kept)
        return kept
    }

    func closed(_ connection: HTTPConnection) {
        observer.connectionsChanged(by: -1)
        connections.closed(connection)
    }

    /// Ends connections whose request did not come in time.
    func endExpired() {
        connections.endExpired(now: MonotonicClock.nanoseconds()) { descriptor in
            if descriptor >= 0 { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }

    // MARK: Stopping, from any thread

    func beginDraining() {
        draining.store(true, ordering: .relaxed)
    }

    /// Waits until no request is being received or answered.
    func waitUntilIdle(milliseconds: Int) -> Bool {
        let deadline = MonotonicClock.deadline(milliseconds: milliseconds)
        while running.load(ordering: .acquiring) > 0 {
            guard MonotonicClock.nanoseconds() < deadline else { return false }
            usleep(2_000)
        }
        return true
    }

    /// Answers every suspended request with 503 and lets no more be suspended: libmicrohttpd must not be stopped while a
    /// connection is.
    func refuseSuspended() {
        isClosed.store(true, ordering: .sequentiallyConsistent)
        for connection in connections.all {
            guard let exchange = connection.release() else { continue }
            exchange.answer(refuse(.stopping, exchange.request))
        }
        // What another thread is just answering is resumed within microseconds.
        while resuming.load(ordering: .sequentiallyConsistent) > 0 { usleep(1_000) }
    }

    // MARK: Bounds

    private func refusal(of request: HTTPRequest, target: String) -> HTTPResponse? {
        if target.utf8.count > HTTPLimits.requestTargetBytes {
            return refuse(.targetTooLong(bytes: target.utf8.count), request)
        }
        if request.headers.count > HTTPLimits.requestHeaders {
            return refuse(.tooManyHeaders(count: request.headers.count), request)
        }
        if let ambiguity = Self.ambiguity(in: request.headers) {
            var response = refuse(ambiguity, request)
            response.headers.append(HTTPHeader("Connection", "close"))
            return response
        }
        return nil
    }

    private static func ambiguity(in headers: [HTTPHeader]) -> HTTPRefusal? {
        var lengths = 0
        var authorizations = 0
        var isEncoded = false
        for header in headers {
            switch header.name {
            case "content-length": lengths += 1
            case "authorization": authorizations += 1
            case "transfer-encoding": isEncoded = true
            default: break
            }
        }
        if lengths > 1 { return .ambiguous(header: "Content-Length", reason: "is given more than once") }
        if lengths > 0, isEncoded {
            return .ambiguous(header: "Content-Length", reason: "is given with Transfer-Encoding")
        }
        if authorizations > 1 { return .ambiguous(header: "Authorization", reason: "is given more than once") }
        return nil
    }

    private func bodyTooLarge(_ exchange: HTTPExchange, _ request: HTTPRequest) -> HTTPResponse {
        var response = refuse(.bodyTooLarge(limit: exchange.bodyLimitBytes), request)
        response.headers.append(HTTPHeader("Connection", "close"))
        return response
    }

    private func identifier(from headers: [HTTPHeader]) -> String {
        if let given = headers.first(where: { $0.name == "x-request-id" })?.value, Self.isPrintable(given) {
            return given
        }
        let number = requestCounter.wrappingAdd(1, ordering: .relaxed).newValue
        return "\(identifierPrefix)-\(String(number, radix: 16))"
    }

    private static func isPrintable(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= HTTPLimits.requestIdentifierBytes
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
    }
}

private func remoteAddress(of connection: OpaquePointer) -> String {
    guard let information = tapefold_http_client(connection) else { return "" }
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    switch Int32(information.pointee.sa_family) {
    case AF_INET:
        information.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
            _ = inet_ntop(AF_INET, &$0.pointee.sin_addr, &text, socklen_t(text.count))
        }
    case AF_INET6:
        information.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
            _ = inet_ntop(AF_INET6, &$0.pointee.sin6_addr, &text, socklen_t(text.count))
        }
    default: return ""
    }
    return IPAddressText.plain(String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
}

private func collectHeaders(_ connection: OpaquePointer) -> [HTTPHeader] {
    var headers: [HTTPHeader] = []
    headers.reserveCapacity(8)
    withUnsafeMutablePointer(to: &headers) { pointer in
        _ = MHD_get_connection_values(connection, .HEADER_KIND, httpHeaderFound, pointer)
    }
    return headers
}

private func httpHeaderFound(
    context: UnsafeMutableRawPointer?, kind: MHD_ValueKind, name: UnsafePointer<CChar>?, value: UnsafePointer<CChar>?
) -> MHD_Result {
    guard let context, let name else { return .NO }
    let text = value.map { String(cString: $0) } ?? ""
    context.assumingMemoryBound(to: [HTTPHeader].self).pointee.append(
        HTTPHeader(String(cString: name).lowercased(), text))
    return .YES
}
