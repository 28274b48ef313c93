/// Reads JSON's number grammar into units at scale 8, exactly: `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?`.
@usableFromInline
enum DecimalScanner {
    @usableFromInline
    struct Result {
        @usableFromInline var isNegative = false
        /// Units at scale 8, already rounded half-even when `isRounded`.
        @usableFromInline var magnitude: UInt128 = 0
        @usableFromInline var isRounded = false

        @usableFromInline init() {}
    }

    /// Powers of ten up to 10⁸; a switch because it compiles to one load without a lazy-initialisation check.
    @inlinable @inline(__always)
    static func powerOfTen(_ exponent: Int) -> UInt64 {
        switch exponent {
        case 0: 1
        case 1: 10
        case 2: 100
        case 3: 1_000
        case 4: 10_000
        case 5: 100_000
        case 6: 1_000_000
        case 7: 10_000_000
        default: 100_000_000
        }
    }

    /// Plain numbers of at most ten integer digits and eight decimals: nothing can overflow or round.
    /// `nil` sends everything else, malformed text included, to ``scan(_:)``.
    @inlinable
    static func plainUnits(_ bytes: UnsafeRawBufferPointer) -> Int64? {
        let count = bytes.count
        guard count > 0, count <= 20, let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
            return nil
        }
        let start = base[0] == UInt8(ascii: "-") ? 1 : 0
        var index = start
        var value: UInt64 = 0
        while index < count {
            let digit = base[index] &- 48
            guard digit < 10 else { break }
            value = value &* 10 &+ UInt64(digit)
            index &+= 1
        }
        let integerDigits = index &- start
        guard integerDigits > 0, integerDigits <= 10, integerDigits == 1 || base[start] != 48 else { return nil }
        var decimals = 0
        if index < count {
            guard base[index] == UInt8(ascii: ".") else { return nil }
            index &+= 1
            let firstDecimal = index
            while index < count {
                let digit = base[index] &- 48
                guard digit < 10 else { return nil }
                value = value &* 10 &+ UInt64(digit)
                index &+= 1
            }
            decimals = index &- firstDecimal
            guard decimals > 0, decimals <= 8 else { return nil }
        }
        let units = Int64(bitPattern: value &* powerOfTen(8 &- decimals))
        return start == 1 ? 0 &- units : units
    }

    /// The whole grammar. Throws `.notANumber`, or `.outOfRange(range)` when the magnitude needs more than `limit`.
    @usableFromInline
    static func scan(
        _ bytes: UnsafeRawBufferPointer, limit: UInt128, range: NumberRange
    ) throws(NumberError) -> Result {
        let layout = try Layout(bytes)
        var result = Result()
        result.isNegative = layout.isNegative
        var reader = DigitReader(kept: layout.integerCount &+ layout.exponent &+ Fixed8.decimals)
        for index in layout.integerStart..<layout.integerStart &+ layout.integerCount {
            guard reader.read(bytes[index] &- 48) else { throw .outOfRange(range) }
        }
        for index in layout.fractionStart..<layout.fractionStart &+ layout.fractionCount {
            guard reader.read(bytes[index] &- 48) else { throw .outOfRange(range) }
        }
        guard reader.finish(), reader.magnitude <= limit else { throw .outOfRange(range) }
        result.magnitude = reader.magnitude
        result.isRounded = reader.isRounded
        return result
    }

    /// Where the parts of a number lie in its text.
    private struct Layout {
        var isNegative = false
        var integerStart = 0
        var integerCount = 0
        var fractionStart = 0
        var fractionCount = 0
        var exponent = 0

        /// Beyond any text's length, so that clamping an exponent there changes no outcome.
        static let maximumExponent = 1 << 40

        init(_ bytes: UnsafeRawBufferPointer) throws(NumberError) {
            var index = 0
            func byte() -> UInt8 { index < bytes.count ? bytes[index] : 0 }
            func digits() -> Int {
                let start = index
                while index < bytes.count, bytes[index] &- 48 < 10 { index += 1 }
                return index - start
            }
            isNegative = byte() == UInt8(ascii: "-")
            if isNegative { index += 1 }
            integerStart = index
            integerCount = digits()
            guard integerCount > 0 else { throw .notANumber(offset: index) }
            guard integerCount == 1 || bytes[integerStart] != UInt8(ascii: "0") else {
                throw .notANumber(offset: integerStart + 1)
            }
            fractionStart = index
            if byte() == UInt8(ascii: ".") {
                index += 1
                fractionStart = index
                fractionCount = digits()
                guard fractionCount > 0 else { throw .notANumber(offset: index) }
            }
            if byte() | 0x20 == UInt8(ascii: "e") {
                index += 1
                let isDown = byte() == UInt8(ascii: "-")
                if isDown || byte() == UInt8(ascii: "+") { index += 1 }
                let start = index
                guard digits() > 0 else { throw .notANumber(offset: index) }
                for position in start..<index {
                    exponent = min(exponent * 10 + Int(bytes[position] &- 48), Self.maximumExponent)
                }
                if isDown { exponent = -exponent }
            }
            guard index == bytes.count else { throw .notANumber(offset: index) }
        }
    }

    /// Takes digits from the left, keeps the first `kept` and rounds the rest half-even.
    private struct DigitReader {
        var magnitude: UInt128 = 0
        var isRounded = false
        /// How many more digits count; at or below zero, digits are dropped.
        private var kept: Int
        private var firstDropped: UInt8 = 0
        private var isRestDropped = false

        init(kept: Int) { self.kept = kept }

        /// False when the magnitude no longer fits 128 bits.
        mutating func read(_ digit: UInt8) -> Bool {
            defer { kept &-= 1 }
            if kept > 0 { return push(digit) }
            // Digits right of the first dropped place only matter as "something is there".
            if kept == 0 { firstDropped = digit } else if digit != 0 { isRestDropped = true }
            return true
        }

        private mutating func push(_ digit: UInt8) -> Bool {
            let (tenfold, overflowed) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, carried) = tenfold.addingReportingOverflow(UInt128(digit))
            magnitude = sum
            return !overflowed && !carried
        }

        mutating func finish() -> Bool {
            if magnitude != 0 {
                while kept > 0 {
                    guard push(0) else { return false }
                    kept &-= 1
                }
            }
            isRounded = firstDropped != 0 || isRestDropped
            let isUp = firstDropped > 5 || (firstDropped == 5 && (isRestDropped || magnitude & 1 == 1))
            guard isUp else { return true }
            let (sum, carried) = magnitude.addingReportingOverflow(1)
            magnitude = sum
            return !carried
        }
    }
}
