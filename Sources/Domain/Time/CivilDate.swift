/// A day of the proleptic Gregorian calendar, years 1 to 9999, without a zone.
@frozen
public struct CivilDate: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Days since 1970-01-01.
    public let dayNumber: Int32

    /// 0001-01-01.
    @inlinable public static var minimum: CivilDate { CivilDate(dayNumber: -719_162) }
    /// 9999-12-31.
    @inlinable public static var maximum: CivilDate { CivilDate(dayNumber: 2_932_896) }

    /// Takes days since 1970-01-01; the caller vouches for years 1 to 9999.
    @inlinable
    public init(dayNumber: Int32) { self.dayNumber = dayNumber }

    /// `nil` when there is no such day, or the year is not 1 to 9999.
    @inlinable
    public init?(year: Int, month: Int, day: Int) {
        guard year >= 1, year <= 9_999, month >= 1, month <= 12 else { return nil }
        guard day >= 1, day <= Self.days(inMonth: month, year: year) else { return nil }
        dayNumber = Int32(truncatingIfNeeded: Self.dayNumber(year: year, month: month, day: day))
    }

    /// Reads exactly `YYYY-MM-DD`; `nil` for anything else.
    public init?(parsing text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-") else { return nil }
        var fields = [0, 0, 0]
        for (index, byte) in bytes.enumerated() where index != 4 && index != 7 {
            let digit = byte &- 48
            guard digit < 10 else { return nil }
            let field = index < 4 ? 0 : (index < 7 ? 1 : 2)
            fields[field] = fields[field] * 10 + Int(digit)
        }
        self.init(year: fields[0], month: fields[1], day: fields[2])
    }

    @inlinable
    static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    @inlinable
    static func days(inMonth month: Int, year: Int) -> Int {
        if month == 2 { return isLeap(year) ? 29 : 28 }
        return 30 + (month + month >> 3) & 1
    }

    /// Days since 1970-01-01, counting years from March so that the leap day is a year's last
    /// (Howard Hinnant's `days_from_civil`, for years ≥ 1).
    @inlinable
    static func dayNumber(year: Int, month: Int, day: Int) -> Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// Year, month and day of the month.
    public var components: (year: Int, month: Int, day: Int) {
        let shifted = Int(dayNumber) + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    public var year: Int { components.year }
    public var month: Int { components.month }
    public var day: Int { components.day }

    public var weekday: Weekday {
        // 1970-01-01 was a Thursday.
        let index = (Int(dayNumber) % 7 + 7 + 3) % 7
        return Weekday.allCases[index]
    }

    public func adding(days: Int) -> CivilDate { CivilDate(dayNumber: dayNumber + Int32(days)) }

    @inlinable
    public static func < (left: CivilDate, right: CivilDate) -> Bool { left.dayNumber < right.dayNumber }

    /// `YYYY-MM-DD`.
    public var description: String {
        let (year, month, day) = components
        var text = [UInt8](repeating: UInt8(ascii: "-"), count: 10)
        func put(_ value: Int, at end: Int, digits: Int) {
            var rest = value
            for index in stride(from: end - 1, through: end - digits, by: -1) {
                text[index] = UInt8(48 + rest % 10)
                rest /= 10
            }
        }
        put(year, at: 4, digits: 4)
        put(month, at: 7, digits: 2)
        put(day, at: 10, digits: 2)
        return String(decoding: text, as: UTF8.self)
    }
}

/// The days of the week, Monday first.
public enum Weekday: Int, CaseIterable, Sendable {
    case monday = 1
    case tuesday, wednesday, thursday, friday, saturday, sunday
}
