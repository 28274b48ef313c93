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

    public init(method: String, target: String, headers: [HTTPHeader], identifier: String) {
        self.method = method
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
