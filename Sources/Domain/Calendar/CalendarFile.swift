/// The calendar file as it is written; see `topology/calendar.json`.
struct CalendarFile: Decodable {
    struct Hours: Decodable {
        var preOpen: String
        var open: String
        var close: String
        var cutOff: String
    }

    struct SpecialSession: Decodable {
        var date: String
        var name: String
        var hours: Hours
    }

    struct Exchange: Decodable {
        var zone: String
        var offsetMinutes: Int
        var hours: Hours
        var hoursInUnitedStatesWinter: Hours?
        var closedWeekdays: [String]
        /// Names of lists in `holidays` and `specialSessions`.
        var holidays: [String]
        var specialSessions: [String]
    }

    var exchanges: [String: Exchange]
    var holidays: [String: [String]]
    var specialSessions: [String: [SpecialSession]]

    func schedules() throws(CalendarError) -> [String: ExchangeSchedule] {
        var result: [String: ExchangeSchedule] = [:]
        for (name, exchange) in exchanges { result[name] = try schedule(exchange, named: name) }
        return result
    }

    private func schedule(_ exchange: Exchange, named name: String) throws(CalendarError) -> ExchangeSchedule {
        guard abs(exchange.offsetMinutes) < 1_440 else {
            throw CalendarError(entry: name, reason: "offsetMinutes \(exchange.offsetMinutes) is no zone's")
        }
        var closed: Set<Weekday> = []
        for text in exchange.closedWeekdays {
            guard let weekday = Weekday.allCases.first(where: { "\($0)" == text }) else {
                throw CalendarError(entry: name, reason: "no weekday is called \(text)")
            }
            closed.insert(weekday)
        }
        return ExchangeSchedule(
            zone: exchange.zone, offsetMinutes: exchange.offsetMinutes,
            hours: try Self.hours(exchange.hours, of: name),
            winterHours: try exchange.hoursInUnitedStatesWinter.map { hours throws(CalendarError) in
                try Self.hours(hours, of: name)
            },
            closedWeekdays: closed, exceptions: try exceptions(exchange, named: name))
    }

    private func exceptions(
        _ exchange: Exchange, named name: String
    ) throws(CalendarError) -> [CivilDate: ExchangeSchedule.Hours?] {
        var result: [CivilDate: ExchangeSchedule.Hours?] = [:]
        for list in exchange.holidays {
            guard let dates = holidays[list] else {
                throw CalendarError(entry: name, reason: "no holidays are called \(list)")
            }
            for text in dates { result.updateValue(nil, forKey: try Self.date(text, in: list)) }
        }
        for list in exchange.specialSessions {
            guard let sessions = specialSessions[list] else {
                throw CalendarError(entry: name, reason: "no special sessions are called \(list)")
            }
            for session in sessions {
                let date = try Self.date(session.date, in: list)
                result.updateValue(try Self.hours(session.hours, of: session.name), forKey: date)
            }
        }
        return result
    }

    private static func date(_ text: String, in entry: String) throws(CalendarError) -> CivilDate {
        guard let date = CivilDate(parsing: text) else {
            throw CalendarError(entry: entry, reason: "\(text) is no date (YYYY-MM-DD)")
        }
        return date
    }

    private static func hours(_ text: Hours, of entry: String) throws(CalendarError) -> ExchangeSchedule.Hours {
        let hours = ExchangeSchedule.Hours(
            preOpen: try minutes(text.preOpen, of: entry), open: try minutes(text.open, of: entry),
            close: try minutes(text.close, of: entry), cutOff: try minutes(text.cutOff, of: entry))
        guard hours.isValid else {
            throw CalendarError(entry: entry, reason: "hours need preOpen ≤ open < close ≤ cutOff ≤ 24:00")
        }
        return hours
    }

    private static func minutes(_ text: String, of entry: String) throws(CalendarError) -> Int {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard text.utf8.count == 5, parts.count == 2, let hour = Int(parts[0]), let minute = Int(parts[1]),
            hour >= 0, minute >= 0, minute < 60, hour * 60 + minute <= 1_440
        else { throw CalendarError(entry: entry, reason: "\(text) is no time of day (HH:MM)") }
        return hour * 60 + minute
    }
}
