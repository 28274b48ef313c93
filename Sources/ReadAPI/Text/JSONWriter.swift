import Domain

/// Writes JSON straight into bytes: no tree, no reflection. The caller keeps objects and arrays balanced.
///
/// Exact numbers are strings in their shortest form; times are RFC 3339 in UTC.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    /// Whether the next key or element needs a comma before it.
    private var needsComma = false
    private let selection: FieldSelection?
    private var depth = 0
    /// Inside a member that the selection leaves out.
    private var isMuted = false

    init(reserving capacity: Int = 1_024, selection: FieldSelection? = nil) {
        self.selection = selection
        bytes.reserveCapacity(capacity)
    }

    // MARK: Structure

    mutating func object(_ body: (inout JSONWriter) throws -> Void) rethrows {
        open(UInt8(ascii: "{"))
        try body(&self)
        close(UInt8(ascii: "}"))
    }

    mutating func array(_ body: (inout JSONWriter) throws -> Void) rethrows {
        open(UInt8(ascii: "["))
        try body(&self)
        close(UInt8(ascii: "]"))
    }

    mutating func open(_ bracket: UInt8) {
        depth += 1
        if isMuted { return }
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    mutating func close(_ bracket: UInt8) {
        if let selection, depth == selection.depth { isMuted = false }
        depth -= 1
        if isMuted { return }
        bytes.append(bracket)
        needsComma = true
    }

    /// A key that needs no escaping: one of this module's own names.
    mutating func key(_ name: StaticString) {
        if let selection, depth == selection.depth {
            isMuted = !selection.names.contains(name.withUTF8Buffer { String(decoding: $0, as: UTF8.self) })
        }
        if isMuted { return }
        separate()
        bytes.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    mutating func key(text name: String) {
        if let selection, depth == selection.depth { isMuted = !selection.names.contains(name) }
        if isMuted { return }
        string(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
    }

    // MARK: Values

    mutating func null() { literal("null") }

    mutating func bool(_ value: Bool) { literal(value ? "true" : "false") }

    mutating func integer(_ value: some BinaryInteger) { literal(String(value)) }

    /// A finite number, in the shortest digits that read back as the same.
    private mutating func number(_ value: Double) { literal("\(value)") }

    /// JSON that is known to be well-formed, such as the text of a jsonb column.
    mutating func raw(_ json: UnsafeRawBufferPointer) {
        if isMuted { return }
        separate()
        bytes.append(contentsOf: json)
        needsComma = true
    }

    mutating func string(_ value: String) {
        var copy = value
        copy.withUTF8 { string(UnsafeRawBufferPointer($0)) }
    }

    /// UTF-8 text, escaped as RFC 8259 asks and no more.
    mutating func string(_ utf8: UnsafeRawBufferPointer) {
        if isMuted { return }
        separate()
        bytes.append(UInt8(ascii: "\""))
        var start = 0
        for (index, byte) in utf8.enumerated()
        where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
            bytes.append(contentsOf: utf8[start..<index])
            escape(byte)
            start = index + 1
        }
        bytes.append(contentsOf: utf8[start...])
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    /// Units of 10⁻⁸ as a string, without trailing zeros.
    mutating func decimal(units: Int128) {
        if isMuted { return }
        separate()
        bytes.append(UInt8(ascii: "\""))
        Amount(units: units).withText { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    mutating func time(_ value: Timestamp) {
        if isMuted { return }
        separate()
        bytes.append(UInt8(ascii: "\""))
        value.withText { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    private mutating func literal(_ text: String) {
        if isMuted { return }
        separate()
        bytes.append(contentsOf: text.utf8)
        needsComma = true
    }

    private mutating func escape(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        case 0x0a: bytes.append(UInt8(ascii: "n"))
        case 0x0d: bytes.append(UInt8(ascii: "r"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        default:
            let digits = Array("0123456789abcdef".utf8)
            bytes.append(contentsOf: Array("u00".utf8))
            bytes.append(digits[Int(byte >> 4)])
            bytes.append(digits[Int(byte & 15)])
        }
    }
}

extension JSONWriter {
    mutating func field(_ name: StaticString, _ value: String) {
        key(name)
        string(value)
    }

    mutating func field(_ name: StaticString, _ value: String?) {
        key(name)
        if let value { string(value) } else { null() }
    }

    mutating func field(_ name: StaticString, _ value: Amount?) {
        key(name)
        if let value { decimal(units: value.units) } else { null() }
    }

    mutating func field(_ name: StaticString, _ value: Int64) {
        key(name)
        integer(value)
    }

    /// A ratio: the shortest digits that read back as the same number. JSON has none for what is not finite.
    mutating func field(_ name: StaticString, _ value: Double?) {
        key(name)
        if let value, value.isFinite { number(value) } else { null() }
    }

    mutating func field(_ name: StaticString, _ value: Bool) {
        key(name)
        bool(value)
    }
}
