import Domain

/// Why an event was refused: which field, what stood there, what is wrong with it and what to do.
public struct EventRefusal: Error, Sendable, Equatable {
    public enum Code: String, Sendable, CaseIterable {
        case missingField, wrongType, wrongFormat, outOfRange, notInEnum, tooManyDecimals
        case emptyText, tooLong, controlCharacter, tooManyItems, fieldsDisagree
        case malformedJSON, duplicateName, tooDeep, tooManyNames, tooLarge, noValue
        case unsupportedContent, wrongSpecVersion, wrongEventType, unknownVersion, upcastFailed
    }

    public let code: Code
    /// `data.price`, `time`, a header as `ce_id`; empty when the whole document is meant.
    public let field: String
    /// What stood there, shortened; `nil` when nothing did.
    public let value: String?
    /// The byte of the record's value at which JSON breaks off.
    public let byteOffset: Int?
    /// What is wrong, as the rest of a sentence that starts with the field.
    public let reason: String
    /// What to do about it.
    public let remedy: String
    /// The ids that could still be read: an event that breaks its schema parks its key.
    public internal(set) var readable: ReadableKey

    public init(
        code: Code, field: String, value: String? = nil, byteOffset: Int? = nil, reason: String, remedy: String,
        readable: ReadableKey = ReadableKey()
    ) {
        self.code = code
        self.field = field
        self.value = value
        self.byteOffset = byteOffset
        self.reason = reason
        self.remedy = remedy
        self.readable = readable
    }
}

/// What could be read of a refused event. Each value follows its own rules; the rest of the event may not.
public struct ReadableKey: Sendable, Equatable {
    public var eventId: String?
    public var source: String?
    /// The event's own time.
    public var time: Timestamp?
    public var userId: String?
    public var orderId: String?
    public var tradeId: String?
    /// Without an exchange prefix.
    public var symbol: String?
    public var exchange: String?
    public var account: String?
    public var isin: String?
    public var segment: String?
    /// What says which book an execution belongs to is there and breaks its rules: its key cannot be read.
    public var hasUnreadableBook = false
    public var ruleId: String?
    public var alertId: String?
    public var traceId: String?

    public init() {}
}

extension EventRefusal: CustomStringConvertible {
    public var description: String {
        let subject = field.isEmpty ? "the event" : field
        let shown = value.map { " (\($0))" } ?? ""
        let place = byteOffset.map { " at byte \($0)" } ?? ""
        return "\(subject)\(shown) \(reason)\(place) [\(code.rawValue)]: \(remedy)"
    }
}
