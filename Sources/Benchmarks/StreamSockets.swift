import CLinux
import Glibc

/// Many WebSocket clients on one thread: they read what comes and note how old it is.
final class StreamSockets {
    /// By milliseconds from sending to receiving, how many ticks.
    private(set) var ages = [Int](repeating: 0, count: BenchLimits.streamAgeMilliseconds)
    private(set) var ticks = 0
    private(set) var closed = 0
    private let poll = epoll_create1(Int32(EPOLL_CLOEXEC))
    private var sockets: [Int32] = []
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
    private let marker = Array("\"lastQuantity\":\"".utf8)

    deinit {
        for socket in sockets { close(socket) }
        close(poll)
        buffer.deallocate()
    }

    var count: Int { sockets.count }

    /// Opens one and waits for its handshake. One that does not read is not watched.
    func open(port: UInt16, token: String, channels: String, reads: Bool) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else {
            close(descriptor)
            throw BenchFailure(description: "stream \(count) could not connect: \(String(cString: strerror(errno)))")
        }
        sockets.append(descriptor)
        let request = """
            GET /v1/ws?channels=\(channels) HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
            Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer \(token)\r\n\r\n
            """
        let bytes = Array(request.utf8)
        guard send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count,
            case let got = recv(descriptor, buffer.baseAddress, buffer.count, 0), got > 12,
            String(decoding: buffer[..<12], as: UTF8.self) == "HTTP/1.1 101"
        else { throw BenchFailure(description: "stream \(count) was not taken: no 101") }
        guard reads else { return }
        var event = epoll_event()
        event.events = EPOLLIN.rawValue
        event.data.fd = descriptor
        epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event)
    }

    /// Reads for a while; `now` gives the milliseconds that the ticks carry.
    func read(milliseconds: Int32, now: () -> Int) {
        var events = [epoll_event](repeating: epoll_event(), count: 1_024)
        let ready = epoll_wait(poll, &events, Int32(events.count), milliseconds)
        for index in 0..<max(0, Int(ready)) {
            let descriptor = events[index].data.fd
            let got = recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
            if got > 0 {
                note(UnsafeRawBufferPointer(rebasing: buffer[..<got]), now())
            } else if got == 0 || (errno != EAGAIN && errno != EINTR) {
                closed += 1
                epoll_ctl(poll, EPOLL_CTL_DEL, descriptor, nil)
            }
        }
    }

    /// The quantity of each tick in the bytes is when it was sent. One that is cut between two reads is passed over.
    private func note(_ bytes: UnsafeRawBufferPointer, _ now: Int) {
        guard let start = bytes.baseAddress else { return }
        var at = 0
        while at + marker.count + 1 < bytes.count {
            guard let found = memmem(start + at, bytes.count - at, marker, marker.count) else { return }
            at = UnsafeRawPointer(found) - start
            at += marker.count
            var sent = 0
            while at < bytes.count, bytes[at] &- 48 < 10 {
                sent = sent * 10 + Int(bytes[at] - 48)
                at += 1
            }
            guard at < bytes.count else { return }
            ticks += 1
            ages[min(ages.count - 1, max(0, now - sent))] += 1
        }
    }

    func forget() {
        ages = [Int](repeating: 0, count: ages.count)
        ticks = 0
    }

    func percentile(_ share: Double) -> Double {
        var left = Int(Double(ticks) * share)
        for (age, count) in ages.enumerated() {
            left -= count
            if left < 0 { return Double(age) }
        }
        return Double(ages.count)
    }
}
