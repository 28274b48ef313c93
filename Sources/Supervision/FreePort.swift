import Glibc

/// TCP ports on the loopback address.
public enum FreePort {
    /// A port that nothing listened on a moment ago.
    ///
    /// Below those that the system gives to outgoing connections: one of these would be gone again before its server, or
    /// that server's next start after a crash, gets to it.
    /// - Parameter taken: ports that are meant for others already.
    public static func find(besides taken: Set<Int> = []) throws(SupervisionError) -> Int {
        for _ in 0..<SupervisionLimits.freePortAttempts {
            let port = Int.random(in: SupervisionLimits.freePorts)
            if !taken.contains(port), isFree(port) { return port }
        }
        guard let port = bound(to: 0) else {
            throw SupervisionError(.portTaken, "no free port on 127.0.0.1: \(String(cString: strerror(errno)))")
        }
        return port
    }

    /// Whether a server could listen on the port now.
    public static func isFree(_ port: Int) -> Bool { bound(to: port) != nil }

    private static func bound(to port: Int) -> Int? {
        guard let wanted = UInt16(exactly: port) else { return nil }
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var reuse: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = wanted.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let named = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, length) == 0 && listen(descriptor, 1) == 0
                    && getsockname(descriptor, generic, &length) == 0
            }
        }
        return named ? Int(UInt16(bigEndian: address.sin_port)) : nil
    }
}
