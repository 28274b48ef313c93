import Domain
import Foundation

/// A part of the day in which a user is not to be disturbed.
struct QuietHours: Sendable, Equatable {
    private static let minutesPerDay = 1_440

    /// Minutes since midnight, the zone's.
    let from: Int
    /// Before `from`: the next day's.
    let to: Int
    let zone: LocalZone

    /// nil unless both are `HH:MM`.
    init?(from: String?, to: String?, zone: LocalZone) {
        guard let start = from.flatMap(Self.minutes), let end = to.flatMap(Self.minutes) else { return nil }
        self.from = start
        self.to = end
        self.zone = zone
    }

    private static func minutes(_ text: String) -> Int? {
        let parts = text.split(separator: ":").compactMap { Int($0) }
        guard parts.count == 2, (0..<24).contains(parts[0]), (0..<60).contains(parts[1]) else { return nil }
        return parts[0] * 60 + parts[1]
    }

    /// Equal ends: there is no time at which what they hold back could be sent.
    var areWholeDay: Bool { from == to }

    /// The end of the quiet hours that `now` lies in; nil outside of them.
    func end(at now: Timestamp) -> Timestamp? {
        let offset = zone.offsetMinutes(at: now)
        let day = now.date(offsetMinutes: offset)
        let midnight = Timestamp(day, minutes: 0, offsetMinutes: offset)
        let minute = Int((now.microseconds - midnight.microseconds) / Timestamp.microsecondsPerMinute)
        let isOvernight = to <= from
        let isQuiet = isOvernight ? minute >= from || minute < to : (from..<to).contains(minute)
        guard isQuiet else { return nil }
        let isNextDay = isOvernight && minute >= from
        return Timestamp(day, minutes: to + (isNextDay ? Self.minutesPerDay : 0), offsetMinutes: offset)
    }
}

/// Where a user lives: an offset, or a zone by its name with what summer does to it.
struct LocalZone: Sendable, Equatable {
    /// The exchanges'.
    static let indian = LocalZone(fixedMinutes: 330)

    private let fixedMinutes: Int?
    private let zone: TimeZone?

    private init(fixedMinutes: Int? = nil, zone: TimeZone? = nil) {
        self.fixedMinutes = fixedMinutes
        self.zone = zone
    }

    /// `+05:30`, or an IANA name; nil for a name that this system does not know.
    init?(_ text: String) {
        if let sign = text.first, sign == "+" || sign == "-" {
            let parts = text.dropFirst().split(separator: ":").compactMap { Int($0) }
            guard parts.count == 2 else { return nil }
            self.init(fixedMinutes: (parts[0] * 60 + parts[1]) * (sign == "-" ? -1 : 1))
            return
        }
        guard let zone = TimeZone(identifier: text) else { return nil }
        self.init(zone: zone)
    }

    func offsetMinutes(at time: Timestamp) -> Int {
        if let fixedMinutes { return fixedMinutes }
        let date = Date(timeIntervalSince1970: TimeInterval(time.microseconds / Timestamp.microsecondsPerSecond))
        return (zone?.secondsFromGMT(for: date) ?? 0) / 60
    }
}
