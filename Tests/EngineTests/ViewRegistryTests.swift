import Domain
import Projections
import Testing

@testable import Engine

/// A setting that cannot be read is told; a fold would only trap.
@Suite struct ViewRegistryTests {
    @Test func aBadCalendarIsToldWithItsVariable() throws {
        let error = CalendarError(entry: "TAPEFOLD_CALENDAR=/no/such/file", reason: "there is no such file")
        let told = #expect(throws: EngineError.self) { try ViewRegistry.checkCalendar(.failure(error)) }
        #expect(told?.message.contains("/no/such/file") == true)
        #expect(told?.message.contains("correct TAPEFOLD_CALENDAR") == true)
        try ViewRegistry.checkCalendar(.success(MarketSettings(calendar: .standard())))
    }
}
