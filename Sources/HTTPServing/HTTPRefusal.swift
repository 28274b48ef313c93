/// A request that the server itself turns away. How the answer looks is its user's to say.
public enum HTTPRefusal: Sendable, Equatable {
    case targetTooLong(bytes: Int)
    case tooManyHeaders(count: Int)
    case bodyTooLarge
    case stopping

    /// One line of text.
    public func plainAnswer() -> HTTPResponse {
        let (status, text): (UInt32, String) =
            switch self {
            case .targetTooLong(let bytes):
                (414, "the request target has \(bytes) bytes, \(HTTPLimits.requestTargetBytes) are taken")
            case .tooManyHeaders(let count): (431, "\(count) headers, \(HTTPLimits.requestHeaders) are taken")
            case .bodyTooLarge: (413, "a request's body may have \(HTTPLimits.requestBodyBytes) bytes at most")
            case .stopping: (503, "the server is stopping")
            }
        return HTTPResponse(status: status, contentType: "text/plain; charset=utf-8", body: Array((text + "\n").utf8))
    }
}
