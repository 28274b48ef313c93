import Domain

/// Writes an event's fields as the members of a JSON object.
struct JSONSink: FieldSink, ~Copyable {
    var buffer = ByteBuffer()
    private var needsComma = false

    mutating func clear() {
        buffer.clear()
        needsComma = false
    }

    mutating func openObject() {
        buffer.append(UInt8(ascii: "{"))
        needsComma = false
    }

    mutating func closeObject() {
        buffer.append(UInt8(ascii: "}"))
        needsComma = true
    }

    /// Writes a member's name. Names of ours need no escapes.
    @inline(__always)
    mutating func name(_ name: StaticString) {
        if needsComma { buffer.append(UInt8(ascii: ",")) }
        needsComma = true
        buffer.append(UInt8(ascii: "\""))
        buffer.append(name)
        buffer.append("\":")
    }

    /// Writes a name that may hold anything.
    mutating func name(_ name: String) {
        if needsComma { buffer.append(UInt8(ascii: ",")) }
        needsComma = true
        string(name)
        buffer.append(UInt8(ascii: ":"))
    }

    @inline(__always)
    mutating func string(_ value: String) {
        let isPlain = value.withRawUTF8 { bytes in
            guard !Self.needsEscape(bytes) else { return false }
            quoted(bytes)
            return true
        }
        if !isPlain { escaped(value) }
    }

    /// Bytes that need no escapes, between quotes.
    @inline(__always)
    mutating func quoted(_ bytes: UnsafeRawBufferPointer) {
        buffer.append(UInt8(ascii: "\""))
        buffer.append(bytes)
        buffer.append(UInt8(ascii: "\""))
    }

    @inline(__always)
    private static func needsEscape(_ bytes: UnsafeRawBufferPointer) -> Bool {
        for byte in bytes where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return true }
        return false
    }

    @inline(never)
    private mutating func escaped(_ value: String) {
        buffer.append(UInt8(ascii: "\""))
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                buffer.append(UInt8(ascii: "\\"))
                buffer.append(byte)
            case 0..<0x20:
                buffer.append("\\u00")
                buffer.append(Self.hexadecimal(byte >> 4))
                buffer.append(Self.hexadecimal(byte & 15))
            default: buffer.append(byte)
            }
        }
        buffer.append(UInt8(ascii: "\""))
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
    }

    @inline(__always)
    mutating func text(_ key: FieldKey, _ value: String) {
        name(key.name)
        string(value)
    }

    @inline(__always)
    mutating func decimal(_ key: FieldKey, _ value: Fixed8) {
        name(key.name)
        value.withText { quoted($0) }
    }

    @inline(__always)
    mutating func timestamp(_ key: FieldKey, _ value: Timestamp) {
        name(key.name)
        value.withText { quoted($0) }
    }

    mutating func object(_ key: FieldKey, json: String) {
        name(key.name)
        json.withRawUTF8 { buffer.append($0) }
    }

    mutating func flag(_ key: FieldKey, _ value: Bool) {
        name(key.name)
        buffer.append(value ? "true" : "false" as StaticString)
    }

    mutating func integer(_ key: FieldKey, _ value: Int64) {
        name(key.name)
        var digits = String(value)
        digits.withUTF8 { buffer.append(UnsafeRawBufferPointer($0)) }
    }

    mutating func list(_ key: FieldKey, _ values: [String]) {
        name(key.name)
        buffer.append(UInt8(ascii: "["))
        for (index, value) in values.enumerated() {
            if index > 0 { buffer.append(UInt8(ascii: ",")) }
            string(value)
        }
        buffer.append(UInt8(ascii: "]"))
    }
}
