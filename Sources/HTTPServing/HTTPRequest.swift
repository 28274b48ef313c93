/// One request as it arrived: path and query still percent-encoded, header names in lower case.
public struct HTTPRequest: Sendable {
    public let method: String
    /// The request target up to its first `?`.
    public let path: String
    /// What follows the first `?`, or nil where there is none.
    public let query: String?
    public let headers: [HTTPHeader]
    /// The client's `X-Request-Id` where it is printable and short, else one made here.
    public let identifier: String
    /// The address at the other end of the connection, without a port; empty where it is unknown.
    public var remoteAddress: String
    /// The body, whole once a handler sees the request.
    public var body: [UInt8] = []

    public init(
        method: String, target: String, headers: [HTTPHeader], identifier: String, remoteAddress: String = ""
    ) {
        self.method = method
        self.remoteAddress = remoteAddress
        self.headers = headers
        self.identifier = identifier
        if let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) {
            path = String(target[..<mark])
            query = String(target[target.utf8.index(after: mark)...])
        } else {
            path = target
            query = nil
        }
    }

    /// The first value of a header; `name` in lower case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name == name }?.value
    }

    /// Whether the headers say that a body follows.
    public var announcesBody: Bool {
        header("transfer-encoding") != nil || header("content-length").map { $0 != "0" } ?? false
    }
}

/// What is done with a request whose headers have come, before any of its body is read.
public enum HTTPAdmission: Sendable {
    /// Reads a body of so many bytes at most.
    case body(bytes: Int)
    /// Answers at once; the connection is closed when a body was to follow.
    case answer(HTTPResponse)
}

/// A header of a request (name in lower case) or of an answer (name as it is sent).
public struct HTTPHeader: Sendable, Equatable {
    public let name: String
    public let value: String

    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}
