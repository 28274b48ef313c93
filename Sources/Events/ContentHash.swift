import CXxhash
import Domain

/// 128 bits of XXH3 over an event's decoded data: equal for equal data, however its JSON was spelt. It tells a
/// repeated event from a conflicting one; it is no signature.
@frozen
public struct ContentHash: Hashable, Sendable {
    public let high: UInt64
    public let low: UInt64

    @inlinable
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}

extension ContentHash {
    /// Of a text's UTF-8; stable across releases.
    public init(of text: String) {
        var text = text
        let hash = text.withUTF8 { tapefold_xxh3_128(UnsafeRawPointer($0.baseAddress), $0.count) }
        self.init(high: hash.high64, low: hash.low64)
    }
}

extension ContentHash: CustomStringConvertible {
    /// 32 hexadecimal digits.
    public var description: String {
        [high, low].map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}

/// Hashes many events one after another without allocating. One a thread.
public final class ContentHasher {
    var sink = HashSink()

    public init() {}

    /// Depends on the data alone, not on the envelope; stable across releases, because ledgers keep it.
    public func hash(_ payload: EventPayload) -> ContentHash {
        sink.buffer.clear()
        payload.visit(&sink)
        return Self.stable(sink.buffer.bytes)
    }
}

extension ContentHasher {
    /// A hash of a few texts that is keyed anew in every process, so that nobody can craft two that meet.
    public func identity(_ first: String, _ second: String, _ third: String = "") -> ContentHash {
        sink.buffer.clear()
        sink.append(first)
        sink.append(second)
        sink.append(third)
        return Self.keyed(sink.buffer.bytes[...])
    }

    @inline(__always)
    static func stable(_ bytes: UnsafeRawBufferPointer) -> ContentHash {
        let hash = tapefold_xxh3_128(bytes.baseAddress, bytes.count)
        return ContentHash(high: hash.high64, low: hash.low64)
    }

    /// Keyed by a seed of the process.
    @inline(__always)
    static func keyed(_ bytes: Slice<UnsafeRawBufferPointer>) -> ContentHash {
        let bytes = UnsafeRawBufferPointer(rebasing: bytes)
        let hash = tapefold_xxh3_128_seeded(bytes.baseAddress, bytes.count, processSeed)
        return ContentHash(high: hash.high64, low: hash.low64)
    }

    private static let processSeed = UInt64.random(in: 0...(.max))
}

extension EventPayload {
    /// See ``ContentHasher``, which is cheaper for many.
    public var contentHash: ContentHash { ContentHasher().hash(self) }

    @inline(__always)
    func visit<Sink: FieldSink & ~Copyable>(_ sink: inout Sink) {
        switch self {
        case .orderPlaced(let order): order.visit(&sink)
        case .orderUpdated(let order): order.visit(&sink)
        case .orderCancelled(let order): order.visit(&sink)
        case .tradeExecuted(let trade): trade.visit(&sink)
        case .tradeCorrected(let correction): correction.visit(&sink)
        case .marketUpdated(let update): update.visit(&sink)
        case .notificationSend(let notification): notification.visit(&sink)
        case .paymentReceived(let payment): payment.visit(&sink)
        case .ruleChanged(let rule): rule.visit(&sink)
        case .ruleRearmed(let rule): rule.visit(&sink)
        case .cartChanged(let change): change.visit(&sink)
        case .alertChanged(let alert): alert.visit(&sink)
        case .alertTriggered(let alert): alert.visit(&sink)
        case .notificationUpdated(let update): update.visit(&sink)
        case .watchlistChanged(let list): list.visit(&sink)
        case .instrumentUpdated(let update): update.visit(&sink)
        case .preferenceChanged(let preference): preference.visit(&sink)
        }
    }
}

/// The canonical bytes: each field's index and length, then its value. Fields at their default are left out, so a
/// field that is added later does not change the hash of events without it.
struct HashSink: FieldSink, ~Copyable {
    var buffer = ByteBuffer()
    private static let countBits: UInt32 = 24

    @inline(__always)
    private mutating func head(_ key: FieldKey, count: Int) {
        buffer.append(littleEndian: Self.head(key, count: count))
    }

    @inline(__always)
    private static func head(_ key: FieldKey, count: Int) -> UInt32 {
        UInt32(truncatingIfNeeded: key.index) << countBits | UInt32(truncatingIfNeeded: count)
    }

    /// Where the text that begins at `offset` ends.
    @inline(__always)
    func end(ofTextAt offset: Int) -> Int {
        let head = UInt32(littleEndian: buffer.bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
        return offset + MemoryLayout<UInt32>.size + Int(head & (1 << Self.countBits - 1))
    }

    @inline(__always)
    mutating func text(_ key: FieldKey, _ value: String) {
        let count = value.utf8.count
        buffer.append(littleEndian: Self.head(key, count: count), value, count)
    }

    @inline(__always)
    mutating func decimal(_ key: FieldKey, _ value: Fixed8) {
        head(key, count: 8)
        buffer.append(littleEndian: UInt64(bitPattern: value.units))
    }

    @inline(__always)
    mutating func timestamp(_ key: FieldKey, _ value: Timestamp) {
        head(key, count: 8)
        buffer.append(littleEndian: UInt64(bitPattern: value.microseconds))
    }

    @inline(__always)
    mutating func append(_ value: String) {
        let count = value.utf8.count
        buffer.append(littleEndian: UInt32(truncatingIfNeeded: count), value, count)
    }

    mutating func object(_ key: FieldKey, json: String) { text(key, json) }

    mutating func flag(_ key: FieldKey, _ value: Bool) { head(key, count: value ? 1 : 0) }

    mutating func integer(_ key: FieldKey, _ value: Int64) {
        head(key, count: 8)
        buffer.append(littleEndian: UInt64(bitPattern: value))
    }

    mutating func list(_ key: FieldKey, _ values: [String]) {
        head(key, count: values.count)
        for value in values { text(key, value) }
    }
}
