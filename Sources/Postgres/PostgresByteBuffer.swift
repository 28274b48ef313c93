/// A growing buffer of bytes in PostgreSQL's (network) byte order with a stable address between appends.
///
/// The binary COPY format and binary arrays share one layout of a value: a 32-bit length, then the bytes,
/// −1 for null. The `…Field` functions write exactly that.
public final class PostgresByteBuffer {
    @frozen
    @usableFromInline
    struct Storage {
        @usableFromInline var base: UnsafeMutableRawPointer
        @usableFromInline var capacity: Int
        @usableFromInline var used: Int
    }

    /// Behind a pointer, as every access to a class's own variable pays for a run-time exclusivity check.
    @usableFromInline let storage: UnsafeMutablePointer<Storage>

    public init(capacity: Int = PostgresLimits.byteBufferInitialBytes) {
        let room = max(capacity, 16)
        storage = .allocate(capacity: 1)
        storage.initialize(
            to: Storage(base: .allocate(byteCount: room, alignment: 16), capacity: room, used: 0))
    }

    deinit {
        storage.pointee.base.deallocate()
        storage.deallocate()
    }

    @inlinable var base: UnsafeMutableRawPointer { storage.pointee.base }

    @inlinable var used: Int {
        get { storage.pointee.used }
        set { storage.pointee.used = newValue }
    }

    @inlinable public var count: Int { used }

    /// The bytes so far; valid until the next append or the buffer's end.
    @inlinable public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: used) }

    /// Forgets the bytes and keeps the memory.
    @inlinable public func removeAll() { used = 0 }

    @inlinable
    public func reserve(_ additional: Int) {
        if used + additional > storage.pointee.capacity { grow(additional) }
    }

    @usableFromInline
    func grow(_ additional: Int) {
        var target = storage.pointee.capacity
        while target < used + additional { target *= 2 }
        let larger = UnsafeMutableRawPointer.allocate(byteCount: target, alignment: 16)
        larger.copyMemory(from: base, byteCount: used)
        base.deallocate()
        storage.pointee.base = larger
        storage.pointee.capacity = target
    }

    @inlinable
    public func append<Value: FixedWidthInteger>(integer value: Value) {
        let width = Value.bitWidth / 8
        reserve(width)
        (base + used).storeBytes(of: value.bigEndian, as: Value.self)
        used += width
    }

    @inlinable
    public func append(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress, !bytes.isEmpty else { return }
        reserve(bytes.count)
        (base + used).copyMemory(from: start, byteCount: bytes.count)
        used += bytes.count
    }

    @inlinable
    func store(_ value: Int32, at offset: Int) {
        (base + offset).storeBytes(of: value.bigEndian, as: Int32.self)
    }
}

extension PostgresByteBuffer {
    /// A null value.
    @inlinable public func appendNullField() { append(integer: Int32(-1)) }

    /// An integer of 2, 4 or 8 bytes, by its Swift type.
    @inlinable
    public func appendField<Value: FixedWidthInteger>(integer value: Value) {
        let width = Value.bitWidth / 8
        reserve(4 + width)
        (base + used).storeBytes(of: Int32(width).bigEndian, as: Int32.self)
        (base + used + 4).storeBytes(of: value.bigEndian, as: Value.self)
        used += 4 + width
    }

    @inlinable
    public func appendField(bool value: Bool) {
        append(integer: Int32(1))
        append(integer: UInt8(value ? 1 : 0))
    }

    @inlinable
    public func appendField(_ bytes: UnsafeRawBufferPointer) {
        reserve(4 + bytes.count)
        append(integer: Int32(bytes.count))
        append(bytes)
    }

    @inlinable
    public func appendField(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { appendField($0) }
    }

    @inlinable
    public func appendField(text value: String) {
        var copy = value
        copy.withUTF8 { appendField(UnsafeRawBufferPointer($0)) }
    }

    /// A timestamptz, given in microseconds since the Unix epoch.
    @inlinable
    public func appendField(timestamptz microseconds: Int64) {
        appendField(integer: microseconds &- PostgresEpoch.unixMicroseconds)
    }

    /// A numeric of scale 8, given in units of 10⁻⁸.
    public func appendField(numericUnits units: Int128) {
        reserve(4 + PostgresNumeric.maximumBytes)
        let length = PostgresNumeric.encode(units: units, into: base + used + 4)
        store(Int32(length), at: used)
        used += 4 + length
    }
}
