/// The days and hours of one exchange. Look-ups are a division and one hash; ``SessionCache`` spares even those.
public struct ExchangeSchedule: Sendable {
    /// Minutes after local midnight.
    struct Hours: Hashable, Sendable {
        var preOpen: Int
        var open: Int
        var close: Int
        var cutOff: Int

        var isValid: Bool {
            0 <= preOpen && preOpen <= open && open < close && close <= cutOff && cutOff <= 1_440
        }

        func day(_ date: CivilDate, offsetMinutes: Int) -> SessionDay {
            func moment(_ minutes: Int) -> Timestamp {
                Timestamp(date, minutes: minutes, offsetMinutes: offsetMinutes)
            }
            return SessionDay(
                tradingDay: date, preOpen: moment(preOpen), open: moment(open), close: moment(close),
                cutOff: moment(cutOff))
        }
    }

    /// The zone's IANA name, for display.
    public let zone: String
    /// Minutes east of UTC, all year round.
    public let offsetMinutes: Int
    let hours: Hours
    /// Other hours while the United States keep standard time, as commodity exchanges have.
    let winterHours: Hours?
    let closedWeekdays: Set<Weekday>
    /// `nil` marks a holiday, hours a special session; they win over weekdays.
    let exceptions: [CivilDate: Hours?]

    /// Every day of UTC, around the clock.
    public static let continuous = ExchangeSchedule(
        zone: "UTC", offsetMinutes: 0, hours: Hours(preOpen: 0, open: 0, close: 1_440, cutOff: 1_440),
        winterHours: nil, closedWeekdays: [], exceptions: [:])

    /// The session of `date`; `nil` on a weekend or holiday.
    public func session(on date: CivilDate) -> SessionDay? {
        if let exception = exceptions[date] { return exception?.day(date, offsetMinutes: offsetMinutes) }
        if !closedWeekdays.isEmpty, closedWeekdays.contains(date.weekday) { return nil }
        let hours = winterHours.flatMap { UnitedStatesTime.isWinter(date) ? $0 : nil } ?? hours
        return hours.day(date, offsetMinutes: offsetMinutes)
    }

    /// The session that a tick at `time` belongs to; `nil` outside of any.
    public func session(at time: Timestamp) -> SessionDay? {
        guard let day = session(on: tradingDay(at: time)), day.contains(time) else { return nil }
        return day
    }

    /// Whether a session began later than `earlier` and no later than `time`, be it over or not. What was traded on a day, such
    /// as its high, and was told at `earlier` doesn't count any more at `time` then.
    public func sessionBegan(after earlier: Timestamp, until time: Timestamp) -> Bool {
        var day = tradingDay(at: time)
        let first = tradingDay(at: earlier)
        while first <= day {
            if let session = session(on: day), session.preOpen <= time { return earlier < session.preOpen }
            day = day.adding(days: -1)
        }
        return false
    }

    /// Whether a local day with a session began later than `earlier` and no later than `time`. The close before it is
    /// another one from midnight on, and feeds tell it before the pre-open.
    public func sessionDayBegan(after earlier: Timestamp, until time: Timestamp) -> Bool {
        var day = tradingDay(at: time)
        let first = tradingDay(at: earlier)
        while first < day {
            if session(on: day) != nil { return true }
            day = day.adding(days: -1)
        }
        return false
    }

    /// The local day at `time`, session or not.
    public func tradingDay(at time: Timestamp) -> CivilDate { time.date(offsetMinutes: offsetMinutes) }

    /// The days with a session from `first` through `last`.
    public func tradingDays(from first: CivilDate, through last: CivilDate) -> [CivilDate] {
        guard first <= last else { return [] }
        return (first.dayNumber...last.dayNumber).lazy.map(CivilDate.init(dayNumber:)).filter { session(on: $0) != nil }
    }
}

/// Daylight saving as the United States have kept it since 2007.
enum UnitedStatesTime {
    /// Outside the second Sunday of March up to the first Sunday of November.
    static func isWinter(_ date: CivilDate) -> Bool {
        let year = date.year
        guard let march = CivilDate(year: year, month: 3, day: 8),
            let november = CivilDate(year: year, month: 11, day: 1)
        else { return false }
        return date < firstSunday(from: march) || date >= firstSunday(from: november)
    }

    private static func firstSunday(from date: CivilDate) -> CivilDate {
        date.adding(days: 7 - date.weekday.rawValue)
    }
}

/// Remembers the last session found, for ticks that mostly fall into the same one.
public struct SessionCache: Sendable {
    private let schedule: ExchangeSchedule
    private var last: SessionDay?

    public init(_ schedule: ExchangeSchedule) { self.schedule = schedule }

    /// The session that a tick at `time` belongs to; `nil` outside of any.
    public mutating func session(at time: Timestamp) -> SessionDay? {
        if let last, last.contains(time) { return last }
        guard let found = schedule.session(at: time) else { return nil }
        last = found
        return found
    }
}
