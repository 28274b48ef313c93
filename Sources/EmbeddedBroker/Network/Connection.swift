import CLinux
import Glibc

/// A piece of an answer: bytes from memory, or part of a file that never passes through memory of ours.
enum ResponseChunk {
    case bytes([UInt8])
    case file(LogSlice)

    var count: Int {
        switch self {
        case .bytes(let bytes): bytes.count
        case .file(let slice): slice.count
        }
    }
}

/// The place of one answer in its connection's order.
final class ResponseSlot {
    let token: ReplyToken
    let header: RequestHeader
    /// Nil once the connection is gone.
    weak var connection: Connection?
    fileprivate(set) var chunks: [ResponseChunk]?
    /// Set while the slot is a long poll that waits.
    var pendingFetch: PendingFetch?

    init(token: ReplyToken, header: RequestHeader, connection: Connection) {
        self.token = token
        self.header = header
        self.connection = connection
    }
}

/// One client: its socket, what has come in and not yet been a whole request, and the answers it is owed, in order.
final class Connection {
    let id: UInt64
    let descriptor: Int32
    let peer: String
    var input = ReceiveBuffer()
    private var responses = FIFO<ResponseSlot>()
    /// Progress in the head answer.
    private var chunk = 0
    private var sentOfChunk = 0
    private(set) var pendingBytes = 0
    var lastActivity: Int64
    var isClosed = false
    /// What epoll watches for now.
    var watched: UInt32 = 0
    var isBlockedOnWrite = false
    /// In the reactor's list of connections to be flushed.
    var isQueued = false
    /// Took part in a group's join or sync: the groups must hear of its end.
    var usesGroups = false

    init(id: UInt64, descriptor: Int32, peer: String, now: Int64) {
        self.id = id
        self.descriptor = descriptor
        self.peer = peer
        lastActivity = now
    }

    deinit { close(descriptor) }

    var hasUnanswered: Bool { !responses.isEmpty }

    /// Too much is owed to this client to take more of its requests.
    var isSaturated: Bool {
        responses.count >= EmbeddedBrokerLimits.maximumInFlightRequests
            || pendingBytes >= EmbeddedBrokerLimits.maximumPendingResponseBytes
    }

    var unansweredTokens: Set<ReplyToken> {
        var tokens = Set<ReplyToken>()
        responses.forEach { if $0.chunks == nil { tokens.insert($0.token) } }
        return tokens
    }

    func append(_ slot: ResponseSlot) { responses.append(slot) }

    /// The long poll at the head, which holds up every answer behind it.
    var headFetch: PendingFetch? { responses.first?.pendingFetch }

    func pendingFetches() -> [PendingFetch] {
        var fetches: [PendingFetch] = []
        responses.forEach { if let fetch = $0.pendingFetch { fetches.append(fetch) } }
        return fetches
    }

    func fill(_ slot: ResponseSlot, _ chunks: [ResponseChunk]) {
        guard slot.chunks == nil else { return }
        slot.chunks = chunks
        for case .bytes(let bytes) in chunks { pendingBytes += bytes.count }
    }

    enum Flush { case done, blocked, failed, turnOver }

    /// Sends what is ready, in order, until the socket takes no more or others' turn has come.
    func flush() -> Flush {
        var budget = EmbeddedBrokerLimits.sendTurnBytes
        while let slot = responses.first, let chunks = slot.chunks {
            while chunk < chunks.count {
                guard budget > 0 else { return .turnOver }
                let isLast = chunk == chunks.count - 1
                let sent = send(chunks[chunk], from: sentOfChunk, limit: budget, more: !isLast)
                if sent < 0 {
                    if errno == EINTR { continue }
                    return errno == EAGAIN ? .blocked : .failed
                }
                if sent == 0 && chunks[chunk].count > 0 { return .failed }
                budget -= sent
                sentOfChunk += sent
                if sentOfChunk == chunks[chunk].count {
                    if case .bytes(let bytes) = chunks[chunk] { pendingBytes -= bytes.count }
                    chunk += 1
                    sentOfChunk = 0
                }
            }
            responses.popFirst()
            chunk = 0
        }
        return .done
    }

    private func send(_ chunk: ResponseChunk, from start: Int, limit: Int, more: Bool) -> Int {
        switch chunk {
        case .bytes(let bytes):
            let flags = Int32(MSG_NOSIGNAL) | (more ? Int32(MSG_MORE) : 0)
            return bytes.withUnsafeBytes { buffer in
                Glibc.send(descriptor, buffer.baseAddress.map { $0 + start }, buffer.count - start, flags)
            }
        case .file(let slice):
            var offset = off_t(slice.position + start)
            return sendfile(descriptor, slice.file.descriptor, &offset, min(slice.count - start, limit))
        }
    }
}

/// Bytes received and not yet taken as requests. Grows only as bytes arrive, never by what a client announces.
struct ReceiveBuffer {
    private var storage = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    private var start = 0
    private var end = 0

    var count: Int { end - start }
    var capacity: Int { storage.count }

    /// What has been received. Valid until the next mutation.
    var bytes: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: storage[start..<end])
    }

    mutating func consume(_ count: Int) {
        start += count
        if start == end {
            start = 0
            end = 0
            if capacity > EmbeddedBrokerLimits.retainedReceiveBytes { release() }
        }
    }

    /// Receives once; `need` is the size of the request under way, if it is known.
    mutating func receive(_ descriptor: Int32, need: Int) -> Int {
        makeRoom(need: need)
        let count = recv(descriptor, storage.baseAddress.map { $0 + end }, storage.count - end, 0)
        if count > 0 { end += count }
        return count
    }

    private mutating func makeRoom(need: Int) {
        if start > 0, storage.count - end < EmbeddedBrokerLimits.initialReceiveBytes / 4 || start + need > storage.count
        {
            if let base = storage.baseAddress { memmove(base, base + start, count) }
            end -= start
            start = 0
        }
        guard storage.count - end < EmbeddedBrokerLimits.initialReceiveBytes / 4 else { return }
        let wanted = max(EmbeddedBrokerLimits.initialReceiveBytes, storage.count * 2)
        let grown = UnsafeMutableRawBufferPointer.allocate(byteCount: wanted, alignment: 16)
        if let base = storage.baseAddress, let target = grown.baseAddress { memcpy(target, base, end) }
        storage.deallocate()
        storage = grown
    }

    mutating func release() {
        storage.deallocate()
        storage = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        start = 0
        end = 0
    }
}
