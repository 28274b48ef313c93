import CSimdjson
import Domain

// Out of line and never inlined: a refusal is rare, and its strings must not weigh on the way of a good event.
extension FieldReader {
    @inline(never)
    func refusal(_ key: FieldKey, _ code: EventRefusal.Code, _ reason: String, _ remedy: String) -> EventRefusal {
        let kind = fields[key.index].kind
        return EventRefusal(
            code: code, field: scope.path(key),
            value: kind == UInt32(CSIMDJSON_ABSENT) ? nil : shown(key), reason: reason, remedy: remedy)
    }

    /// Neither what was expected nor, for a required field, there.
    @inline(never)
    func misfit(_ key: FieldKey, expected: String) -> EventRefusal {
        switch Int(fields[key.index].kind) {
        case CSIMDJSON_ABSENT: refusal(key, .missingField, "is missing", "send \(expected)")
        case CSIMDJSON_NULL: refusal(key, .missingField, "is required and must not be null", "send \(expected)")
        default: refusal(key, .wrongType, "is \(kindWording(key)), not \(expected)", "send \(expected)")
        }
    }

    @inline(never)
    func notInEnum(_ key: FieldKey, _ allowed: String) -> EventRefusal {
        guard isString(key) else { return misfit(key, expected: "one of \(allowed)") }
        return refusal(key, .notInEnum, "is none of \(allowed)", "send one of them, in capitals as shown")
    }

    @inline(never)
    func outOfRange(_ key: FieldKey, _ rule: DecimalRule) -> EventRefusal {
        refusal(key, .outOfRange, "is not \(rule.wording)", "check the figure and its unit")
    }

    @inline(never)
    func notADecimal(_ key: FieldKey) -> EventRefusal {
        refusal(key, .wrongFormat, "is not a plain decimal", "send digits with at most one point, as 2450.55")
    }

    @inline(never)
    func refusal(_ key: FieldKey, _ error: NumberError, _ rule: DecimalRule) -> EventRefusal {
        switch error {
        case .tooManyDecimals:
            refusal(key, .tooManyDecimals, "has more than \(Fixed8.decimals) decimals", "round it where it is made")
        case .outOfRange: outOfRange(key, rule)
        default: notADecimal(key)
        }
    }

    @inline(never)
    func refusal(_ key: FieldKey, _ error: TimestampError) -> EventRefusal {
        let code: EventRefusal.Code =
            switch error {
            case .malformed: .wrongFormat
            case .noSuchMoment, .outOfRange: .outOfRange
            }
        return refusal(key, code, "is \(error)", "send it as 2026-01-15T09:15:00.123456+05:30")
    }

    @inline(never)
    func refusal(_ key: FieldKey, _ fault: TextRule.Fault, _ rule: TextRule) -> EventRefusal {
        switch fault {
        case .empty: refusal(key, .emptyText, "must not be empty", "leave it out, or send a value")
        case .tooLong:
            refusal(key, .tooLong, "is longer than \(rule.maximumCharacters) characters", "shorten it")
        case .controlCharacter:
            refusal(key, .controlCharacter, "holds a control character", "send it without")
        case .format: refusal(key, .wrongFormat, "does not follow its format", "send \(rule.format)")
        }
    }

    private func kindWording(_ key: FieldKey) -> String {
        switch Int(fields[key.index].kind) {
        case CSIMDJSON_TRUE, CSIMDJSON_FALSE: "a boolean"
        case CSIMDJSON_NUMBER: "a number"
        case CSIMDJSON_STRING: "text"
        case CSIMDJSON_ARRAY: "an array"
        case CSIMDJSON_OBJECT: "an object"
        default: "nothing"
        }
    }

    private func shown(_ key: FieldKey) -> String {
        let text = excerpt(bytes(key))
        return isString(key) ? "\"\(text)\"" : text
    }

    func excerpt(_ bytes: UnsafeRawBufferPointer) -> String { Excerpt.of(bytes) }
}

/// A shortened copy of a value for people to read.
enum Excerpt {
    static func of(_ bytes: UnsafeRawBufferPointer) -> String {
        let limit = EventsLimits.maximumExcerptCharacters
        let head = String(decoding: bytes.prefix(limit * 4), as: UTF8.self)
        let visible = String(String.UnicodeScalarView(head.unicodeScalars.map { $0.value < 0x20 ? "\u{FFFD}" : $0 }))
        return visible.count > limit || bytes.count > limit * 4 ? visible.prefix(limit) + "…" : visible
    }
}
