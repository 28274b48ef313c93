/// PostgreSQL's binary `numeric`: base-10 000 digits with a weight; at scale 8 two digits stand after the point.
enum NumericFormat {
    /// 39 decimal digits of an Int128 are at most 10 digits of base 10 000.
    private static let maximumDigits = 10
    private static let fractionDigits = 2

    /// Appends `units` × 10⁻⁸ with its length prefix, as array elements and COPY fields carry it.
    static func append(_ units: Int128, to buffer: ByteBuffer) {
        withUnsafeTemporaryAllocation(of: UInt16.self, capacity: maximumDigits) { digits in
            let count = split(units.magnitude, into: digits)
            write(isNegative: units < 0, digits: digits, count: count, buffer: buffer)
        }
    }

    /// Fills `digits` with the base-10 000 digits of `magnitude`, least first; returns how many there are.
    private static func split(_ magnitude: UInt128, into digits: UnsafeMutableBufferPointer<UInt16>) -> Int {
        var count = 0
        var high = magnitude
        while high > UInt128(UInt64.max) {
            let (quotient, remainder) = high.quotientAndRemainder(dividingBy: 10_000)
            digits[count] = UInt16(truncatingIfNeeded: remainder)
            high = quotient
            count += 1
        }
        var low = UInt64(high)
        while low > 0 {
            let quotient = low / 10_000
            digits[count] = UInt16(truncatingIfNeeded: low - quotient * 10_000)
            low = quotient
            count += 1
        }
        return count
    }

    private static func write(
        isNegative: Bool, digits: UnsafeMutableBufferPointer<UInt16>, count: Int, buffer: ByteBuffer
    ) {
        var lowest = 0
        while lowest < count, digits[lowest] == 0 { lowest += 1 }
        let length = count - lowest
        buffer.append(Int32(8 + 2 * length))
        buffer.append(Int16(length))
        buffer.append(Int16(length == 0 ? 0 : count - 1 - fractionDigits))
        buffer.append(UInt16(isNegative ? 0x4000 : 0))
        buffer.append(Int16(8))
        var index = count - 1
        while index >= lowest {
            buffer.append(digits[index])
            index -= 1
        }
    }

    /// Reads a binary numeric; nil when it has more than 8 decimals, is not finite or does not fit.
    static func units(_ bytes: UnsafeRawBufferPointer) -> Int128? {
        guard bytes.count >= 8 else { return nil }
        let count = Int(bytes.bigEndian(at: 0, as: Int16.self))
        let weight = Int(bytes.bigEndian(at: 2, as: Int16.self))
        let sign = bytes.bigEndian(at: 4, as: UInt16.self)
        guard sign == 0 || sign == 0x4000, count >= 0, bytes.count >= 8 + 2 * count else { return nil }
        guard count > 0 else { return 0 }
        var value: Int128 = 0
        for index in 0..<count {
            let digit = Int128(bytes.bigEndian(at: 8 + 2 * index, as: UInt16.self))
            let (scaled, overflow) = value.multipliedReportingOverflow(by: 10_000)
            if overflow { return nil }
            value = scaled + digit
        }
        var exponent = weight - (count - 1) + fractionDigits
        guard exponent >= 0 else { return nil }
        while exponent > 0 {
            let (scaled, overflow) = value.multipliedReportingOverflow(by: 10_000)
            if overflow { return nil }
            value = scaled
            exponent -= 1
        }
        return sign == 0 ? value : -value
    }
}

extension UnsafeRawBufferPointer {
    /// The big-endian integer at `offset`, which must lie inside.
    @inline(__always)
    func bigEndian<T: FixedWidthInteger>(at offset: Int, as type: T.Type) -> T {
        T(bigEndian: loadUnaligned(fromByteOffset: offset, as: type))
    }
}
