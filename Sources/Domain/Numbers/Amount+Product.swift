extension Amount {
    /// (`exit` − `entry`) × `quantity` × `multiplier`, exact in wide arithmetic and rounded half-even once, to scale 8.
    /// - Throws: `.outOfRange`.
    public static func product(
        from entry: Price, to exit: Price, quantity: Quantity, multiplier: Fixed8 = .one
    ) throws(NumberError) -> Amount {
        let (difference, overflowed) = exit.units.subtractingReportingOverflow(entry.units)
        if !overflowed, multiplier == .one {
            let (product, tooWide) = difference.multipliedReportingOverflow(by: quantity.units)
            if !tooWide { return Amount(units: Int128(HalfEven.divide(product, by: Fixed8.unitsPerOne))) }
        }
        return try wideProduct(Int128(exit.units) - Int128(entry.units), quantity, multiplier)
    }

    /// A sum of price × quantity at scale 16, rounded half-even to scale 8; never out of range.
    public init(scale16 sum: Int128) {
        let (quotient, remainder) = sum.magnitude.quotientAndRemainder(dividingBy: UInt128(Fixed8.unitsPerOne))
        let rounded = HalfEven.round(quotient, remainder: remainder, divisor: UInt128(Fixed8.unitsPerOne))
        self.init(units: sum < 0 ? 0 - Int128(rounded) : Int128(rounded))
    }

    /// `priceDifference` × `quantity` × `multiplier`, exact and rounded half-even once, to scale 8.
    /// - Throws: `.outOfRange`.
    public static func product(
        priceDifference: Price, quantity: Quantity, multiplier: Fixed8 = .one
    ) throws(NumberError) -> Amount {
        try product(from: .zero, to: priceDifference, quantity: quantity, multiplier: multiplier)
    }

    private static func wideProduct(
        _ difference: Int128, _ quantity: Quantity, _ multiplier: Fixed8
    ) throws(NumberError) -> Amount {
        let isNegative = (difference < 0) != ((quantity.units < 0) != (multiplier.units < 0))
        // |difference| ≤ 2⁶⁴ and |quantity| ≤ 2⁶³: the first product fits 128 bits, the second needs 191.
        let first = difference.magnitude * UInt128(quantity.units.magnitude)
        let wide = first.multipliedFullWidth(by: UInt128(multiplier.units.magnitude))
        let divisor = UInt128(Fixed8.unitsPerOne) * UInt128(Fixed8.unitsPerOne)
        guard let quotient = HalfEven.divide(wide, by: divisor), quotient <= UInt128(maximumUnits) else {
            throw .outOfRange(.amount)
        }
        return Amount(units: isNegative ? 0 - Int128(quotient) : Int128(quotient))
    }

    /// The part of this amount that `part` of `whole` bears, rounded half-even to scale 8.
    /// Needs 0 ≤ part ≤ whole and whole > 0, so it never overflows.
    public func share(of part: Quantity, in whole: Quantity) -> Amount {
        guard part != whole else { return self }
        let magnitude = units.magnitude
        let (partUnits, wholeUnits) = (UInt64(part.units), UInt64(whole.units))
        let shared: UInt128
        if let small = UInt64(exactly: magnitude) {
            let (quotient, remainder) = wholeUnits.dividingFullWidth(small.multipliedFullWidth(by: partUnits))
            shared = UInt128(HalfEven.round(quotient, remainder: remainder, divisor: wholeUnits))
        } else {
            let wide = magnitude.multipliedFullWidth(by: UInt128(partUnits))
            let (quotient, remainder) = UInt128(wholeUnits).dividingFullWidth(wide)
            shared = HalfEven.round(quotient, remainder: remainder, divisor: UInt128(wholeUnits))
        }
        return Amount(units: units < 0 ? 0 - Int128(shared) : Int128(shared))
    }
}

extension Fixed8 {
    /// `value` / `quantity` rounded half-even: `value` is a sum of price × quantity at scale 16, in units.
    /// Needs quantity > 0 and a quotient in range, which an average of prices always is.
    public static func average(value: Int128, quantity: Quantity) -> Fixed8 {
        let divisor = quantity.units.magnitude
        let magnitude = value.magnitude
        let (high, low) = (UInt64(truncatingIfNeeded: magnitude >> 64), UInt64(truncatingIfNeeded: magnitude))
        let (quotient, remainder) = divisor.dividingFullWidth((high, low))
        let rounded = Int64(HalfEven.round(quotient, remainder: remainder, divisor: divisor))
        return Fixed8(units: value < 0 ? -rounded : rounded)
    }
}

/// Division that rounds to the nearest, ties to even, on magnitudes: symmetric around zero.
enum HalfEven {
    static func divide(_ value: Int64, by divisor: Int64) -> Int64 {
        let parts = value.magnitude.quotientAndRemainder(dividingBy: divisor.magnitude)
        let rounded = Int64(round(parts.quotient, remainder: parts.remainder, divisor: divisor.magnitude))
        return value < 0 ? -rounded : rounded
    }

    /// `nil` when the quotient needs more than 128 bits.
    static func divide(_ value: (high: UInt128, low: UInt128), by divisor: UInt128) -> UInt128? {
        guard value.high < divisor else { return nil }
        let (quotient, remainder) = divisor.dividingFullWidth(value)
        guard quotient < .max else { return nil }
        return round(quotient, remainder: remainder, divisor: divisor)
    }

    @inline(__always)
    static func round<T: FixedWidthInteger & UnsignedInteger>(_ quotient: T, remainder: T, divisor: T) -> T {
        let rest = divisor - remainder
        let isUp = remainder > rest || (remainder == rest && quotient & 1 == 1)
        return isUp ? quotient + 1 : quotient
    }
}
