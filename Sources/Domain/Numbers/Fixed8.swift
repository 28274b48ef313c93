/// A price, a quantity or a multiplier: an exact decimal with eight decimals in 64 bits,
/// −92233720368.54775807 … 92233720368.54775807.
@frozen
public struct Fixed8: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The value in hundred-millionths.
    public var units: Int64

    /// Decimals kept: one unit is 10⁻⁸.
    public static let decimals = 8
    /// Units in the number one.
    @inlinable public static var unitsPerOne: Int64 { 100_000_000 }
    @inlinable public static var zero: Fixed8 { Fixed8(units: 0) }
    @inlinable public static var one: Fixed8 { Fixed8(units: unitsPerOne) }
    @inlinable public static var maximum: Fixed8 { Fixed8(units: .max) }
    /// The range is symmetric, so that a value can always be negated.
    @inlinable public static var minimum: Fixed8 { Fixed8(units: -.max) }

    /// Takes hundred-millionths.
    @inlinable
    public init(units: Int64) { self.units = units }

    /// A whole number.
    /// - Throws: `.outOfRange`.
    @inlinable
    public init(whole: Int) throws(NumberError) {
        let (units, overflowed) = Int64(whole).multipliedReportingOverflow(by: Self.unitsPerOne)
        guard !overflowed, units != .min else { throw .outOfRange(.fixed8) }
        self.units = units
    }

    /// Reads a number by JSON's grammar, exponents included, exactly.
    /// - Throws: `.notANumber`, `.tooManyDecimals` (zeros behind the eighth decimal are fine), `.outOfRange`.
    @inlinable
    public init(parsing bytes: UnsafeRawBufferPointer) throws(NumberError) {
        if let units = DecimalScanner.plainUnits(bytes) {
            self.units = units
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
    ) throws(NumberError) -> (value: Fixed8, isRounded: Bool) {
        if let units = DecimalScanner.plainUnits(bytes) { return (Fixed8(units: units), false) }
        return try scan(bytes)
    }

    @usableFromInline
    static func scan(_ bytes: UnsafeRawBufferPointer) throws(NumberError) -> (value: Fixed8, isRounded: Bool) {
        let result = try DecimalScanner.scan(bytes, limit: UInt128(Int64.max), range: .fixed8)
        let magnitude = Int64(result.magnitude)
        return (Fixed8(units: result.isNegative ? -magnitude : magnitude), result.isRounded)
    }

    @inlinable
    public static func < (left: Fixed8, right: Fixed8) -> Bool { left.units < right.units }

    @inlinable public var isZero: Bool { units == 0 }
    @inlinable public var isPositive: Bool { units > 0 }
    @inlinable public var isNegative: Bool { units < 0 }

    /// The shortest text: "1041.55", "-3", "0".
    public var description: String {
        withText { String(decoding: $0, as: UTF8.self) }
    }

    /// Calls `body` with the bytes of the shortest text, valid only inside it.
    public func withText<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
        DecimalText.with(isNegative: units < 0, magnitude: UInt128(units.magnitude), body)
    }
}

/// Money per unit.
public typealias Price = Fixed8
/// Shares, contracts, units.
public typealias Quantity = Fixed8

extension Fixed8 {
    /// Reads a number from text; see ``init(parsing:)-(UnsafeRawBufferPointer)``.
    public init(parsing text: String) throws(NumberError) {
        self = try text.withBytes { bytes throws(NumberError) in try Fixed8(parsing: bytes) }
    }

    /// Reads a number from a span of bytes; see ``init(parsing:)-(UnsafeRawBufferPointer)``.
    @inlinable
    public init(parsing span: RawSpan) throws(NumberError) {
        self = try span.withUnsafeBytes { bytes throws(NumberError) in try Fixed8(parsing: bytes) }
    }

    /// - Throws: `.outOfRange`.
    @inlinable
    public static func + (left: Fixed8, right: Fixed8) throws(NumberError) -> Fixed8 {
        let (units, overflowed) = left.units.addingReportingOverflow(right.units)
        guard !overflowed, units != .min else { throw .outOfRange(.fixed8) }
        return Fixed8(units: units)
    }

    /// - Throws: `.outOfRange`.
    @inlinable
    public static func - (left: Fixed8, right: Fixed8) throws(NumberError) -> Fixed8 {
        let (units, overflowed) = left.units.subtractingReportingOverflow(right.units)
        guard !overflowed, units != .min else { throw .outOfRange(.fixed8) }
        return Fixed8(units: units)
    }

    @inlinable
    public static prefix func - (value: Fixed8) -> Fixed8 { Fixed8(units: 0 &- value.units) }
}

extension String {
    /// The UTF-8 bytes, without a copy for native strings.
    func withBytes<R, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> R
    ) throws(Failure) -> R {
        var text = self
        let outcome: Result<R, Failure> = text.withUTF8 { buffer in
            do throws(Failure) {
                return .success(try body(UnsafeRawBufferPointer(buffer)))
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }
}
