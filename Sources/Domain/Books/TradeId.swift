/// An execution's id, with ids of usual length in place.
///
/// A book keeps the id of each open lot and of its last execution. As `String`s these would be objects of their own,
/// counted at each copy and met cold at each match; so up to 47 bytes lie in the value itself. Compared byte by byte.
@frozen
public struct TradeId: Sendable {
    /// The bytes, padded with zeros. The last byte is their count, or `longMark`.
    @usableFromInline var words: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)
    /// Only of an id that does not fit.
    @usableFromInline var long: LongTradeId?

    /// The longest id that needs no object.
    public static let inlineBytes = 47
    private static let longMark = UInt64(UInt8.max)

    /// No id at all.
    static var none: TradeId { TradeId() }

    private init() {
        words = (0, 0, 0, 0, 0, 0)
        long = nil
    }

    public init(_ text: String) {
        self.init()
        let isTaken: Void? = text.utf8.withContiguousStorageIfAvailable { take(utf8: UnsafeRawBufferPointer($0)) }
        if isTaken == nil { Array(text.utf8).withUnsafeBytes { take(utf8: $0) } }
    }

    /// Takes UTF-8; bytes that are not are repaired where the id is too long to lie in place.
    public init(utf8 bytes: UnsafeRawBufferPointer) {
        self.init()
        take(utf8: bytes)
    }

    /// Becomes the id of these bytes; it must be ``none``.
    @inline(__always)
    private mutating func take(utf8 bytes: UnsafeRawBufferPointer) {
        guard bytes.count <= Self.inlineBytes else {
            long = LongTradeId(String(decoding: bytes, as: UTF8.self))
            words.5 = (Self.longMark << 56).littleEndian
            return
        }
        withUnsafeMutableBytes(of: &words) { $0.copyMemory(from: bytes) }
        words.5 |= (UInt64(truncatingIfNeeded: bytes.count) << 56).littleEndian
    }

    @usableFromInline var inlineCount: Int { Int(truncatingIfNeeded: UInt64(littleEndian: words.5) >> 56) }

    /// Calls `body` with the id's bytes, valid inside it.
    @inlinable
    public func withBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
        if let long { return long.withBytes(body) }
        return withUnsafeBytes(of: words) { body(UnsafeRawBufferPointer(rebasing: $0[..<inlineCount])) }
    }

    public var text: String { withBytes { String(decoding: $0, as: UTF8.self) } }
}

/// An id of more bytes than a ``TradeId`` has room for.
@usableFromInline
final class LongTradeId: Sendable {
    let text: String

    init(_ text: String) { self.text = text }

    @usableFromInline
    func withBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
        var text = text
        return text.withUTF8 { body(UnsafeRawBufferPointer($0)) }
    }
}

extension TradeId: Hashable {
    public static func == (left: TradeId, right: TradeId) -> Bool {
        let difference =
            (left.words.0 ^ right.words.0) | (left.words.1 ^ right.words.1) | (left.words.2 ^ right.words.2)
            | (left.words.3 ^ right.words.3) | (left.words.4 ^ right.words.4) | (left.words.5 ^ right.words.5)
        guard difference == 0 else { return false }
        guard let leftLong = left.long, let rightLong = right.long else { return true }
        return leftLong.text.utf8.elementsEqual(rightLong.text.utf8)
    }

    public func hash(into hasher: inout Hasher) { withBytes { hasher.combine(bytes: $0) } }
}

extension TradeId: Comparable {
    /// Byte by byte as UTF-8, as PostgreSQL's `COLLATE "C"` does.
    public static func < (left: TradeId, right: TradeId) -> Bool {
        guard left.long == nil, right.long == nil else {
            return left.withBytes { leftBytes in right.withBytes { leftBytes.lexicographicallyPrecedes($0) } }
        }
        // Read as big-endian numbers the words compare as their bytes do. Zeros pad the shorter id, and where one is
        // the other and zeros the count decides, which lies behind all of them.
        if left.words.0 != right.words.0 { return left.words.0.bigEndian < right.words.0.bigEndian }
        if left.words.1 != right.words.1 { return left.words.1.bigEndian < right.words.1.bigEndian }
        if left.words.2 != right.words.2 { return left.words.2.bigEndian < right.words.2.bigEndian }
        if left.words.3 != right.words.3 { return left.words.3.bigEndian < right.words.3.bigEndian }
        if left.words.4 != right.words.4 { return left.words.4.bigEndian < right.words.4.bigEndian }
        return left.words.5.bigEndian < right.words.5.bigEndian
    }
}

extension TradeId: CustomStringConvertible {
    public var description: String { text }
}
