import Foundation

/// The sessions of all exchanges, from the calendar file. An exchange that the file does not name trades every day of
/// UTC around the clock.
public struct ExchangeCalendar: Sendable {
    private let schedules: [String: ExchangeSchedule]

    /// Reads the calendar file's JSON text.
    /// - Throws: `CalendarError`, saying which entry is wrong.
    public init(json: some DataProtocol) throws(CalendarError) {
        let file: CalendarFile
        do {
            file = try JSONDecoder().decode(CalendarFile.self, from: Data(json))
        } catch {
            throw CalendarError(entry: "file", reason: "\(error)")
        }
        schedules = try file.schedules()
    }

    /// The named exchange's schedule: fetch it once, then ask it for sessions.
    public func schedule(_ exchange: String) -> ExchangeSchedule { schedules[exchange] ?? .continuous }

    /// The exchanges that the file names.
    public var exchanges: [String] { schedules.keys.sorted() }

    /// The session that a tick at `time` belongs to; `nil` outside of any.
    public func session(_ exchange: String, at time: Timestamp) -> SessionDay? { schedule(exchange).session(at: time) }

    /// The session of `date`; `nil` on a weekend or holiday.
    public func session(_ exchange: String, on date: CivilDate) -> SessionDay? { schedule(exchange).session(on: date) }
}

/// What is wrong with a calendar file, and where.
public struct CalendarError: Error, Equatable, Sendable, CustomStringConvertible {
    public let entry: String
    public let reason: String

    public init(entry: String, reason: String) {
        self.entry = entry
        self.reason = reason
        subject = "calendar \(entry)"
    }

    /// What is wrong with a variable of the environment.
    public init(variable: String, reason: String) {
        entry = variable
        self.reason = reason
        subject = variable
    }

    private let subject: String

    public var description: String { "\(subject): \(reason)" }
}
