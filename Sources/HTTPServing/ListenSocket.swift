import Glibc

/// A TCP socket that listens. Opening it apart from the HTTP daemon gives exact errors and the port the system chose.
struct ListenSocket {
    let descriptor: Int32
    /// The port in use, also where port 0 asked the system to choose.
    let port: UInt16

    /// Binds and listens. `host` is a name or an IPv4 or IPv6 address.
    static func open(host: String, port: UInt16) throws(HTTPServerError) -> ListenSocket {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &found)
        guard code == 0, let first = found else {
            throw .unknownHost(host: host, reason: String(cString: gai_strerror(code)))
        }
        defer { freeaddrinfo(first) }
        return try listen(on: first.pointee, host: host, port: port)
    }

    private static func listen(
        on address: addrinfo, host: String, port: UInt16
    ) throws(HTTPServerError) -> ListenSocket {
        let descriptor = socket(
            address.ai_family, address.ai_socktype | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue),
            address.ai_protocol)
        guard descriptor >= 0 else { throw .socket(reason: describeErrno()) }
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        guard bind(descriptor, address.ai_addr, address.ai_addrlen) == 0,
            Glibc.listen(descriptor, HTTPLimits.listenBacklog) == 0
        else {
            let failure = errno
            close(descriptor)
            if failure == EADDRINUSE { throw .portTaken(host: host, port: port) }
            throw .cannotListen(host: host, port: port, reason: describe(failure))
        }
        return ListenSocket(descriptor: descriptor, port: boundPort(descriptor))
    }

    private static func boundPort(_ descriptor: Int32) -> UInt16 {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { raw in
            raw.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &length) }
            // The port lies at the same place in sockaddr_in and sockaddr_in6.
            return raw.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { UInt16(bigEndian: $0.pointee.sin_port) }
        }
    }

    private static func describeErrno() -> String { describe(errno) }

    private static func describe(_ code: Int32) -> String { String(cString: strerror(code)) }
}

/// Why the HTTP server did not start.
public enum HTTPServerError: Error, Equatable, CustomStringConvertible {
    case unknownHost(host: String, reason: String)
    case portTaken(host: String, port: UInt16)
    case cannotListen(host: String, port: UInt16, reason: String)
    case socket(reason: String)
    case daemon

    public var description: String {
        switch self {
        case .unknownHost(let host, let reason):
            "cannot listen on host \"\(host)\": \(reason); give an address of this machine with --host"
        case .portTaken(let host, let port):
            "port \(port) on \(host) is taken by another process; stop it, or choose another with --port (0 picks a free one)"
        case .cannotListen(let host, let port, let reason):
            "cannot listen on \(host):\(port): \(reason)"
        case .socket(let reason):
            "cannot open a socket: \(reason)"
        case .daemon:
            "libmicrohttpd refused to start; raise the limit of open files (ulimit -n) and look at the system's log"
        }
    }
}
