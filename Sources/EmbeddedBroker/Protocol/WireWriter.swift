/// Writes Kafka's primitive types, big-endian, into a growing buffer.
struct WireWriter {
    private(set) var bytes: [UInt8] = []
    /// Flexible versions have compact lengths and tagged fields.
    var flexible = false

    init(flexible: Bool = false, capacity: Int = 256) {
        self.flexible = flexible
        bytes.reserveCapacity(capacity)
    }

    private mutating func integer<T: FixedWidthInteger>(_ value: T) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func int8(_ value: Int8) { bytes.append(UInt8(bitPattern: value)) }
    mutating func int16(_ value: Int16) { integer(value) }
    mutating func int32(_ value: Int32) { integer(value) }
    mutating func int64(_ value: Int64) { integer(value) }
    mutating func bool(_ value: Bool) { bytes.append(value ? 1 : 0) }
    mutating func error(_ code: ErrorCode) { integer(code.rawValue) }

    mutating func unsignedVarint(_ value: UInt32) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private mutating func length(_ count: Int?, short: Bool) {
        if flexible {
            unsignedVarint(UInt32(truncatingIfNeeded: (count ?? -1) + 1))
        } else if short {
            int16(Int16(truncatingIfNeeded: count ?? -1))
        } else {
            int32(Int32(truncatingIfNeeded: count ?? -1))
        }
    }

    mutating func string(_ value: String?) {
        length(value?.utf8.count, short: true)
        if let value { bytes.append(contentsOf: value.utf8) }
    }

    mutating func byteArray(_ value: [UInt8]?) {
        length(value?.count, short: false)
        if let value { bytes.append(contentsOf: value) }
    }

    /// The length of a byte field whose bytes leave by another way (sendfile).
    mutating func byteCount(_ count: Int) { length(count, short: false) }

    /// The length of an array whose elements are written one by one.
    mutating func arrayCount(_ count: Int) { length(count, short: false) }

    mutating func raw(_ value: [UInt8]) { bytes.append(contentsOf: value) }

    mutating func nullArray() { length(nil, short: false) }

    mutating func array<T>(_ values: [T], _ element: (inout WireWriter, T) -> Void) {
        length(values.count, short: false)
        for value in values { element(&self, value) }
    }

    /// Ends a structure of a flexible version without tagged fields.
    mutating func tags() {
        if flexible { bytes.append(0) }
    }

    mutating func patchInt32(_ value: Int32, at position: Int) {
        withUnsafeBytes(of: value.bigEndian) { source in
            for (index, byte) in source.enumerated() { bytes[position + index] = byte }
        }
    }
}
