/// One answer, whole: status, headers and body. `Date`, `Server`, `Content-Length` and `X-Request-Id` are the server's.
public struct HTTPResponse: Sendable {
    public var status: UInt32
    public var headers: [HTTPHeader]
    public var body: [UInt8]
    /// The route's template, for metrics: never a path with identifiers in it.
    public var route = "unmatched"
    /// Instead of an answer being sent, the connection's socket is given away: whoever takes it owns it, writes the
    /// status line and closes it. -1 where the system gave no second descriptor. `status` is for the metrics then; headers and body are not sent.
    public var takeOver: (@Sendable (_ socket: Int32) -> Void)?

    public init(status: UInt32, headers: [HTTPHeader] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    public init(status: UInt32 = 200, contentType: String, body: [UInt8]) {
        self.init(status: status, headers: [HTTPHeader("Content-Type", contentType)], body: body)
    }

    public func header(_ name: String) -> String? {
        headers.first { $0.name == name }?.value
    }
}

/// What a handler does with a request: answers on the event loop, or later from another thread.
///
/// An event loop serves many connections: `.now` is for work of microseconds.
public enum HTTPAnswer: Sendable {
    case now(HTTPResponse)
    /// The connection is suspended before the closure runs; `HTTPReply.send` resumes it.
    case later(@Sendable (HTTPReply) -> Void)
}
