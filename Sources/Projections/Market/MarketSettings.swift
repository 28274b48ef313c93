import Domain
import Foundation

/// What the market fold is told from outside: the same for all lanes of a process.
public struct MarketSettings: Sendable {
    /// A file with another calendar than the built-in one.
    public static let calendarVariable = "TAPEFOLD_CALENDAR"
    /// `off` leaves table `ticks` empty.
    public static let ticksVariable = "TAPEFOLD_TICKS"

    public var calendar: ExchangeCalendar
    /// Whether every tick gets a row, beside quotes and candles.
    public var keepsTicks: Bool

    public init(calendar: ExchangeCalendar, keepsTicks: Bool = true) {
        self.calendar = calendar
        self.keepsTicks = keepsTicks
    }

    /// Reads the settings from `environment`.
    /// - Throws: `CalendarError` when a setting is none, or the calendar can't be read or contradicts itself.
    public static func load(_ environment: [String: String]) throws(CalendarError) -> MarketSettings {
        let keepsTicks = try keepsTicks(environment)
        guard let path = environment[calendarVariable], !path.isEmpty else {
            return MarketSettings(calendar: try .standard(), keepsTicks: keepsTicks)
        }
        let text: Data
        do {
            text = try Data(contentsOf: URL(filePath: path))
        } catch {
            throw CalendarError(entry: "\(calendarVariable)=\(path)", reason: error.localizedDescription)
        }
        return MarketSettings(calendar: try ExchangeCalendar(json: text), keepsTicks: keepsTicks)
    }

    private static func keepsTicks(_ environment: [String: String]) throws(CalendarError) -> Bool {
        guard let text = environment[ticksVariable], !text.isEmpty else { return true }
        switch text.lowercased() {
        case "on": return true
        case "off": return false
        default: throw CalendarError(variable: ticksVariable, reason: "\"\(text)\" is neither on nor off")
        }
    }

    /// This process's settings. Whoever configures a view (`ViewRegistry`) refuses when they can't be read, before a fold
    /// is made, which traps then.
    public static let ofProcess: Result<MarketSettings, CalendarError> = Result { () throws(CalendarError) in
        try load(ProcessInfo.processInfo.environment)
    }

    /// The same, for folds: traps when they can't be read.
    static var required: MarketSettings {
        switch ofProcess {
        case .success(let settings): settings
        case .failure(let error): preconditionFailure(error.description)
        }
    }
}

extension ExchangeCalendar {
    /// The calendar that this process folds by: the built-in one, or what `TAPEFOLD_CALENDAR` names. Traps when that can't
    /// be read, as a view that folded by another one would be wrong.
    public static var ofProcess: ExchangeCalendar { MarketSettings.required.calendar }
}
