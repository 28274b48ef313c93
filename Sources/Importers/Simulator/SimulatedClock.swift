import Domain

/// Time inside NSE's sessions, Monday to Friday, 09:15 to 15:30: an even share of the whole for each event.
struct SimulatedClock {
    private(set) var day: CivilDate
    private(set) var now: Timestamp
    private var sinceOpen: Int64 = 0
    private let shareMicroseconds: Int64

    init(_ options: SimulatorOptions) {
        day = Self.tradingDay(onOrAfter: options.firstDay)
        now = Self.open(day)
        let total = HistoryInterval.tradingDayMicroseconds * Int64(options.days)
        shareMicroseconds = max(1, total / Int64(max(1, options.events)))
    }

    /// Moves to a moment within the next event's share, and the event after it to the share behind; over the close to
    /// the next day's open.
    mutating func advance(_ random: inout RandomSource) {
        let moment = sinceOpen + Int64(random.below(Int(shareMicroseconds)))
        sinceOpen += shareMicroseconds
        let session = HistoryInterval.tradingDayMicroseconds
        for _ in 0..<moment / session {
            day = Self.tradingDay(onOrAfter: day.adding(days: 1))
            sinceOpen -= session
        }
        now = Self.open(day).adding(microseconds: moment % session)
    }

    private static func open(_ day: CivilDate) -> Timestamp { LocalTime.sessionOpen(day, exchange: "NSE") }

    private static func tradingDay(onOrAfter date: CivilDate) -> CivilDate {
        switch date.weekday {
        case .saturday: date.adding(days: 2)
        case .sunday: date.adding(days: 1)
        default: date
        }
    }
}
