import Foundation
import Projections
import Testing

@testable import Domain

@Suite struct MarketSettingsTests {
    private static let calendarFile = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "topology/calendar.json")

    @Test func builtInCalendarEqualsTheFile() throws {
        let file = try String(contentsOf: Self.calendarFile, encoding: .utf8)
        #expect(ExchangeCalendar.standardJSON + "\n" == file, "copy the file into ExchangeCalendar+Standard.swift")
        #expect(try ExchangeCalendar.standard().exchanges.contains("NSE"))
    }

    @Test func environmentDecides() throws {
        #expect(try MarketSettings.load([:]).keepsTicks)
        #expect(try !MarketSettings.load(["TAPEFOLD_TICKS": "off"]).keepsTicks)
        let settings = try MarketSettings.load(["TAPEFOLD_CALENDAR": Self.calendarFile.path])
        #expect(settings.calendar.exchanges.contains("MCX"))
        #expect(throws: CalendarError.self) { try MarketSettings.load(["TAPEFOLD_CALENDAR": "/no/such/file"]) }
    }
}
