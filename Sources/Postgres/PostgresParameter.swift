/// One binary parameter of a statement.
public struct PostgresParameter {
    public let oid: PostgresOID
    let storage: Storage

    enum Storage {
        case null
        /// Up to eight bytes in network order from the low address, and how many count.
        case inline(UInt64, Int32)
        case owned(PostgresByteBuffer)
        case borrowed(UnsafeRawBufferPointer)
        case array(PostgresArrayBuilder)
    }

    var byteCount: Int {
        switch storage {
        case .null: 0
        case .inline(_, let length): Int(length)
        case .owned(let buffer): buffer.used
        case .borrowed(let bytes): bytes.count
        case .array(let builder): builder.buffer.used
        }
    }

    private init(_ oid: PostgresOID, _ storage: Storage) {
        self.oid = oid
        self.storage = storage
    }

    public static func int64(_ value: Int64) -> PostgresParameter {
        PostgresParameter(.int64, .inline(UInt64(bitPattern: value.bigEndian), 8))
    }

    public static func int32(_ value: Int32) -> PostgresParameter {
        PostgresParameter(.int32, .inline(UInt64(UInt32(bitPattern: value.bigEndian)).littleEndian, 4))
    }

    public static func int16(_ value: Int16) -> PostgresParameter {
        PostgresParameter(.int16, .inline(UInt64(UInt16(bitPattern: value.bigEndian)).littleEndian, 2))
    }

    public static func bool(_ value: Bool) -> PostgresParameter {
        PostgresParameter(.bool, .inline(UInt64(value ? 1 : 0).littleEndian, 1))
    }

    /// Microseconds since the Unix epoch.
    public static func timestamptz(_ microseconds: Int64) -> PostgresParameter {
        let value = microseconds &- PostgresEpoch.unixMicroseconds
        return PostgresParameter(.timestamptz, .inline(UInt64(bitPattern: value.bigEndian), 8))
    }

    public static func text(_ value: String) -> PostgresParameter {
        let buffer = PostgresByteBuffer(capacity: value.utf8.count)
        var copy = value
        copy.withUTF8 { buffer.append(UnsafeRawBufferPointer($0)) }
        return PostgresParameter(.text, .owned(buffer))
    }

    public static func bytea(_ value: [UInt8]) -> PostgresParameter { .binary(.bytea, value) }

    /// Units of 10⁻⁸.
    public static func numeric(units: Int128) -> PostgresParameter {
        let buffer = PostgresByteBuffer(capacity: PostgresNumeric.maximumBytes)
        let length = PostgresNumeric.encode(units: units, into: buffer.base)
        buffer.used = length
        return PostgresParameter(.numeric, .owned(buffer))
    }

    public static func null(_ oid: PostgresOID) -> PostgresParameter { PostgresParameter(oid, .null) }

    /// Bytes already in PostgreSQL's binary format of the type.
    public static func binary(_ oid: PostgresOID, _ bytes: [UInt8]) -> PostgresParameter {
        let buffer = PostgresByteBuffer(capacity: bytes.count)
        bytes.withUnsafeBytes { buffer.append($0) }
        return PostgresParameter(oid, .owned(buffer))
    }

    /// Bytes already in binary format, not copied: they must stay valid until the call they are passed to returns.
    public static func binary(_ oid: PostgresOID, borrowing bytes: UnsafeRawBufferPointer) -> PostgresParameter {
        PostgresParameter(oid, .borrowed(bytes))
    }

    /// Bytes already in binary format in a buffer that must not change until the call returns.
    public static func binary(_ oid: PostgresOID, _ buffer: PostgresByteBuffer) -> PostgresParameter {
        PostgresParameter(oid, .owned(buffer))
    }

    /// The builder's array, not copied; the builder may be reused once the call it is passed to has returned.
    public static func array(_ builder: PostgresArrayBuilder) -> PostgresParameter {
        PostgresParameter(builder.arrayOID, .array(builder))
    }
}

/// Parameters in the shape that libpq takes; the pointers live as long as the call that made them.
struct BoundParameters {
    let count: Int32
    let types: UnsafePointer<UInt32>?
    let values: UnsafePointer<UnsafePointer<CChar>?>?
    let lengths: UnsafePointer<Int32>?
    let formats: UnsafePointer<Int32>?

    static func with<Result>(_ parameters: [PostgresParameter], _ body: (BoundParameters) -> Result) -> Result {
        let count = parameters.count
        if count == 0 {
            return body(BoundParameters(count: 0, types: nil, values: nil, lengths: nil, formats: nil))
        }
        return withUnsafeTemporaryAllocation(of: UInt64.self, capacity: count) { scratch in
            withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: count) { values in
                withUnsafeTemporaryAllocation(of: Int32.self, capacity: 3 * count) { numbers in
                    for (index, parameter) in parameters.enumerated() {
                        let (address, length) = locate(parameter, scratch: scratch.baseAddress.map { $0 + index })
                        values[index] = address?.assumingMemoryBound(to: CChar.self)
                        numbers[index] = Int32(bitPattern: parameter.oid.rawValue)
                        numbers[count + index] = length
                        numbers[2 * count + index] = 1
                    }
                    return numbers.baseAddress.map { first in
                        first.withMemoryRebound(to: UInt32.self, capacity: count) { types in
                            withExtendedLifetime(parameters) {
                                body(
                                    BoundParameters(
                                        count: Int32(count), types: UnsafePointer(types),
                                        values: UnsafePointer(values.baseAddress),
                                        lengths: UnsafePointer(first + count),
                                        formats: UnsafePointer(first + 2 * count)))
                            }
                        }
                    } ?? body(BoundParameters(count: 0, types: nil, values: nil, lengths: nil, formats: nil))
                }
            }
        }
    }

    /// A null pointer is SQL null to libpq, so an empty value still needs an address.
    private static func locate(
        _ parameter: PostgresParameter, scratch: UnsafeMutablePointer<UInt64>?
    ) -> (UnsafeRawPointer?, Int32) {
        switch parameter.storage {
        case .null:
            return (nil, 0)
        case .inline(let bits, let length):
            scratch?.initialize(to: bits)
            return (scratch.map { UnsafeRawPointer($0) }, length)
        case .owned(let buffer):
            return (UnsafeRawPointer(buffer.base), Int32(buffer.used))
        case .borrowed(let bytes):
            return (bytes.baseAddress ?? scratch.map { UnsafeRawPointer($0) }, Int32(bytes.count))
        case .array(let builder):
            let bytes = builder.finished
            return (bytes.baseAddress, Int32(bytes.count))
        }
    }
}
