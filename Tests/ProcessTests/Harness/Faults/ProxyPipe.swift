import Glibc

/// One direction of a proxied connection: bytes read from one socket that wait to be written to the other.
struct ProxyPipe {
    /// Beyond this the source is not read.
    private static let bufferBytes = 262_144
    private static let readBytes = 65_536

    let source: Int32
    let sink: Int32
    private var chunks: [(due: ContinuousClock.Instant, bytes: ArraySlice<UInt8>)] = []
    private var buffered = 0
    /// The source sends no more, or what it sends is not wanted any more.
    private(set) var hasEnded = false
    private(set) var isShut = false

    init(source: Int32, sink: Int32) {
        self.source = source
        self.sink = sink
    }

    var wantsInput: Bool { !hasEnded && buffered < Self.bufferBytes }
    var due: ContinuousClock.Instant? { chunks.first?.due }
    var isDone: Bool { isShut }

    /// What there is to read; nil when the connection broke or there is nothing, an empty array at its end.
    enum Input {
        case bytes([UInt8])
        case nothing
        case broken
    }

    mutating func read() -> Input {
        var bytes = [UInt8](repeating: 0, count: Self.readBytes)
        let count = recv(source, &bytes, bytes.count, 0)
        if count > 0 { return .bytes(Array(bytes.prefix(count))) }
        if count == 0 {
            hasEnded = true
            return .nothing
        }
        return errno == EAGAIN || errno == EINTR ? .nothing : .broken
    }

    mutating func append(_ bytes: ArraySlice<UInt8>, due: ContinuousClock.Instant) {
        guard !bytes.isEmpty else { return }
        chunks.append((due, bytes))
        buffered += bytes.count
    }

    /// Writes what is due, at most `limit` bytes; nil when the connection broke.
    mutating func write(now: ContinuousClock.Instant, limit: Int) -> Int? {
        var written = 0
        while let chunk = chunks.first, chunk.due <= now, written < limit {
            let part = chunk.bytes.prefix(limit - written)
            let count = part.withUnsafeBytes { send(sink, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count < 0 { return errno == EAGAIN || errno == EINTR ? written : nil }
            written += count
            buffered -= count
            if count == chunk.bytes.count {
                chunks.removeFirst()
            } else {
                chunks[0].bytes = chunk.bytes.dropFirst(count)
            }
        }
        if hasEnded, chunks.isEmpty { shut() }
        return written
    }

    /// Ends this direction: the sink is told that no more comes.
    mutating func end() {
        hasEnded = true
        chunks = []
        buffered = 0
        shut()
    }

    private mutating func shut() {
        guard !isShut else { return }
        isShut = true
        shutdown(sink, Int32(SHUT_WR))
    }
}
