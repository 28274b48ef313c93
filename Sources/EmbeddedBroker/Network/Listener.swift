import CLinux
import Glibc

/// The listening socket.
struct Listener {
    let descriptor: Int32
    let port: Int32

    init(host: String, port: Int) throws(BrokerFailure) {
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &found)
        guard code == 0, let address = found else {
            throw BrokerFailure("host '\(host)' cannot be resolved: \(String(cString: gai_strerror(code)))")
        }
        defer { freeaddrinfo(found) }
        let info = address.pointee
        descriptor = socket(
            info.ai_family, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .system("creating", "a socket") }
        var one: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        guard bind(descriptor, info.ai_addr, info.ai_addrlen) == 0 else {
            let reason = errno
            close(descriptor)
            if reason == EADDRINUSE {
                throw BrokerFailure(
                    "port \(port) on \(host) is taken: stop the program that listens there, or choose another port "
                        + "with --port (0 picks a free one)")
            }
            throw .system("binding to", "\(host):\(port)", reason)
        }
        guard listen(descriptor, EmbeddedBrokerLimits.listenBacklog) == 0 else {
            throw .system("listening on", "\(host):\(port)")
        }
        self.port = Int32(Self.address(of: descriptor, local: true).port)
    }

    /// A socket's own or its peer's address.
    static func address(of descriptor: Int32, local: Bool) -> (host: String, port: Int) {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        var host = [CChar](repeating: 0, count: 64)
        var service = [CChar](repeating: 0, count: 16)
        let code = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address -> Int32 in
                let got = local ? getsockname(descriptor, address, &length) : getpeername(descriptor, address, &length)
                guard got == 0 else { return got }
                return getnameinfo(
                    address, length, &host, socklen_t(host.count), &service, socklen_t(service.count),
                    Int32(NI_NUMERICHOST | NI_NUMERICSERV))
            }
        }
        guard code == 0 else { return ("unknown", 0) }
        func text(_ characters: [CChar]) -> String {
            String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        return (text(host), Int(text(service)) ?? 0)
    }
}
