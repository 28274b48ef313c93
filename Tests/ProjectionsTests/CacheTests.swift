import Domain
import Events
import TestKit
import Testing

@testable import Projections

/// What left the memory comes back from the rows.
@Suite struct CacheTests {
    private static let ways: [FoldOptions] = [.live(1), .live(3), .rebuild(2), .rebuild(tail: 100, 1)]

    @Test(arguments: ways) func books(options: FoldOptions) throws {
        let tape = PositionsTape.make(seed: 21, count: 150)
        let reference = try FoldRunner<PositionsFold>.run(tape, .live(150))
        try expectSame(PositionsFold.self, tape, as: reference, options, "\(options)") { mode in
            let fold = PositionsFold(mode: mode, lane: 0)
            fold.maximumCachedBooks = 1
            fold.maximumRefoldedExecutions = 1
            return fold
        }
    }

    @Test(arguments: ways) func orders(options: FoldOptions) throws {
        let tape = OrdersTape.make(seed: 22, count: 150)
        let reference = try FoldRunner<OrdersFold>.run(tape, .live(150))
        try expectSame(OrdersFold.self, tape, as: reference, options, "\(options)") { mode in
            let fold = OrdersFold(mode: mode, lane: 0)
            fold.maximumCachedOrders = 1
            return fold
        }
    }

    @Test(arguments: ways, [0, 1]) func daysAndSymbols(options: FoldOptions, symbols: Int) throws {
        let tape = MarketTape.make(seed: 23, count: 200)
        let reference = try FoldRunner<MarketFold>.run(tape, .live(200), parks: false)
        try expectSame(MarketFold.self, tape, as: reference, options, parks: false, "\(options)") { mode in
            let fold = MarketFold(mode: mode, lane: 0)
            fold.maximumCachedMinutes = 1
            fold.maximumCachedSymbols = symbols == 0 ? 0 : 100
            return fold
        }
    }

    /// The symbol is known again by a tick of its second day when one of the first comes late.
    @Test func aDayIsReadThoughItsSymbolIsKnown() throws {
        let first = Timestamp(CivilDate(dayNumber: 20_468), minutes: 9 * 60 + 20, offsetMinutes: 330)
        let times: [Int64] = [0, 86_400, 86_401, 30]
        let ticks = times.enumerated().map { index, seconds in
            let update = MarketUpdated(
                exchange: "NSE", symbol: "A", lastPrice: Price(units: Int64(index + 1) * Fixed8.unitsPerOne))
            return DecodedEvent(
                .marketUpdated(update), id: "\(index)", time: first.adding(microseconds: seconds * 1_000_000))
        }
        let tape = EventTape(MarketTape.inputs, ticks)
        let options = FoldOptions(batchSizes: [1], crashesAfter: [2])
        let run = try FoldRunner<MarketFold>.run(tape, options, parks: false)
        let day = try #require(run.store.presented("candles").first { $0["interval_code"] == "1d" })
        #expect(day["open_e8"] == "1")
        #expect(day["close_e8"] == "4")
    }
}
