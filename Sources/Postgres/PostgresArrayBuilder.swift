/// Builds a one-dimensional binary array parameter in one growing buffer, without an allocation an element.
///
/// Use `buffer` to append elements' fields directly and `countElement()` beside it, or the append functions
/// here. Reuse the builder for the next batch with `removeAll()`.
public final class PostgresArrayBuilder {
    public let elementOID: PostgresOID
    public let arrayOID: PostgresOID
    /// Where the elements go; append whole fields only, and count each.
    public let buffer: PostgresByteBuffer
    @usableFromInline var elements = 0
    @usableFromInline var hasNull = false

    /// ndim, has-null flag, element type, number of elements, lower bound.
    @usableFromInline static let headerBytes = 20

    /// Throws a usage error when the array type of `elementOID` is unknown; pass `arrayOID` then.
    public init(_ elementOID: PostgresOID, arrayOID: PostgresOID? = nil) throws(PostgresError) {
        guard let arrayOID = arrayOID ?? elementOID.arrayOID else {
            throw .usage("the array type of type \(elementOID.rawValue) is not known: pass arrayOID")
        }
        self.elementOID = elementOID
        self.arrayOID = arrayOID
        buffer = PostgresByteBuffer(capacity: 4096)
        removeAll()
    }

    @inlinable public var count: Int { elements }

    /// Forgets the elements and keeps the memory.
    public func removeAll() {
        buffer.removeAll()
        elements = 0
        hasNull = false
        buffer.append(integer: Int32(1))
        buffer.append(integer: Int32(0))
        buffer.append(integer: elementOID.rawValue)
        buffer.append(integer: Int32(0))
        buffer.append(integer: Int32(1))
    }

    @inlinable public func countElement() { elements += 1 }

    @inlinable
    public func append<Value: FixedWidthInteger>(integer value: Value) {
        buffer.appendField(integer: value)
        elements += 1
    }

    @inlinable
    public func append(_ bytes: UnsafeRawBufferPointer) {
        buffer.appendField(bytes)
        elements += 1
    }

    @inlinable
    public func append(text value: String) {
        buffer.appendField(text: value)
        elements += 1
    }

    @inlinable
    public func append(bool value: Bool) {
        buffer.appendField(bool: value)
        elements += 1
    }

    /// Microseconds since the Unix epoch.
    @inlinable
    public func append(timestamptz microseconds: Int64) {
        buffer.appendField(timestamptz: microseconds)
        elements += 1
    }

    /// Units of 10⁻⁸.
    public func append(numericUnits units: Int128) {
        buffer.appendField(numericUnits: units)
        elements += 1
    }

    @inlinable
    public func appendNull() {
        buffer.appendNullField()
        hasNull = true
        elements += 1
    }

    /// The finished array; valid until the next change.
    var finished: UnsafeRawBufferPointer {
        buffer.store(hasNull ? 1 : 0, at: 4)
        buffer.store(Int32(elements), at: 12)
        return buffer.bytes
    }
}
