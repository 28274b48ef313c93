import Foundation
import Glibc
import Synchronization

/// A TCP proxy on 127.0.0.1 whose connections a test cuts, delays, throttles, stalls and half-closes.
///
/// One thread of its own does all the work; it ends with the last reference.
final class TCPProxy: Sendable {
    let port: Int
    private let control: ProxyControl

    init() throws {
        let listener = try ProxySocket.listen()
        port = ProxySocket.port(of: listener)
        let control = try ProxyControl()
        self.control = control
        let thread = Thread {
            ProxyLoop(listener: listener, control: control).run()
        }
        thread.name = "proxy \(port)"
        thread.start()
    }

    deinit { control.stop() }

    var rules: ProxyRules { control.state.withLock { $0.rules } }
    var counts: ProxyCounts { control.state.withLock { $0.counts } }

    func change(_ body: (inout ProxyRules) -> Void) {
        control.state.withLock { body(&$0.rules) }
        control.wake()
    }

    func forward(to port: Int) { change { $0.target = port } }

    func perform(_ command: ProxyCommand) {
        control.state.withLock { $0.commands.append(command) }
        control.wake()
    }

    /// Takes every rule and every cut that has not come yet back.
    func heal() {
        control.state.withLock {
            $0.rules = ProxyRules(target: $0.rules.target)
            $0.commands = []
            $0.isHealed = true
        }
        control.wake()
    }
}

/// What a proxy and its thread share.
final class ProxyControl: Sendable {
    struct State {
        var rules = ProxyRules()
        var commands: [ProxyCommand] = []
        var counts = ProxyCounts()
        var isHealed = false
        var isStopped = false
    }

    let state = Mutex(State())
    let wakeReader: Int32
    private let wakeWriter: Int32

    init() throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw WaitTimedOut(what: "a pipe: errno \(errno)", seconds: 0) }
        for end in ends {
            ProxySocket.makeNonblocking(end)
            ProxySocket.closeOnExec(end)
        }
        (wakeReader, wakeWriter) = (ends[0], ends[1])
    }

    deinit {
        close(wakeReader)
        close(wakeWriter)
    }

    func wake() {
        var byte: UInt8 = 1
        _ = write(wakeWriter, &byte, 1)
    }

    func drainWakes() {
        var bytes = [UInt8](repeating: 0, count: 64)
        while read(wakeReader, &bytes, bytes.count) > 0 {}
    }

    func stop() {
        state.withLock { $0.isStopped = true }
        wake()
    }
}

/// The few socket calls that a proxy needs.
enum ProxySocket {
    static func listen() throws -> Int32 {
        let descriptor = make()
        let bound = withAddress(port: 0) { bind(descriptor, $0, $1) }
        guard bound == 0, Glibc.listen(descriptor, 128) == 0 else {
            throw WaitTimedOut(what: "a listening socket: errno \(errno)", seconds: 0)
        }
        makeNonblocking(descriptor)
        return descriptor
    }

    /// Nil when nothing listens there.
    static func connect(to port: Int) -> Int32? {
        let descriptor = make()
        guard withAddress(port: port, { Glibc.connect(descriptor, $0, $1) }) == 0 else {
            close(descriptor)
            return nil
        }
        prepare(descriptor)
        return descriptor
    }

    static func accept(_ listener: Int32) -> Int32? {
        let descriptor = Glibc.accept(listener, nil, nil)
        guard descriptor >= 0 else { return nil }
        closeOnExec(descriptor)
        prepare(descriptor)
        return descriptor
    }

    static func port(of descriptor: Int32) -> Int {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    /// Closes with a reset: what is on its way is thrown away, as when a router forgets a connection.
    static func reset(_ descriptor: Int32) {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        close(descriptor)
    }

    static func makeNonblocking(_ descriptor: Int32) {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }

    static func closeOnExec(_ descriptor: Int32) { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }

    private static func make() -> Int32 {
        socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    }

    private static func prepare(_ descriptor: Int32) {
        makeNonblocking(descriptor)
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    }

    private static func withAddress<Result>(
        port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
