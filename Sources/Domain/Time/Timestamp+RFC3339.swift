extension Timestamp {
    /// Reads RFC 3339: `2026-01-15T09:15:00.123456+05:30`, `…Z`; `t` and `z` as well, a space never.
    /// Fraction digits behind the sixth are cut off, not rounded: a time must not move into the next second.
    /// - Throws: `.malformed`, `.noSuchMoment` (second 60 included), `.outOfRange`.
    @inlinable
    public init(parsing bytes: UnsafeRawBufferPointer) throws(TimestampError) {
        let count = bytes.count
        guard count >= 20, let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
            throw .malformed(offset: count)
        }
        var badDigits: UInt8 = 0
        @inline(__always) func two(_ index: Int) -> Int {
            let (tens, ones) = (base[index] &- 48, base[index + 1] &- 48)
            // What is above 9 has its high bit set, or gets it by adding 118: looked at once for all fields.
            badDigits |= tens | (tens &+ 118) | ones | (ones &+ 118)
            return Int(tens) &* 10 &+ Int(ones)
        }
        let year = two(0) &* 100 &+ two(2)
        let (month, day, hour, minute, second) = (two(5), two(8), two(11), two(14), two(17))
        let isPunctuated =
            base[4] == UInt8(ascii: "-") && base[7] == UInt8(ascii: "-") && base[10] | 0x20 == UInt8(ascii: "t")
            && base[13] == UInt8(ascii: ":") && base[16] == UInt8(ascii: ":")
        guard badDigits & 0x80 == 0, isPunctuated else { throw Self.firstMisfit(bytes) }

        var index = 19
        var fraction: Int64 = 0
        if base[index] == UInt8(ascii: ".") {
            index += 1
            let start = index
            while index < count {
                let digit = base[index] &- 48
                guard digit < 10 else { break }
                if index < start + 6 { fraction = fraction &* 10 &+ Int64(digit) }
                index += 1
            }
            guard index > start, index < count else { throw .malformed(offset: index) }
            var missing = start + 6 - index
            while missing > 0 {
                fraction &*= 10
                missing -= 1
            }
        }
        var offsetMinutes = 0
        if base[index] | 0x20 == UInt8(ascii: "z") {
            index += 1
        } else {
            let sign = base[index]
            guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { throw .malformed(offset: index) }
            guard count - index >= 6, base[index + 3] == UInt8(ascii: ":") else { throw .malformed(offset: index) }
            let (hours, minutes) = (two(index + 1), two(index + 4))
            guard badDigits & 0x80 == 0 else { throw .malformed(offset: index) }
            guard hours < 24, minutes < 60 else { throw .noSuchMoment }
            offsetMinutes = (hours * 60 + minutes) * (sign == UInt8(ascii: "-") ? -1 : 1)
            index += 6
        }
        guard index == count else { throw .malformed(offset: index) }
        guard hour < 24, minute < 60, second < 60 else { throw .noSuchMoment }
        guard let date = CivilDate(year: year, month: month, day: day) else {
            if year == 0 { throw .outOfRange }
            throw .noSuchMoment
        }
        let secondOfDay = Int64((hour * 60 + minute - offsetMinutes) * 60 + second)
        let microseconds =
            Int64(date.dayNumber) * Self.microsecondsPerDay + secondOfDay * Self.microsecondsPerSecond + fraction
        guard let value = Timestamp(checkingMicroseconds: microseconds) else { throw .outOfRange }
        self = value
    }

    /// Reads RFC 3339 from text; see ``init(parsing:)-(UnsafeRawBufferPointer)``.
    public init(parsing text: String) throws(TimestampError) {
        self = try text.withBytes { bytes throws(TimestampError) in try Timestamp(parsing: bytes) }
    }

    /// Reads RFC 3339 from a span; see ``init(parsing:)-(UnsafeRawBufferPointer)``.
    @inlinable
    public init(parsing span: RawSpan) throws(TimestampError) {
        self = try span.withUnsafeBytes { bytes throws(TimestampError) in try Timestamp(parsing: bytes) }
    }

    /// The first of the 19 fixed places that does not fit `0000-00-00T00:00:00`.
    @usableFromInline
    static func firstMisfit(_ bytes: UnsafeRawBufferPointer) -> TimestampError {
        let pattern: StaticString = "0000-00-00t00:00:00"
        return pattern.withUTF8Buffer { expected in
            for (index, wanted) in expected.enumerated() {
                let byte = bytes[index]
                let isFit =
                    switch wanted {
                    case UInt8(ascii: "0"): byte &- 48 < 10
                    case UInt8(ascii: "t"): byte | 0x20 == wanted
                    default: byte == wanted
                    }
                if !isFit { return .malformed(offset: index) }
            }
            return .malformed(offset: expected.count)
        }
    }

    /// RFC 3339 in UTC with the fraction digits needed and no more: `2026-01-15T03:45:00.1234Z`, `2026-01-15T03:45:00Z`.
    public var description: String {
        withText { String(decoding: $0, as: UTF8.self) }
    }

    /// Calls `body` with the bytes of ``description``, valid only inside it.
    public func withText<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
        withUnsafeTemporaryAllocation(byteCount: 27, alignment: 1) { buffer in
            let count = fill(buffer)
            return body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }

    private func fill(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        func put(_ value: Int, at start: Int, digits: Int) {
            var rest = value
            for index in stride(from: start + digits - 1, through: start, by: -1) {
                buffer[index] = UInt8(truncatingIfNeeded: 48 + rest % 10)
                rest /= 10
            }
        }
        let date = date()
        let (year, month, day) = date.components
        let ofDay = Int(microseconds - Int64(date.dayNumber) * Self.microsecondsPerDay)
        let (second, fraction) = (ofDay / 1_000_000, ofDay % 1_000_000)
        let template: StaticString = "0000-00-00T00:00:00."
        template.withUTF8Buffer { buffer.copyMemory(from: UnsafeRawBufferPointer($0)) }
        put(year, at: 0, digits: 4)
        put(month, at: 5, digits: 2)
        put(day, at: 8, digits: 2)
        put(second / 3_600, at: 11, digits: 2)
        put(second / 60 % 60, at: 14, digits: 2)
        put(second % 60, at: 17, digits: 2)
        var end = 19
        if fraction != 0 {
            put(fraction, at: 20, digits: 6)
            end = 26
            while buffer[end - 1] == UInt8(ascii: "0") { end -= 1 }
        }
        buffer[end] = UInt8(ascii: "Z")
        return end + 1
    }
}
