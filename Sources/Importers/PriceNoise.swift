import Domain

/// Undoes what a broker's binary floating point did to a price, such as 1344.199951 for 1344.20.
///
/// The rule: a price with more than two decimals becomes the nearest paisa (0.01) if that lies within what a 32-bit float
/// can tell apart at this size and six printed decimals; else, so that currency futures keep their ticks of 0.0025, the
/// nearest 0.0001 under the same condition; else it stays as written. A price that never was a float is never changed.
enum PriceNoise {
    static func cleaned(_ price: Price) -> Price {
        let units = price.units
        guard units > 0, units % paisa != 0 else { return price }
        // Half of the last place of a 24-bit significand, and half of the sixth decimal that was printed.
        let tolerance = highestPower(atMost: units) >> 24 + 51
        for step in [paisa, hundredthOfPaisa] {
            let below = units / step * step
            let nearest = units - below < step / 2 ? below : below + step
            if abs(units - nearest) <= tolerance { return Price(units: nearest) }
        }
        return price
    }

    private static let paisa: Int64 = 1_000_000
    private static let hundredthOfPaisa: Int64 = 10_000

    /// The largest 2ⁿ × one that is at most `units`, in units; n may be negative.
    private static func highestPower(atMost units: Int64) -> Int64 {
        var power = Price.unitsPerOne
        while power > units { power >>= 1 }
        while power <= units / 2 { power <<= 1 }
        return power
    }
}
