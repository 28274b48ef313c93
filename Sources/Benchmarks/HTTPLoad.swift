import CLinux
import Foundation
import Glibc
import Synchronization

/// Keeps many connections busy, one request at a time on each, and times every answer. Plain sockets: what is measured is
/// the server, and the same load measures its floor. It shares the cores with what it measures, so it allocates nothing for
/// an answer and asks the system for what is ready, not for each connection.
struct HTTPLoad {
    let port: UInt16
    /// Whole requests, used in turn.
    let requests: [[UInt8]]

    struct Result {
        var perSecond: Double
        var p99Milliseconds: Double
        var bytesAnswer: Int
    }

    /// - Throws: when an answer is not 200, or a connection breaks.
    func run() throws -> Result {
        let shares = Mutex<[Share]>([])
        let threads = (0..<BenchLimits.httpThreads).map { index in
            let done = DispatchSemaphore(value: 0)
            Thread {
                var share = Share(load: self, index: index)
                share.work()
                shares.withLock { $0.append(share) }
                done.signal()
            }.start()
            return done
        }
        for done in threads { done.wait() }
        let all = shares.withLock { $0 }
        if let failure = all.compactMap(\.failure).first { throw BenchFailure(description: failure) }
        let times = all.flatMap(\.microseconds).sorted()
        guard !times.isEmpty else { throw BenchFailure(description: "no answer came") }
        return Result(
            perSecond: Double(times.count) / Double(BenchLimits.httpSeconds),
            p99Milliseconds: Double(times[Int(Double(times.count) * 0.99)]) / 1_000,
            bytesAnswer: all.map(\.answerBytes).max() ?? 0)
    }

    /// What one thread drives.
    private struct Share {
        struct Connection {
            let descriptor: Int32
            var sent: UInt64 = 0
            var received: [UInt8] = []
            var next: Int
        }

        let load: HTTPLoad
        var connections: [Connection] = []
        var microseconds: [UInt32] = []
        var failure: String?
        var answerBytes = 0
        private var chunk = [UInt8](repeating: 0, count: 16_384)

        init(load: HTTPLoad, index: Int) {
            self.load = load
            let count = BenchLimits.httpConnections / BenchLimits.httpThreads
            for number in 0..<count {
                guard let descriptor = Self.connect(load.port) else {
                    failure = "cannot connect to port \(load.port)"
                    return
                }
                connections.append(Connection(descriptor: descriptor, next: index * count + number))
            }
        }

        private static func connect(_ port: UInt16) -> Int32? {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            let connected = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            return connected == 0 ? descriptor : nil
        }

        private static func now() -> UInt64 {
            var now = timespec()
            clock_gettime(CLOCK_MONOTONIC, &now)
            return UInt64(now.tv_sec) * 1_000_000 + UInt64(now.tv_nsec) / 1_000
        }

        mutating func work() {
            defer { for connection in connections { close(connection.descriptor) } }
            guard failure == nil else { return }
            let counted = Self.now() + UInt64(BenchLimits.httpWarmUpSeconds) * 1_000_000
            let end = counted + UInt64(BenchLimits.httpSeconds) * 1_000_000
            let ready = epoll_create1(Int32(EPOLL_CLOEXEC))
            defer { close(ready) }
            for index in connections.indices {
                var event = epoll_event()
                event.events = EPOLLIN.rawValue
                event.data.u64 = UInt64(index)
                epoll_ctl(ready, EPOLL_CTL_ADD, connections[index].descriptor, &event)
                send(index)
            }
            var events = [epoll_event](repeating: epoll_event(), count: max(connections.count, 1))
            while failure == nil, Self.now() < end {
                let count = epoll_wait(ready, &events, Int32(events.count), 1_000)
                guard count > 0 else {
                    failure = "no answer within a second"
                    return
                }
                for place in 0..<Int(count) { receive(Int(events[place].data.u64), countedFrom: counted) }
            }
        }

        private mutating func send(_ index: Int) {
            let request = load.requests[connections[index].next % load.requests.count]
            connections[index].next += 1
            connections[index].sent = Self.now()
            let sent = Glibc.send(connections[index].descriptor, request, request.count, Int32(MSG_NOSIGNAL))
            if sent != request.count { failure = "a request could not be sent" }
        }

        private mutating func receive(_ index: Int, countedFrom: UInt64) {
            let got = recv(connections[index].descriptor, &chunk, chunk.count, 0)
            guard got > 0 else {
                failure = "the server closed a connection"
                return
            }
            connections[index].received.append(contentsOf: chunk[..<got])
            guard let length = Self.length(of: connections[index].received),
                connections[index].received.count >= length
            else { return }
            if !Self.isOK(connections[index].received) {
                failure = String(decoding: connections[index].received.prefix(600), as: UTF8.self)
            }
            answerBytes = length
            connections[index].received.removeAll(keepingCapacity: true)
            let now = Self.now()
            if now >= countedFrom { microseconds.append(UInt32(clamping: now - connections[index].sent)) }
            send(index)
        }

        /// Bytes of head and body together, once the head is whole.
        private static func length(of answer: [UInt8]) -> Int? {
            answer.withUnsafeBytes { bytes in
                guard let head = find("\r\n\r\n", in: bytes), let field = find("Content-Length: ", in: bytes) else {
                    return nil
                }
                var length = 0
                for byte in bytes[field...] where (48...57).contains(byte) || byte == 13 {
                    if byte == 13 { break }
                    length = length * 10 + Int(byte - 48)
                }
                return head + length
            }
        }

        private static func isOK(_ answer: [UInt8]) -> Bool {
            let wanted: StaticString = "HTTP/1.1 200"
            return answer.count >= wanted.utf8CodeUnitCount
                && memcmp(answer, wanted.utf8Start, wanted.utf8CodeUnitCount) == 0
        }

        /// The place behind a text.
        private static func find(_ text: StaticString, in bytes: UnsafeRawBufferPointer) -> Int? {
            guard let start = bytes.baseAddress,
                let found = memmem(start, bytes.count, text.utf8Start, text.utf8CodeUnitCount)
            else { return nil }
            return UnsafeRawPointer(found) - start + text.utf8CodeUnitCount
        }
    }
}
