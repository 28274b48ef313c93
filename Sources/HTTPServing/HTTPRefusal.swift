/// A request that the server itself turns away. How the answer looks is its user's to say.
public enum HTTPRefusal: Sendable, Equatable {
    case targetTooLong(bytes: Int)
    case tooManyHeaders(count: Int)
    /// Servers on the way may read it as another one: where its body ends, or whose it is.
    case ambiguous(header: String, reason: String)
    case bodyTooLarge(limit: Int)
    /// All connections together hold as many bytes of bodies as may be.
    case tooManyBodies
    case stopping

    /// One line of text.
    public func plainAnswer() -> HTTPResponse {
        let (status, text): (UInt32, String) =
            switch self {
            case .targetTooLong(let bytes):
                (414, "the request target has \(bytes) bytes, \(HTTPLimits.requestTargetBytes) are taken")
            case .tooManyHeaders(let count): (431, "\(count) headers, \(HTTPLimits.requestHeaders) are taken")
            case .ambiguous(let header, let reason): (400, "\(header) \(reason)")
            case .bodyTooLarge(let limit): (413, "a request's body may have \(limit) bytes at most here")
            case .tooManyBodies: (503, "too many bodies are being received; try again shortly")
            case .stopping: (503, "the server is stopping")
            }
        return HTTPResponse(status: status, contentType: "text/plain; charset=utf-8", body: Array((text + "\n").utf8))
    }
}
