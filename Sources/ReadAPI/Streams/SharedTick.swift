import Domain
import Events
import Synchronization

/// Bytes at a fixed address, for sockets that are written from several places at once.
///
/// `@unchecked Sendable`: written once, before anybody else sees it.
final class SharedBytes: @unchecked Sendable {
    let pointer: UnsafeMutableRawPointer
    let count: Int

    init(_ bytes: [UInt8]) {
        count = bytes.count
        pointer = .allocate(byteCount: max(1, bytes.count), alignment: 1)
        bytes.withUnsafeBytes { source in
            if let start = source.baseAddress { pointer.copyMemory(from: start, byteCount: bytes.count) }
        }
    }

    deinit { pointer.deallocate() }
}

/// A tick on its way to all who follow its symbol: encoded when the first of them needs it, once for each transport.
final class SharedTick: Sendable {
    let symbol: Int
    private let tick: MarketUpdated
    private let time: Timestamp
    private let partition: Int32
    private let offset: Int64
    private let encoded = Mutex<(socket: SharedBytes?, events: SharedBytes?)>((nil, nil))

    init(symbol: Int, tick: MarketUpdated, time: Timestamp, partition: Int32, offset: Int64) {
        self.symbol = symbol
        self.tick = tick
        self.time = time
        self.partition = partition
        self.offset = offset
    }

    func bytes(for transport: StreamTransport) -> SharedBytes {
        encoded.withLock { encoded in
            switch transport {
            case .webSocket:
                if let known = encoded.socket { return known }
                let made = SharedBytes(transport.encode(json, name: "tick", position: nil))
                encoded.socket = made
                return made
            case .events:
                if let known = encoded.events { return known }
                let made = SharedBytes(transport.encode(json, name: "tick", position: nil))
                encoded.events = made
                return made
            }
        }
    }

    private var json: [UInt8] { TickMessage.json(tick, time: time, partition: partition, offset: offset) }
}

/// A symbol's newest tick on one loop, with where its bytes are: looked up for each client that is written to, so without
/// a lock and without counting references.
struct LatestTick {
    let tick: SharedTick?
    private(set) var socket: UnsafeRawBufferPointer?
    private(set) var events: UnsafeRawBufferPointer?

    init(_ tick: SharedTick?) { self.tick = tick }

    /// Encodes, unless another loop has; the bytes live as long as the tick.
    mutating func encode(for transport: StreamTransport) -> UnsafeRawBufferPointer? {
        guard let shared = tick?.bytes(for: transport) else { return nil }
        let bytes = UnsafeRawBufferPointer(start: shared.pointer, count: shared.count)
        switch transport {
        case .webSocket: socket = bytes
        case .events: events = bytes
        }
        return bytes
    }
}
