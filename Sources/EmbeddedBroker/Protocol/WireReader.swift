/// Why a frame could not be read as the request it claims to be.
enum WireError: Error, Equatable {
    case truncated(field: String)
    case invalidLength(field: String, Int)
    case invalidText(field: String)
}

/// Reads Kafka's primitive types from one frame. Every read is checked against the frame's end; nothing a client
/// claims about a length is believed before that.
struct WireReader {
    let bytes: UnsafeRawBufferPointer
    private(set) var position: Int
    /// Flexible versions have compact lengths and tagged fields.
    var flexible = false

    init(_ bytes: UnsafeRawBufferPointer, from position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    var remaining: Int { bytes.count - position }

    mutating func skip(_ count: Int, _ field: String) throws(WireError) {
        guard count >= 0 else { throw .invalidLength(field: field, count) }
        guard count <= remaining else { throw .truncated(field: field) }
        position += count
    }

    private mutating func integer<T: FixedWidthInteger>(_ field: String) throws(WireError) -> T {
        guard MemoryLayout<T>.size <= remaining else { throw .truncated(field: field) }
        let value = bytes.loadUnaligned(fromByteOffset: position, as: T.self)
        position += MemoryLayout<T>.size
        return T(bigEndian: value)
    }

    mutating func int8(_ field: String) throws(WireError) -> Int8 { try integer(field) }
    mutating func int16(_ field: String) throws(WireError) -> Int16 { try integer(field) }
    mutating func int32(_ field: String) throws(WireError) -> Int32 { try integer(field) }
    mutating func int64(_ field: String) throws(WireError) -> Int64 { try integer(field) }
    mutating func bool(_ field: String) throws(WireError) -> Bool { try int8(field) != 0 }

    mutating func unsignedVarint(_ field: String) throws(WireError) -> UInt32 {
        var value: UInt32 = 0
        var shift: UInt32 = 0
        while true {
            guard remaining > 0 else { throw .truncated(field: field) }
            let byte = bytes[position]
            position += 1
            guard shift < 28 || byte <= 0x0F else { throw .invalidLength(field: field, Int(byte)) }
            value |= UInt32(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return value }
            shift += 7
        }
    }

    /// A zigzag varint as record fields have it, up to 64 bits.
    mutating func varlong(_ field: String) throws(WireError) -> Int64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            guard remaining > 0 else { throw .truncated(field: field) }
            let byte = bytes[position]
            position += 1
            guard shift < 63 || byte <= 1 else { throw .invalidLength(field: field, Int(byte)) }
            value |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 { break }
            shift += 7
        }
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    /// A length, nil for null: int32 or compact; strings have int16 in inflexible versions.
    private mutating func length(short: Bool, _ field: String) throws(WireError) -> Int? {
        let count: Int
        if flexible {
            count = Int(try unsignedVarint(field)) - 1
        } else {
            count = short ? Int(try int16(field)) : Int(try int32(field))
        }
        if count == -1 { return nil }
        guard count >= 0 else { throw .invalidLength(field: field, count) }
        guard count <= remaining else { throw .truncated(field: field) }
        return count
    }

    mutating func nullableString(_ field: String) throws(WireError) -> String? {
        guard let count = try length(short: true, field) else { return nil }
        // Compact strings could be longer, but then no older version of a response could carry them.
        guard count <= Int(Int16.max) else { throw .invalidLength(field: field, count) }
        let slice = UnsafeRawBufferPointer(rebasing: bytes[position..<(position + count)])
        guard let text = String(validating: slice, as: UTF8.self) else { throw .invalidText(field: field) }
        position += count
        return text
    }

    mutating func string(_ field: String) throws(WireError) -> String {
        guard let text = try nullableString(field) else { throw .invalidLength(field: field, -1) }
        return text
    }

    /// Where a byte field lies in the frame: records are never copied out of it.
    mutating func nullableBytesRange(_ field: String) throws(WireError) -> Range<Int>? {
        guard let count = try length(short: false, field) else { return nil }
        let range = position..<(position + count)
        position += count
        return range
    }

    mutating func byteArray(_ field: String) throws(WireError) -> [UInt8] {
        guard let range = try nullableBytesRange(field) else { throw .invalidLength(field: field, -1) }
        return Array(bytes[range])
    }

    mutating func nullableArray<T>(
        _ field: String, _ element: (inout WireReader) throws(WireError) -> T
    ) throws(WireError) -> [T]? {
        guard let count = try length(short: false, field) else { return nil }
        guard count <= EmbeddedBrokerLimits.maximumArrayElements else {
            throw .invalidLength(field: field, count)
        }
        var values: [T] = []
        values.reserveCapacity(min(count, 256))
        for _ in 0..<count { values.append(try element(&self)) }
        return values
    }

    mutating func array<T>(
        _ field: String, _ element: (inout WireReader) throws(WireError) -> T
    ) throws(WireError) -> [T] {
        guard let values = try nullableArray(field, element) else { throw .invalidLength(field: field, -1) }
        return values
    }

    /// Skips the tagged fields that end a structure of a flexible version.
    mutating func tags() throws(WireError) {
        guard flexible else { return }
        let count = try unsignedVarint("tagged fields")
        for _ in 0..<count {
            _ = try unsignedVarint("tag")
            try skip(Int(try unsignedVarint("tag size")), "tag")
        }
    }
}
