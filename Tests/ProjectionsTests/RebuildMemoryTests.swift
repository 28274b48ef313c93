import Domain
import Events
import TestKit
import Testing

@testable import Projections

/// What a rebuild keeps in memory is told in full, and what can be written is let go.
@Suite struct RebuildMemoryTests {
    private func events(_ decoded: [DecodedEvent]) -> ArraySlice<FoldEvent> {
        decoded.enumerated().map { FoldEvent(decoded: $1, input: 0, offset: Int64($0)) }[...]
    }

    @Test func booksAndCorrectionsCountBesideIdentities() throws {
        let fold = PositionsFold(mode: .rebuild, lane: 0)
        for event in events(try (0..<50).map { try executed("t\($0)", "B1@100", at: $0, symbol: "S\($0)") }) {
            #expect(fold.fold(event) == .folded)
        }
        let before = fold.rememberedIdentities
        #expect(before == 50 * (1 + ProjectionLimits.identitiesPerBook))
        #expect(fold.fold(FoldEvent(decoded: voided("t1", at: 60), input: 1, offset: 60)) == .folded)
        #expect(fold.rememberedIdentities == before + ProjectionLimits.identitiesPerCorrection)
    }

    @Test(arguments: [PositionsFold.self, AnalyticsFold.self] as [any ViewFold.Type])
    func changedBooksWaitForAFlush(_ type: any ViewFold.Type) throws {
        let fold = type.init(mode: .rebuild, lane: 0)
        let writes = WriteSet(type.schema, insertLayout: .copy)
        for event in events(try (0..<50).map { try executed("t\($0)", "B1@100", at: $0, symbol: "S\($0 % 10)") }) {
            #expect(fold.fold(event) == .folded)
        }
        fold.drain(into: writes, state: false)
        #expect(fold.unflushedRows >= 10)
        fold.drain(into: writes, state: true)
        #expect(fold.unflushedRows == 0)
    }

    @Test func daysOfTheMarketWaitForAFlushAndAreThenDropped() throws {
        let fold = MarketFold(mode: .rebuild, lane: 0, settings: MarketSettings(calendar: try .standard()))
        fold.maximumCachedMinutes = 4
        let writes = WriteSet(MarketFold.schema, insertLayout: .copy)
        let open = Timestamp(CivilDate(dayNumber: 20_458), minutes: 9 * 60 + 20, offsetMinutes: 330)
        let ticks = (0..<40).map { day in
            DecodedEvent(
                .marketUpdated(MarketUpdated(exchange: "X", symbol: "A", lastPrice: Price(units: 1))), id: "\(day)",
                time: open.adding(microseconds: Int64(day) * 86_400_000_000))
        }
        for event in events(ticks) {
            _ = fold.reads(for: [event])
            #expect(fold.fold(event) == .folded)
        }
        #expect(fold.unflushedKeys == 40)
        fold.drain(into: writes, state: true)
        #expect(fold.unflushedKeys == 0)
        fold.committed()
        #expect(fold.symbols.values.allSatisfy { $0.days.count <= 4 })
    }
}
