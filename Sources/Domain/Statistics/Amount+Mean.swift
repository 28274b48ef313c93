extension Amount {
    /// `self` / `count`, rounded half-even at scale 8; nil when `count` is not above zero.
    ///
    /// The arithmetic mean of `count` amounts whose exact sum this is.
    public func mean(of count: Int64) -> Amount? {
        guard count > 0 else { return nil }
        let divisor = UInt128(count)
        let (quotient, remainder) = units.magnitude.quotientAndRemainder(dividingBy: divisor)
        let rounded = Int128(HalfEven.round(quotient, remainder: remainder, divisor: divisor))
        return Amount(units: units < 0 ? 0 - rounded : rounded)
    }

    /// `self` / `other` in binary floating point, for ratios alone; nil when `other` is zero.
    public func ratio(to other: Amount) -> Double? {
        other.isZero ? nil : Double(units) / Double(other.units)
    }
}
