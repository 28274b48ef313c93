import Domain

/// Writes one structured CloudEvent after another as JSON bytes, without a value in between: what makes the simulator
/// fast enough to feed a benchmark. Decimals are written as strings, times in UTC with microseconds.
struct EventLine {
    private(set) var bytes: [UInt8] = []
    private var isFirstInData = true

    mutating func clear() {
        bytes.removeAll(keepingCapacity: true)
    }

    mutating func reserve(_ count: Int) {
        bytes.reserveCapacity(count)
    }

    /// Starts an event and its data object. `source` and `type` must need no escaping.
    mutating func begin(
        id: some Collection<UInt8>, source: StaticString, type: StaticString, time: Timestamp, subject: String
    ) {
        literal("{\"specversion\":\"1.0\",\"id\":\"")
        bytes.append(contentsOf: id)
        literal("\",\"source\":\"")
        literal(source)
        literal("\",\"type\":\"")
        literal(type)
        literal("\",\"time\":\"")
        append(time)
        literal("\",\"subject\":")
        appendQuoted(subject)
        literal(",\"data\":{")
        isFirstInData = true
    }

    mutating func end() {
        literal("}}")
    }

    mutating func newline() {
        bytes.append(UInt8(ascii: "\n"))
    }

    mutating func field(_ name: StaticString, _ value: String) {
        self.name(name)
        appendQuoted(value)
    }

    mutating func field(_ name: StaticString, optional value: String?) {
        if let value { field(name, value) }
    }

    mutating func field(_ name: StaticString, _ value: Fixed8) {
        self.name(name)
        bytes.append(UInt8(ascii: "\""))
        value.withText { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func field(_ name: StaticString, _ value: Timestamp) {
        self.name(name)
        bytes.append(UInt8(ascii: "\""))
        append(value)
        bytes.append(UInt8(ascii: "\""))
    }

    /// A text known to need no escaping.
    mutating func field(_ name: StaticString, plain value: some Collection<UInt8>) {
        self.name(name)
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: value)
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func field(_ name: StaticString, plain value: StaticString) {
        self.name(name)
        bytes.append(UInt8(ascii: "\""))
        literal(value)
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func field(_ name: StaticString, _ value: Bool) {
        self.name(name)
        literal(value ? "true" : "false")
    }

    /// A list of texts, as tags are.
    mutating func field(_ name: StaticString, _ values: [String]) {
        self.name(name)
        bytes.append(UInt8(ascii: "["))
        for (index, value) in values.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            appendQuoted(value)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func name(_ name: StaticString) {
        if !isFirstInData { bytes.append(UInt8(ascii: ",")) }
        isFirstInData = false
        bytes.append(UInt8(ascii: "\""))
        literal(name)
        literal("\":")
    }

    private mutating func append(_ time: Timestamp) {
        time.withText { bytes.append(contentsOf: $0) }
    }

    private mutating func literal(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func appendQuoted(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): literal("\\\"")
            case UInt8(ascii: "\\"): literal("\\\\")
            case 0..<0x20:
                literal("\\u00")
                bytes.append(Self.hexadecimal(byte >> 4))
                bytes.append(Self.hexadecimal(byte & 15))
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
    }
}
