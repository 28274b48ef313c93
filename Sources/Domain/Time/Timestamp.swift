/// A moment: microseconds since 1970-01-01T00:00:00Z, within the years 1 to 9999 (all of which PostgreSQL holds).
@frozen
public struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let microseconds: Int64

    @inlinable public static var microsecondsPerSecond: Int64 { 1_000_000 }
    @inlinable public static var microsecondsPerMinute: Int64 { 60_000_000 }
    @inlinable public static var microsecondsPerDay: Int64 { 86_400_000_000 }
    /// 0001-01-01T00:00:00Z.
    @inlinable public static var minimum: Timestamp {
        Timestamp(microseconds: Int64(CivilDate.minimum.dayNumber) * microsecondsPerDay)
    }
    /// 9999-12-31T23:59:59.999999Z.
    @inlinable public static var maximum: Timestamp {
        Timestamp(microseconds: (Int64(CivilDate.maximum.dayNumber) + 1) * microsecondsPerDay - 1)
    }

    /// The caller vouches for the range ``minimum`` … ``maximum``.
    @inlinable
    public init(microseconds: Int64) { self.microseconds = microseconds }

    /// `nil` outside ``minimum`` … ``maximum``.
    @inlinable
    public init?(checkingMicroseconds microseconds: Int64) {
        let value = Timestamp(microseconds: microseconds)
        guard value >= .minimum, value <= .maximum else { return nil }
        self = value
    }

    /// Midnight of `date` plus `minutes`, in a zone `offsetMinutes` east of UTC.
    @inlinable
    public init(_ date: CivilDate, minutes: Int = 0, offsetMinutes: Int = 0) {
        microseconds =
            Int64(date.dayNumber) * Self.microsecondsPerDay
            + Int64(minutes - offsetMinutes) * Self.microsecondsPerMinute
    }

    @inlinable
    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.microseconds < right.microseconds }

    /// The day at this moment in a zone `offsetMinutes` east of UTC.
    @inlinable
    public func date(offsetMinutes: Int = 0) -> CivilDate {
        let local = microseconds + Int64(offsetMinutes) * Self.microsecondsPerMinute
        return CivilDate(dayNumber: Int32(truncatingIfNeeded: Self.floorDivide(local, Self.microsecondsPerDay)))
    }

    @inlinable
    static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        let quotient = value / divisor
        return value % divisor < 0 ? quotient - 1 : quotient
    }

    @inlinable
    public func adding(microseconds delta: Int64) -> Timestamp { Timestamp(microseconds: microseconds + delta) }
}

/// Why a text is not a moment.
public enum TimestampError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The text does not follow RFC 3339 with an offset; `offset` is the first byte that does not fit.
    case malformed(offset: Int)
    /// A field that no clock or calendar has: month 13, 30 February, hour 24, second 60, offset hour 24.
    case noSuchMoment
    /// Before year 1 or after year 9999 once converted to UTC.
    case outOfRange

    public var description: String {
        switch self {
        case .malformed(let offset): "not an RFC 3339 time with an offset (at byte \(offset))"
        case .noSuchMoment: "no such time (leap seconds are refused)"
        case .outOfRange: "out of range \(Timestamp.minimum)…\(Timestamp.maximum)"
        }
    }
}
