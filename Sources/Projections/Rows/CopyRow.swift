/// A row of a COPY stream, written through a bare pointer: no look at the layout and the capacity for each field.
///
/// Room for every field of a fixed length is there from the start; only texts and bytes ask for more.
struct CopyRow: RowSink, ~Copyable {
    private let buffer: ByteBuffer
    private var cursor: UnsafeMutableRawPointer
    /// Texts may reach here; behind it lies the room for all of the row's other bytes.
    private var textLimit: UnsafeMutableRawPointer
    private let reservedBytes: Int

    /// A length and the longest numeric.
    private static let widestFieldBytes = MemoryLayout<Int32>.size + NumericFormat.maximumBytes
    private static let nullLength: Int32 = -1

    init(in buffer: ByteBuffer, columnCount: Int) {
        self.buffer = buffer
        reservedBytes = MemoryLayout<Int16>.size + columnCount * Self.widestFieldBytes
        cursor = buffer.room(for: reservedBytes)
        textLimit = buffer.capacityEnd - reservedBytes
        store(Int16(truncatingIfNeeded: columnCount))
    }

    /// Makes the row part of its buffer.
    consuming func finish() { buffer.take(upTo: cursor) }

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
        if value.utf8.withContiguousStorageIfAvailable({ put(UnsafeRawBufferPointer($0)) }) == nil {
            Array(value.utf8).withUnsafeBytes { put($0) }
        }
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
        buffer.take(upTo: cursor)
        cursor = buffer.room(for: bytes + reservedBytes)
        textLimit = buffer.capacityEnd - reservedBytes
    }
}
