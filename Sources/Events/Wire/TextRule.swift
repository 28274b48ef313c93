/// What a text field takes.
enum TextRule {
    case identifier
    case label
    case source
    case notes
    case reason
    case tag
    case exchange
    case isin
    case currency
    /// A time of day, `22:00`.
    case clock
    /// `+05:30` or `Asia/Kolkata`.
    case zone
    case email
    /// An http or https URL.
    case webUrl

    enum Fault {
        case empty
        case tooLong
        case controlCharacter
        case format
    }

    var maximumCharacters: Int {
        switch self {
        case .identifier: EventsLimits.maximumIdentifierCharacters
        case .label: EventsLimits.maximumLabelCharacters
        case .source: EventsLimits.maximumSourceCharacters
        case .notes: EventsLimits.maximumNotesCharacters
        case .reason: EventsLimits.maximumReasonCharacters
        case .tag: EventsLimits.maximumTagCharacters
        case .exchange: EventsLimits.maximumExchangeCharacters
        case .isin: 12
        case .currency: 3
        case .clock: 5
        case .zone: EventsLimits.maximumZoneCharacters
        case .email: 2 * EventsLimits.maximumEmailPartCharacters + 1
        case .webUrl: EventsLimits.maximumSourceCharacters
        }
    }

    /// The rule in words, where it is more than a length.
    var format: String {
        switch self {
        case .exchange: "A-Z, 0-9 and _, a letter first, as NSE"
        case .isin: "an ISIN: two letters, nine letters or digits, a digit, as INE002A01018"
        case .currency: "an ISO 4217 code: three capital letters, as INR"
        case .clock: "a time of day, 00:00 to 23:59, as 22:00"
        case .zone: "an offset as +05:30 or a zone's name as Asia/Kolkata"
        case .email: "an address as name@example.org"
        case .webUrl: "a URL that begins with https:// or http://, without spaces"
        default: "text"
        }
    }

    @inline(__always)
    func fault(in bytes: UnsafeRawBufferPointer, isPlain: Bool) -> Fault? {
        switch self {
        case .exchange: Self.isExchange(bytes) ? nil : .format
        case .isin: Self.isISIN(bytes) ? nil : .format
        case .currency: bytes.count == 3 && bytes.allSatisfy(Self.isUpper) ? nil : .format
        case .clock: Self.isClock(bytes) ? nil : .format
        case .zone: Self.isZone(bytes) ? nil : .format
        case .email: Self.isEmail(bytes) ? nil : .format
        case .webUrl: Self.isWebUrl(bytes) ? nil : .format
        case .notes, .reason: lengthFault(bytes) ?? (!isPlain && bytes.contains(0) ? .controlCharacter : nil)
        default: lengthFault(bytes) ?? (!isPlain && Self.hasControlCharacter(bytes) ? .controlCharacter : nil)
        }
    }

    @inline(__always)
    private func lengthFault(_ bytes: UnsafeRawBufferPointer) -> Fault? {
        if bytes.isEmpty { return .empty }
        if bytes.count <= maximumCharacters { return nil }
        return Self.characters(bytes) <= maximumCharacters ? nil : .tooLong
    }

    /// Unicode scalars, which is how JSON Schema counts.
    static func characters(_ bytes: UnsafeRawBufferPointer) -> Int {
        bytes.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
    }

    /// U+0000…U+001F.
    static func hasControlCharacter(_ bytes: UnsafeRawBufferPointer) -> Bool { bytes.contains { $0 < 0x20 } }

    @inline(__always)
    static func isUpper(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "A") < 26 }
    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    @inline(__always)
    static func isExchange(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard !bytes.isEmpty, bytes.count <= EventsLimits.maximumExchangeCharacters, isUpper(bytes[0]) else {
            return false
        }
        return bytes.allSatisfy { isUpper($0) || isDigit($0) || $0 == UInt8(ascii: "_") }
    }

    static func isISIN(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count == 12, isUpper(bytes[0]), isUpper(bytes[1]), isDigit(bytes[11]) else { return false }
        return bytes[2..<11].allSatisfy { isUpper($0) || isDigit($0) }
    }

    /// A symbol without its exchange: 1 to 64 printable ASCII characters, no colon, no space at either end.
    @inline(__always)
    static func isSymbol(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard !bytes.isEmpty, bytes.count <= EventsLimits.maximumSymbolCharacters else { return false }
        let space = UInt8(ascii: " ")
        guard bytes[0] != space, bytes[bytes.count - 1] != space else { return false }
        return bytes.allSatisfy { $0 >= space && $0 < 0x7F && $0 != UInt8(ascii: ":") }
    }
}
