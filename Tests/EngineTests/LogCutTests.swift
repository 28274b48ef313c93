import Domain
import Events
import Projections
import Testing

@testable import Engine

/// What a build leaves out of the log.
@Suite struct LogCutTests {
    private let market: ViewConfiguration

    init() throws { market = try ViewRegistry.standard.configuration(of: "market", in: Topology.standard()) }

    private func tick(_ time: String) throws -> DecodedEvent {
        let update = MarketUpdated(exchange: "NSE", symbol: "TCS", lastPrice: Price(units: 1))
        let envelope = Envelope(id: "1", source: "/test", time: try Timestamp(parsing: time))
        return DecodedEvent(envelope: envelope, payload: .marketUpdated(update))
    }

    @Test func eventsBehindThePointInTime() throws {
        let cut = try #require(
            LogCut(asOf: try Timestamp(parsing: "2026-01-15T10:00:00Z")).of(lane: 0, market))
        #expect(!cut.leavesOut(try tick("2026-01-15T10:00:00Z"), input: 0, offset: 5))
        #expect(cut.leavesOut(try tick("2026-01-15T10:00:00.000001Z"), input: 0, offset: 5))
        #expect(LogCut().of(lane: 0, market) == nil)
    }

    /// Local days: 19:00 UTC is half past midnight in Mumbai.
    @Test func recordsOfEarlierDaysThatAreInTheRowsTakenOver() throws {
        let firstDay = try #require(CivilDate(year: 2026, month: 1, day: 16)).dayNumber
        let carried = CarriedHistory(firstDay: firstDay, next: [0: ["market.updates": 100]])
        let cut = try #require(LogCut(carried: carried).of(lane: 0, market))
        #expect(cut.leavesOut(try tick("2026-01-15T18:29:59Z"), input: 0, offset: 99))
        #expect(!cut.leavesOut(try tick("2026-01-15T19:00:00Z"), input: 0, offset: 99))
        #expect(!cut.leavesOut(try tick("2026-01-15T09:00:00Z"), input: 0, offset: 100), "late, and in no row yet")
        let other = try #require(LogCut(carried: carried).of(lane: 1, market))
        #expect(!other.leavesOut(try tick("2026-01-15T09:00:00Z"), input: 0, offset: 0))
    }
}
