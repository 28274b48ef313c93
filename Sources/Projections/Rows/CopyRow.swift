/// A row of a COPY stream, written through a bare pointer: no look at the layout and the capacity for each field.
///
/// Room for every field of a fixed length is there from the start; only texts and bytes ask for more.
struct CopyRow: RowSink, ~Copyable {
    /// Of the batch that the row is appended to, which outlives it: counting it up and down for each row is not needed.
    private let buffer: Unmanaged<ByteBuffer>
    private var cursor: UnsafeMutableRawPointer
    /// Texts may reach here; behind it lies the room for all of the row's other bytes.
    private var textLimit: UnsafeMutableRawPointer
    private let reservedBytes: Int

    /// A length and the longest numeric.
    private static let widestFieldBytes = MemoryLayout<Int32>.size + NumericFormat.maximumBytes
    private static let nullLength: Int32 = -1

    init(in buffer: Unmanaged<ByteBuffer>, columnCount: Int) {
        self.buffer = buffer
        reservedBytes = MemoryLayout<Int16>.size + columnCount * Self.widestFieldBytes
        let reserved = reservedBytes
        (cursor, textLimit) = buffer._withUnsafeGuaranteedRef { ($0.room(for: reserved), $0.capacityEnd - reserved) }
        store(Int16(truncatingIfNeeded: columnCount))
    }

    /// Makes the row part of its buffer.
    consuming func finish() {
        let end = cursor
        buffer._withUnsafeGuaranteedRef { $0.take(upTo: end) }
    }

    @inline(__always)
    private mutating func store<T: FixedWidthInteger>(_ value: T) {
        cursor.storeBytes(of: value.bigEndian, as: T.self)
        cursor += MemoryLayout<T>.size
    }

    @inline(__always)
    mutating func putNull() { store(Self.nullLength) }

    @inline(__always)
    private mutating func putFixed<T: FixedWidthInteger>(_ value: T) {
        store(Int32(truncatingIfNeeded: MemoryLayout<T>.size))
        store(value)
    }

    @inline(__always)
    mutating func put(_ value: Int64) { putFixed(value) }

    @inline(__always)
    mutating func put(_ value: Int32) { putFixed(value) }

    @inline(__always)
    mutating func put(_ value: Int16) { putFixed(value) }

    @inline(__always)
    mutating func put(_ value: Bool) { putFixed(UInt8(value ? 1 : 0)) }

    @inline(__always)
    mutating func put(_ value: String) {
        let count = value.utf8.count
        begin(textOf: count)
        copy(value, count)
    }

    @inline(__always)
    mutating func put(_ first: String, separator: UInt8, _ second: String) {
        let counts = (first: first.utf8.count, second: second.utf8.count)
        begin(textOf: counts.first + 1 + counts.second)
        copy(first, counts.first)
        store(separator)
        copy(second, counts.second)
    }

    @inline(__always)
    private mutating func begin(textOf count: Int) {
        if textLimit - cursor < count { grow(count) }
        store(Int32(truncatingIfNeeded: count))
    }

    @inline(__always)
    private mutating func copy(_ value: String, _ count: Int) {
        // The closure sees the place alone: one that saw the row would be called, and the text counted up and down.
        let place = cursor
        let isCopied: Void? = value.utf8.withContiguousStorageIfAvailable { bytes in
            if let start = bytes.baseAddress { place.copyMemory(from: start, byteCount: bytes.count) }
        }
        if isCopied == nil { copy(value, to: place, count) }
        cursor += count
    }

    /// Of a text that does not lie in one piece, which only other platforms have.
    @inline(never)
    private func copy(_ value: String, to place: UnsafeMutableRawPointer, _ count: Int) {
        UnsafeMutableRawBufferPointer(start: place, count: count).copyBytes(from: value.utf8)
    }

    @inline(__always)
    mutating func put(_ bytes: UnsafeRawBufferPointer) {
        if textLimit - cursor < bytes.count { grow(bytes.count) }
        store(Int32(truncatingIfNeeded: bytes.count))
        guard let start = bytes.baseAddress else { return }
        cursor.copyMemory(from: start, byteCount: bytes.count)
        cursor += bytes.count
    }

    @inline(__always)
    mutating func put(amountUnits units: Int128) { cursor += NumericFormat.write(units, to: cursor) }

    @inline(never)
    private mutating func grow(_ bytes: Int) {
        let (end, reserved) = (cursor, reservedBytes)
        (cursor, textLimit) = buffer._withUnsafeGuaranteedRef { buffer in
            buffer.take(upTo: end)
            return (buffer.room(for: bytes + reserved), buffer.capacityEnd - reserved)
        }
    }
}
