/// Writes units at scale 8 as their shortest text: no exponent, no trailing zeros, "-0" never.
@usableFromInline
enum DecimalText {
    /// A sign, 39 digits, a point, and room to spare.
    static let maximumBytes = 48

    /// Calls `body` with the text's bytes, valid only inside it.
    static func with<R>(isNegative: Bool, magnitude: UInt128, _ body: (UnsafeRawBufferPointer) -> R) -> R {
        withUnsafeTemporaryAllocation(byteCount: maximumBytes, alignment: 1) { buffer in
            let start = fill(buffer, isNegative: isNegative, magnitude: magnitude)
            return body(UnsafeRawBufferPointer(rebasing: buffer[start...]))
        }
    }

    /// Fills `buffer` from its end and returns where the text starts.
    private static func fill(_ buffer: UnsafeMutableRawBufferPointer, isNegative: Bool, magnitude: UInt128) -> Int {
        var index = buffer.count
        func put(_ byte: UInt8) {
            index &-= 1
            buffer[index] = byte
        }
        let scale = UInt128(Fixed8.unitsPerOne)
        var whole: UInt128
        var fraction: UInt64
        if let small = UInt64(exactly: magnitude) {
            whole = UInt128(small / UInt64(Fixed8.unitsPerOne))
            fraction = small % UInt64(Fixed8.unitsPerOne)
        } else {
            let parts = magnitude.quotientAndRemainder(dividingBy: scale)
            whole = parts.quotient
            fraction = UInt64(parts.remainder)
        }
        if fraction != 0 {
            var decimals = Fixed8.decimals
            while fraction % 10 == 0 {
                fraction /= 10
                decimals -= 1
            }
            for _ in 0..<decimals {
                put(UInt8(48 + fraction % 10))
                fraction /= 10
            }
            put(UInt8(ascii: "."))
        }
        while whole > UInt128(UInt64.max) {
            let parts = whole.quotientAndRemainder(dividingBy: 10)
            put(UInt8(48 + UInt8(parts.remainder)))
            whole = parts.quotient
        }
        var small = UInt64(whole)
        repeat {
            put(UInt8(48 + small % 10))
            small /= 10
        } while small != 0
        if isNegative && magnitude != 0 { put(UInt8(ascii: "-")) }
        return index
    }
}
