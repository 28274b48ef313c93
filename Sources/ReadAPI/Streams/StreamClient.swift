import CLinux
import Glibc

/// A stream that is to begin: its socket, whose it is, and what its request asked for.
struct NewStream: Sendable {
    let socket: Int32
    let place: StreamPlace
    let expiresAt: Int64?
    let defaultExchange: String
    let channels: [StreamChannel]
    let resume: StreamPosition?
    /// Status line and headers, to be sent first.
    let head: [UInt8]
}

/// One client on its loop. Belongs to the loop's thread.
final class StreamClient {
    struct Followed {
        let symbol: Int
        let name: StreamSymbol
    }

    let identifier: Int
    let socket: Int32
    private let place: StreamPlace
    var transport: StreamTransport { place.transport }
    var user: String { place.user }
    var session: StreamSession
    /// By place, as the loop's lists of followers have it; free places are nil.
    private(set) var followed: [Followed?] = []
    /// By place too, the symbol alone; -1 where it is free. What is sent is looked up here, many times a second.
    private(set) var symbols: [Int] = []
    /// By place in `followed`: the symbol's newest tick has not gone out yet.
    var waiting = BitSet128()
    /// What is not a tick and has not been taken by the socket yet, from `sent` on.
    var queue: [UInt8] = []
    var sent = 0
    var receiver: WebSocketReceiver?
    /// Milliseconds since when the socket has taken nothing.
    var blockedSince: Int64?
    /// Set once closing has begun: until when the other side may answer.
    var closesAt: Int64?
    var isListed = false
    /// Closed and forgotten.
    private(set) var isGone = false
    var watchesOutput = false

    init(_ new: NewStream, identifier: Int) {
        self.identifier = identifier
        socket = new.socket
        place = new.place
        session = StreamSession(
            defaultExchange: new.defaultExchange, expiresAt: new.expiresAt, resume: new.resume)
        queue = new.head
    }

    var queuedBytes: Int { queue.count - sent }

    func place(for name: StreamSymbol, _ symbol: Int) -> Int {
        let entry = Followed(symbol: symbol, name: name)
        if let free = followed.firstIndex(where: { $0 == nil }) {
            followed[free] = entry
            symbols[free] = symbol
            return free
        }
        followed.append(entry)
        symbols.append(symbol)
        return followed.count - 1
    }

    func leave(_ place: Int) {
        followed[place] = nil
        symbols[place] = -1
    }

    /// The socket is closed.
    func end() {
        followed = []
        symbols = []
        waiting = BitSet128()
        isGone = true
    }

    /// Small buffers in the kernel: what waits is to be conflated here, not to grow old there.
    static func prepare(_ socket: Int32) {
        func set(_ level: Int32, _ name: Int32, _ value: Int32) {
            var value = value
            setsockopt(socket, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
        }
        set(Int32(IPPROTO_TCP), TCP_CORK, 0)
        set(Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        set(SOL_SOCKET, SO_SNDBUF, StreamLimits.socketSendBytes)
        set(Int32(IPPROTO_TCP), TCP_NOTSENT_LOWAT, StreamLimits.unsentBytes)
        set(Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, Int32(StreamLimits.stallSeconds * 1_000))
        let flags = fcntl(socket, F_GETFL)
        _ = fcntl(socket, F_SETFL, flags | O_NONBLOCK)
    }
}

/// A set of places below 128.
struct BitSet128 {
    private var bits: UInt128 = 0

    var isEmpty: Bool { bits == 0 }
    var first: Int { bits.trailingZeroBitCount }

    mutating func insert(_ place: Int) { bits |= 1 << UInt128(place) }
    mutating func remove(_ place: Int) { bits &= ~(1 << UInt128(place)) }
    mutating func removeFirst() { bits &= bits &- 1 }
}
