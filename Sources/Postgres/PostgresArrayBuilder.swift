/// Builds a one-dimensional binary array parameter in one growing buffer, without an allocation an element.
///
/// Use `buffer` to append elements' fields directly and `countElement()` beside it, or the append functions
/// here. Reuse the builder for the next batch with `removeAll()`.
public final class PostgresArrayBuilder {
    public let elementOID: PostgresOID
    public let arrayOID: PostgresOID
    /// Where the elements go; append whole fields only, and count each.
    public let buffer: PostgresByteBuffer
    /// Elements and nulls among them; behind a pointer for the same reason as the buffer's storage.
    @usableFromInline let counts: UnsafeMutablePointer<(elements: Int, nulls: Int)>

    /// Throws a usage error when the array type of `elementOID` is unknown; pass `arrayOID` then.
    public init(_ elementOID: PostgresOID, arrayOID: PostgresOID? = nil) throws(PostgresError) {
        guard let arrayOID = arrayOID ?? elementOID.arrayOID else {
            throw .usage("the array type of type \(elementOID.rawValue) is not known: pass arrayOID")
        }
        self.elementOID = elementOID
        self.arrayOID = arrayOID
        buffer = PostgresByteBuffer(capacity: PostgresLimits.arrayInitialBytes)
        counts = .allocate(capacity: 1)
        counts.initialize(to: (0, 0))
        removeAll()
    }

    deinit { counts.deallocate() }

    @inlinable public var count: Int { counts.pointee.elements }

    /// Counts a null whose field went to `buffer` directly.
    @inlinable public func countNull() {
        counts.pointee.nulls += 1
        counts.pointee.elements += 1
    }

    /// Forgets the elements and keeps the memory.
    public func removeAll() {
        buffer.removeAll()
        counts.pointee = (0, 0)
        buffer.append(integer: Int32(1))
        buffer.append(integer: Int32(0))
        buffer.append(integer: elementOID.rawValue)
        buffer.append(integer: Int32(0))
        buffer.append(integer: Int32(1))
    }

    @inlinable public func countElement() { counts.pointee.elements += 1 }

    @inlinable
    public func append<Value: FixedWidthInteger>(integer value: Value) {
        buffer.appendField(integer: value)
        counts.pointee.elements += 1
    }

    @inlinable
    public func append(_ bytes: UnsafeRawBufferPointer) {
        buffer.appendField(bytes)
        counts.pointee.elements += 1
    }

    @inlinable
    public func append(text value: String) {
        buffer.appendField(text: value)
        counts.pointee.elements += 1
    }

    @inlinable
    public func append(bool value: Bool) {
        buffer.appendField(bool: value)
        counts.pointee.elements += 1
    }

    /// Microseconds since the Unix epoch.
    @inlinable
    public func append(timestamptz microseconds: Int64) {
        buffer.appendField(timestamptz: microseconds)
        counts.pointee.elements += 1
    }

    /// Units of 10⁻⁸.
    public func append(numericUnits units: Int128) {
        buffer.appendField(numericUnits: units)
        counts.pointee.elements += 1
    }

    @inlinable
    public func appendNull() {
        buffer.appendNullField()
        countNull()
    }

    /// The finished array; valid until the next change.
    var finished: UnsafeRawBufferPointer {
        buffer.store(counts.pointee.nulls > 0 ? 1 : 0, at: 4)
        buffer.store(Int32(counts.pointee.elements), at: 12)
        return buffer.bytes
    }
}
