/// Money or a sum: an exact decimal with eight decimals in 128 bits, as wide as the database's `numeric(38,8)`,
/// thirty digits before the point.
@frozen
public struct Amount: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The value in hundred-millionths.
    public var units: Int128

    @inlinable public static var zero: Amount { Amount(units: 0) }
    /// 10³⁸ − 1 units: the largest that `numeric(38,8)` holds.
    @inlinable public static var maximum: Amount { Amount(units: maximumUnits) }
    @inlinable public static var minimum: Amount { Amount(units: 0 - maximumUnits) }
    @inlinable static var maximumUnits: Int128 { 99_999_999_999_999_999_999_999_999_999_999_999_999 }

    /// Takes hundred-millionths; the caller vouches for the range.
    @inlinable
    public init(units: Int128) { self.units = units }

    /// Takes hundred-millionths.
    /// - Throws: `.outOfRange`.
    @inlinable
    public init(checkingUnits units: Int128) throws(NumberError) {
        guard units <= Self.maximumUnits, units >= 0 - Self.maximumUnits else { throw .outOfRange(.amount) }
        self.units = units
    }

    @inlinable
    public init(_ value: Fixed8) { units = Int128(value.units) }

    /// Reads a number by JSON's grammar, exponents included, exactly.
    /// - Throws: `.notANumber`, `.tooManyDecimals` (zeros behind the eighth decimal are fine), `.outOfRange`.
    @inlinable
    public init(parsing bytes: UnsafeRawBufferPointer) throws(NumberError) {
        if let units = DecimalScanner.plainUnits(bytes) {
            self.units = Int128(units)
            return
        }
        let (value, isRounded) = try Self.scan(bytes)
        guard !isRounded else { throw .tooManyDecimals }
        self = value
    }

    /// Reads a number by JSON's grammar and rounds half-even to eight decimals, saying whether that changed it.
    /// - Throws: `.notANumber`, `.outOfRange`.
    @inlinable
    public static func parseRounding(
        _ bytes: UnsafeRawBufferPointer
    ) throws(NumberError) -> (value: Amount, isRounded: Bool) {
        if let units = DecimalScanner.plainUnits(bytes) { return (Amount(units: Int128(units)), false) }
        return try scan(bytes)
    }

    @usableFromInline
    static func scan(_ bytes: UnsafeRawBufferPointer) throws(NumberError) -> (value: Amount, isRounded: Bool) {
        let result = try DecimalScanner.scan(bytes, limit: UInt128(maximumUnits), range: .amount)
        let magnitude = Int128(result.magnitude)
        return (Amount(units: result.isNegative ? 0 - magnitude : magnitude), result.isRounded)
    }

    @inlinable
    public static func < (left: Amount, right: Amount) -> Bool { left.units < right.units }

    @inlinable public var isZero: Bool { units == 0 }
    @inlinable public var isPositive: Bool { units > 0 }
    @inlinable public var isNegative: Bool { units < 0 }

    /// The shortest text: "1041.55", "-3", "0".
    public var description: String {
        withText { String(decoding: $0, as: UTF8.self) }
    }

    /// Calls `body` with the bytes of the shortest text, valid only inside it.
    public func withText<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
        DecimalText.with(isNegative: units < 0, magnitude: units.magnitude, body)
    }
}

extension Amount {
    /// Reads a number from text; see ``init(parsing:)-(UnsafeRawBufferPointer)``.
    public init(parsing text: String) throws(NumberError) {
        self = try text.withBytes { bytes throws(NumberError) in try Amount(parsing: bytes) }
    }

    /// Reads a number from a span of bytes; see ``init(parsing:)-(UnsafeRawBufferPointer)``.
    @inlinable
    public init(parsing span: RawSpan) throws(NumberError) {
        self = try span.withUnsafeBytes { bytes throws(NumberError) in try Amount(parsing: bytes) }
    }

    /// - Throws: `.outOfRange`.
    @inlinable
    public static func + (left: Amount, right: Amount) throws(NumberError) -> Amount {
        // Two values in range differ from ±2¹²⁷ by enough that one addition may overflow: hence the report.
        let (units, overflowed) = left.units.addingReportingOverflow(right.units)
        guard !overflowed else { throw .outOfRange(.amount) }
        return try Amount(checkingUnits: units)
    }

    /// - Throws: `.outOfRange`.
    @inlinable
    public static func - (left: Amount, right: Amount) throws(NumberError) -> Amount {
        let (units, overflowed) = left.units.subtractingReportingOverflow(right.units)
        guard !overflowed else { throw .outOfRange(.amount) }
        return try Amount(checkingUnits: units)
    }

    /// - Throws: `.outOfRange`.
    @inlinable
    public static func += (left: inout Amount, right: Amount) throws(NumberError) { left = try left + right }

    /// - Throws: `.outOfRange`.
    @inlinable
    public static func -= (left: inout Amount, right: Amount) throws(NumberError) { left = try left - right }

    @inlinable
    public static prefix func - (value: Amount) -> Amount { Amount(units: 0 &- value.units) }
}
