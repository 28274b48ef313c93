/// PostgreSQL's binary `numeric`: base-10 000 digits with a weight; at scale 8 two digits stand after the point.
enum NumericFormat {
    /// 39 decimal digits of an Int128 are at most 10 digits of base 10 000.
    private static let maximumDigits = 10
    private static let fractionDigits = 2
    private static let base: UInt64 = 10_000
    private static let twoDigits = base * base
    /// Below this a number is four digits, which fit one word.
    private static let fourDigits = twoDigits * twoDigits
    private static let digitBits = 16

    /// Of a field without its length prefix.
    static let maximumBytes = headerBytes + 2 * maximumDigits
    /// Digit count, weight, sign and scale.
    private static let headerBytes = 8

    /// Appends `units` × 10⁻⁸ with its length prefix, as array elements and COPY fields carry it.
    static func append(_ units: Int128, to buffer: ByteBuffer) {
        let start = buffer.room(for: MemoryLayout<Int32>.size + maximumBytes)
        buffer.take(upTo: start + write(units, to: start))
    }

    /// Writes the same to `start`, where there must be room for the length and `maximumBytes`; returns how many bytes.
    @inline(__always)
    static func write(_ units: Int128, to start: UnsafeMutableRawPointer) -> Int {
        guard let small = UInt64(exactly: units.magnitude), small < fourDigits else {
            return writeWide(units, to: start)
        }
        let (high, low) = small.quotientAndRemainder(dividingBy: twoDigits)
        let digits = (high / base) << 48 | (high % base) << 32 | (low / base) << 16 | low % base
        // Zeros at both ends are not sent.
        let leading = digits.leadingZeroBitCount / digitBits
        let sent = digits == 0 ? 0 : UInt64.bitWidth / digitBits - leading - digits.trailingZeroBitCount / digitBits
        writeHeader(isNegative: units < 0, sent: sent, all: UInt64.bitWidth / digitBits - leading, to: start)
        let cursor = start + MemoryLayout<Int32>.size + headerBytes
        cursor.storeBytes(of: (digits << UInt64(leading * digitBits)).bigEndian, as: UInt64.self)
        return cursor + 2 * sent - start
    }

    @inline(__always)
    private static func writeHeader(isNegative: Bool, sent: Int, all: Int, to start: UnsafeMutableRawPointer) {
        let length = Int32(truncatingIfNeeded: headerBytes + 2 * sent)
        let weight = sent == 0 ? 0 : all - 1 - fractionDigits
        start.storeBytes(of: length.bigEndian, as: Int32.self)
        start.storeBytes(of: Int16(truncatingIfNeeded: sent).bigEndian, toByteOffset: 4, as: Int16.self)
        start.storeBytes(of: Int16(truncatingIfNeeded: weight).bigEndian, toByteOffset: 6, as: Int16.self)
        start.storeBytes(of: UInt16(isNegative ? 0x4000 : 0).bigEndian, toByteOffset: 8, as: UInt16.self)
        start.storeBytes(of: Int16(8).bigEndian, toByteOffset: 10, as: Int16.self)
    }

    @inline(never)
    private static func writeWide(_ units: Int128, to start: UnsafeMutableRawPointer) -> Int {
        withUnsafeTemporaryAllocation(of: UInt16.self, capacity: maximumDigits) { digits in
            var all = 0
            var high = units.magnitude
            while high > 0 {
                let (quotient, remainder) = high.quotientAndRemainder(dividingBy: 10_000)
                digits[all] = UInt16(truncatingIfNeeded: remainder)
                high = quotient
                all += 1
            }
            var lowest = 0
            while lowest < all, digits[lowest] == 0 { lowest += 1 }
            writeHeader(isNegative: units < 0, sent: all - lowest, all: all, to: start)
            var cursor = start + MemoryLayout<Int32>.size + headerBytes
            for index in (lowest..<all).reversed() {
                cursor.storeBytes(of: digits[index].bigEndian, as: UInt16.self)
                cursor += 2
            }
            return cursor - start
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
