/// PostgreSQL's binary numeric to and from exact integers at scale 8.
///
/// The wire format counts in base 10 000: two such digits are exactly eight decimals.
public enum PostgresNumeric {
    /// Decimals of the integers that this type reads and writes.
    public static let scale = 8
    /// The longest encoding of any Int128 at scale 8.
    public static let maximumBytes = 8 + 2 * 10

    private static let negative: UInt16 = 0x4000

    /// Writes the numeric of `units` × 10⁻⁸ at `target`, which must hold `maximumBytes`; returns the bytes written.
    public static func encode(units: Int128, into target: UnsafeMutableRawPointer) -> Int {
        var digits: InlineArray<10, UInt16> = .init(repeating: 0)
        var count = 0
        var rest = units.magnitude
        while rest > UInt128(UInt64.max) {
            let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 10_000)
            digits[count] = UInt16(truncatingIfNeeded: remainder)
            count += 1
            rest = quotient
        }
        var small = UInt64(truncatingIfNeeded: rest)
        while small > 0 {
            let (quotient, remainder) = small.quotientAndRemainder(dividingBy: 10_000)
            digits[count] = UInt16(truncatingIfNeeded: remainder)
            count += 1
            small = quotient
        }
        var lowest = 0
        while lowest < count, digits[lowest] == 0 { lowest += 1 }
        let stored = count - lowest
        put(UInt16(stored), target, 0)
        put(UInt16(bitPattern: stored == 0 ? 0 : Int16(count - 3)), target, 2)
        put(units < 0 ? negative : 0, target, 4)
        put(UInt16(scale), target, 6)
        for place in 0..<stored { put(digits[count - 1 - place], target, 8 + 2 * place) }
        return 8 + 2 * stored
    }

    /// The value of a binary numeric in units of 10⁻⁸.
    ///
    /// Throws a usage error for NaN and infinities, more than eight decimals, and what does not fit an Int128.
    public static func decode(_ bytes: UnsafeRawBufferPointer) throws(PostgresError) -> Int128 {
        guard bytes.count >= 8 else { throw .usage("a numeric of \(bytes.count) bytes is cut short") }
        let count = Int(get(bytes, 0))
        let weight = Int(Int16(bitPattern: get(bytes, 2)))
        let sign = get(bytes, 4)
        guard sign == 0 || sign == negative else { throw .usage("the numeric is NaN or infinite, not a number") }
        guard bytes.count == 8 + 2 * count else { throw .usage("a numeric of \(bytes.count) bytes is cut short") }
        var magnitude: UInt128 = 0
        for index in 0..<count {
            let digit = UInt128(get(bytes, 8 + 2 * index))
            let power = weight - index + 2
            if power < 0 {
                guard digit == 0 else { throw .usage("the numeric has more than \(scale) decimals") }
                continue
            }
            let (scaled, overflow) = magnitude.multipliedReportingOverflow(by: 10_000)
            let (sum, carry) = scaled.addingReportingOverflow(digit)
            guard !overflow, !carry else { throw .usage("the numeric does not fit 128 bits at scale \(scale)") }
            magnitude = sum
        }
        let trailing = weight - (count - 1) + 2
        if count > 0, trailing > 0 {
            for _ in 0..<trailing {
                let (scaled, overflow) = magnitude.multipliedReportingOverflow(by: 10_000)
                guard !overflow else { throw .usage("the numeric does not fit 128 bits at scale \(scale)") }
                magnitude = scaled
            }
        }
        return try signed(magnitude, isNegative: sign == negative)
    }

    private static func signed(_ magnitude: UInt128, isNegative: Bool) throws(PostgresError) -> Int128 {
        if isNegative {
            guard magnitude <= Int128.min.magnitude else {
                throw .usage("the numeric does not fit 128 bits at scale \(scale)")
            }
            return magnitude == Int128.min.magnitude ? Int128.min : -Int128(magnitude)
        }
        guard let value = Int128(exactly: magnitude) else {
            throw .usage("the numeric does not fit 128 bits at scale \(scale)")
        }
        return value
    }

    private static func put(_ value: UInt16, _ target: UnsafeMutableRawPointer, _ offset: Int) {
        target.storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt16.self)
    }

    private static func get(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt16 {
        UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }
}
