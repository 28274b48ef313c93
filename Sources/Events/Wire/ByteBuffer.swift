/// Growing bytes that are written front to back and reused.
struct ByteBuffer: ~Copyable {
    private(set) var count = 0
    private var base: UnsafeMutableRawPointer
    private var capacity: Int

    init(capacity: Int = 1_024) {
        self.capacity = capacity
        base = .allocate(byteCount: capacity, alignment: 8)
    }

    deinit { base.deallocate() }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    mutating func clear() { count = 0 }

    @inline(__always)
    private mutating func ensure(_ extra: Int) {
        if capacity &- count < extra { grow(extra) }
    }

    @inline(never)
    private mutating func grow(_ extra: Int) {
        capacity = max(capacity * 2, count + extra)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 8)
        larger.copyMemory(from: base, byteCount: count)
        base.deallocate()
        base = larger
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        ensure(1)
        base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count &+= 1
    }

    @inline(__always)
    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        ensure(bytes.count)
        (base + count).copyMemory(from: start, byteCount: bytes.count)
        count &+= bytes.count
    }

    @inline(__always)
    mutating func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Four bytes, the lowest first.
    @inline(__always)
    mutating func append(littleEndian value: UInt32) {
        ensure(4)
        base.storeBytes(of: value.littleEndian, toByteOffset: count, as: UInt32.self)
        count &+= 4
    }

    /// Four bytes, the lowest first, and the UTF-8 of the text that they introduce, `textBytes` long.
    @inline(__always)
    mutating func append(littleEndian value: UInt32, _ text: String, _ textBytes: Int) {
        ensure(4 &+ textBytes)
        base.storeBytes(of: value.littleEndian, toByteOffset: count, as: UInt32.self)
        // The closure sees the place alone: one that saw the buffer would be called, and the text counted up and down.
        let place = base + count + 4
        let isCopied: Void? = text.utf8.withContiguousStorageIfAvailable { bytes in
            if let start = bytes.baseAddress { place.copyMemory(from: start, byteCount: bytes.count) }
        }
        if isCopied == nil { Self.copy(text, to: place, textBytes) }
        count &+= 4 &+ textBytes
    }

    /// Of a text that does not lie in one piece, which only other platforms have.
    @inline(never)
    private static func copy(_ text: String, to place: UnsafeMutableRawPointer, _ count: Int) {
        UnsafeMutableRawBufferPointer(start: place, count: count).copyBytes(from: text.utf8)
    }

    /// Eight bytes, the lowest first.
    @inline(__always)
    mutating func append(littleEndian value: UInt64) {
        ensure(8)
        base.storeBytes(of: value.littleEndian, toByteOffset: count, as: UInt64.self)
        count &+= 8
    }
}

extension String {
    /// The UTF-8 bytes; only a bridged string, which Linux does not have, needs a copy.
    @inline(__always)
    func withRawUTF8<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
        if let result = utf8.withContiguousStorageIfAvailable({ body(UnsafeRawBufferPointer($0)) }) { return result }
        return Array(utf8).withUnsafeBytes(body)
    }
}
