/// Which way bytes go through a proxy.
enum ProxyDirection: CaseIterable, Sendable {
    case toServer
    case toClient
}

/// What a proxy does to all its connections until told otherwise.
struct ProxyRules: Sendable {
    /// Where connections go; nil closes them at once.
    var target: Int?
    var delay: Duration = .zero
    /// In each direction, all connections together; nil for no bound.
    var bytesPerSecond: Int?
    /// Bytes stay where they are; connections stay open.
    var isStalled = false
}

/// What a proxy does once.
enum ProxyCommand: Sendable {
    /// Resets every connection, both sides.
    case cutAll
    /// Resets the connection that passes this many further bytes, right behind the last of them.
    case cutAfter(bytes: Int, ProxyDirection)
    /// Resets the connection that is about to pass these bytes; they are not passed. With `behind` only one whose client has
    /// sent those before.
    case cutBefore([UInt8], ProxyDirection, behind: [UInt8]? = nil)
    /// Ends one direction of every connection; the other stays open.
    case halfClose(ProxyDirection)
}

/// What a proxy has done.
struct ProxyCounts: Sendable {
    var accepted = 0
    var cut = 0
    var halfClosed = 0
    var bytes: [ProxyDirection: Int] = [:]
}
