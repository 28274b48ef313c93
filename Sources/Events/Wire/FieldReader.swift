import CSimdjson
import Domain

/// Reads typed values out of one object that the shim has validated as JSON.
///
/// Its pointers belong to the shim's reader and live until that reads the next document, so a value of this type
/// never leaves the decoding of one event.
struct FieldReader {
    enum Scope {
        case envelope
        /// The attributes in a record's headers.
        case headers
        case data

        func path(_ key: FieldKey) -> String {
            switch self {
            case .envelope: "\(key.name)"
            case .headers: key.index < EnvelopeKey.headers.count ? "\(EnvelopeKey.headers[key.index])" : "\(key.name)"
            case .data: "data.\(key.name)"
            }
        }
    }

    let fields: UnsafePointer<csimdjson_field>
    let elements: UnsafePointer<csimdjson_field>?
    let scope: Scope
    /// JSON without escapes holds no control characters, so they need not be looked for.
    let isPlain: Bool
    let cache: UnsafeMutablePointer<TextCache>
    /// How many decimals were rounded so far.
    var roundedFields = 0

    @inline(__always)
    func isAbsent(_ key: FieldKey) -> Bool { fields[key.index].kind <= UInt32(CSIMDJSON_NULL) }

    @inline(__always)
    func bytes(_ key: FieldKey) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: fields[key.index].bytes, count: Int(fields[key.index].length))
    }

    @inline(__always)
    func isString(_ key: FieldKey) -> Bool { fields[key.index].kind == UInt32(CSIMDJSON_STRING) }
}

extension FieldReader {
    @inline(__always)
    func text(_ key: FieldKey, _ rule: TextRule) throws(EventRefusal) -> String {
        guard isString(key) else { throw misfit(key, expected: "text") }
        let bytes = bytes(key)
        if let fault = rule.fault(in: bytes, isPlain: isPlain) { throw refusal(key, fault, rule) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A text that most events share with the one before.
    @inline(__always)
    func text(_ key: FieldKey, _ rule: TextRule, cachedIn cached: inout String) throws(EventRefusal) -> String {
        guard isString(key) else { throw misfit(key, expected: "text") }
        let bytes = bytes(key)
        if !bytes.isEmpty, cached.withRawUTF8({ $0.hasSameBytes(as: bytes) }) { return cached }
        cached = try text(key, rule)
        return cached
    }

    @inline(__always)
    func optionalText(_ key: FieldKey, _ rule: TextRule) throws(EventRefusal) -> String? {
        isAbsent(key) ? nil : try text(key, rule)
    }

    /// A text that many events share, under a rule that a ``ShortText/Kind/word`` follows.
    @inline(__always)
    func word(_ key: FieldKey, _ rule: TextRule) throws(EventRefusal) -> String {
        guard let short = short(key, .word) else { return try text(key, rule) }
        let slot = cache.pointee.words.slot(short)
        if slot.pointee.key == short { return slot.pointee.text }
        let made = try text(key, rule)
        slot.pointee = WordTable.Slot(key: short, text: made)
        return made
    }

    @inline(__always)
    func optionalWord(_ key: FieldKey, _ rule: TextRule) throws(EventRefusal) -> String? {
        isAbsent(key) ? nil : try word(key, rule)
    }

    /// `nil` for what is no text, is longer, or lies where nothing may be read behind it.
    @inline(__always)
    func short(_ key: FieldKey, _ kind: ShortText.Kind) -> ShortText? {
        guard isString(key), scope != .headers else { return nil }
        return ShortText(padded: bytes(key), kind)
    }
}

extension FieldReader {
    @inline(__always)
    func decimal(_ key: FieldKey, _ rule: DecimalRule) throws(EventRefusal) -> Fixed8 {
        let text = try decimalText(key)
        let value: Fixed8
        do throws(NumberError) {
            value = try Fixed8(parsing: text)
        } catch {
            throw refusal(key, error, rule)
        }
        guard rule.admits(value) else { throw outOfRange(key, rule) }
        return value
    }

    @inline(__always)
    func optionalDecimal(_ key: FieldKey, _ rule: DecimalRule) throws(EventRefusal) -> Fixed8? {
        isAbsent(key) ? nil : try decimal(key, rule)
    }

    /// A decimal of a feed that sends binary floating point: beyond eight decimals it is rounded half-even.
    @inline(__always)
    mutating func roundedDecimal(_ key: FieldKey, _ rule: DecimalRule) throws(EventRefusal) -> Fixed8 {
        let bytes = try decimalText(key)
        let (value, isRounded): (Fixed8, Bool)
        do throws(NumberError) {
            (value, isRounded) = try Fixed8.parseRounding(bytes)
        } catch {
            throw refusal(key, error, rule)
        }
        guard isRounded else {
            guard rule.admits(value) else { throw outOfRange(key, rule) }
            return value
        }
        roundedFields += 1
        return try rangeChecked(key, rounded: value, rule)
    }

    @inline(__always)
    mutating func optionalRoundedDecimal(_ key: FieldKey, _ rule: DecimalRule) throws(EventRefusal) -> Fixed8? {
        isAbsent(key) ? nil : try roundedDecimal(key, rule)
    }

    /// The range holds for the number as it was sent: rounding may carry it onto the limit or hide its sign.
    @inline(never)
    private func rangeChecked(_ key: FieldKey, rounded: Fixed8, _ rule: DecimalRule) throws(EventRefusal) -> Fixed8 {
        let isNegative = bytes(key).first == UInt8(ascii: "-")
        let isOnLimit = rounded.units.magnitude == UInt64(DecimalRule.exclusiveLimitUnits)
        switch rule {
        case .any where isOnLimit: return rounded
        case .notNegative where isOnLimit && !isNegative, .positive where isOnLimit && !isNegative: return rounded
        case .notNegative where isNegative: throw outOfRange(key, rule)
        case .positive where rounded.units == 0 && !isNegative: return rounded
        default: break
        }
        guard rule.admits(rounded) else { throw outOfRange(key, rule) }
        return rounded
    }

    /// The text of a number, or of a string that holds a plain one.
    @inline(__always)
    private func decimalText(_ key: FieldKey) throws(EventRefusal) -> UnsafeRawBufferPointer {
        let bytes = bytes(key)
        switch fields[key.index].kind {
        case UInt32(CSIMDJSON_NUMBER): return bytes
        case UInt32(CSIMDJSON_STRING):
            // A pattern can bound plain decimals, not exponents.
            guard !bytes.contains(where: { $0 | 0x20 == UInt8(ascii: "e") }) else { throw notADecimal(key) }
            return bytes
        default: throw misfit(key, expected: "a decimal")
        }
    }

    @inline(__always)
    func timestamp(_ key: FieldKey) throws(EventRefusal) -> Timestamp {
        guard isString(key) else { throw misfit(key, expected: "an RFC 3339 time in text") }
        do throws(TimestampError) {
            return try Timestamp(parsing: bytes(key))
        } catch {
            throw refusal(key, error)
        }
    }

    @inline(__always)
    func optionalTimestamp(_ key: FieldKey) throws(EventRefusal) -> Timestamp? {
        isAbsent(key) ? nil : try timestamp(key)
    }

    @inline(__always)
    func choice<Choice: WireChoice>(_ key: FieldKey, _: Choice.Type = Choice.self) throws(EventRefusal) -> Choice {
        guard isString(key), let value = Choice(wire: bytes(key)) else {
            throw notInEnum(key, Choice.allowed)
        }
        return value
    }

    @inline(__always)
    func optionalChoice<Choice: WireChoice>(
        _ key: FieldKey, _: Choice.Type = Choice.self
    ) throws(EventRefusal) -> Choice? {
        isAbsent(key) ? nil : try choice(key)
    }

    /// An object whose JSON text is kept as it came.
    func optionalJSON(_ key: FieldKey) throws(EventRefusal) -> String? {
        try optionalObject(key)
        return isAbsent(key) ? nil : String(decoding: bytes(key), as: UTF8.self)
    }

    /// An object that is checked and not kept.
    func optionalObject(_ key: FieldKey) throws(EventRefusal) {
        guard !isAbsent(key) else { return }
        guard fields[key.index].kind == UInt32(CSIMDJSON_OBJECT) else { throw misfit(key, expected: "an object") }
    }
}
