import Domain
import Events
import Projections
import TestKit
import Testing

/// Whatever way the same ticks are folded, quotes and candles are the same, and they are the oracle's.
@Suite struct MarketPropertyTests {
    static let seeds: ClosedRange<UInt64> = 1...4

    private func tape(_ seed: UInt64) -> EventTape { MarketTape.make(seed: seed, count: 250) }

    private func expectOracle(_ run: FoldRun, _ tape: EventTape, _ what: String) throws {
        let oracle = NaiveMarket(tape.events, calendar: try .standard()).rows()
        expectEqual(try rows(run.store, "quotes", NaiveMarket.quoteColumns), oracle.quotes, "\(what) quotes")
        expectEqual(try rows(run.store, "candles", NaiveMarket.candleColumns), oracle.candles, "\(what) candles")
        #expect(try run.store.rows("ticks").count == oracle.tickCount)
    }

    @Test(arguments: seeds) func liveEqualsTheOracle(seed: UInt64) throws {
        let tape = tape(seed)
        try expectOracle(FoldRunner<MarketFold>.run(tape, .live(17), parks: false), tape, "live \(seed)")
    }

    @Test(arguments: seeds) func batchesDoNotMatter(seed: UInt64) throws {
        let tape = tape(seed)
        let reference = try FoldRunner<MarketFold>.run(tape, .live(1), parks: false)
        for sizes in [[3], [7, 1], [40], [1000]] {
            try expectSame(
                MarketFold.self, tape, as: reference, FoldOptions(batchSizes: sizes), parks: false,
                "seed \(seed), batches \(sizes)")
        }
    }

    /// A tick again on the log moves the offsets that break ties, and nothing that people see.
    @Test(arguments: seeds) func deliveredTwiceCountsOnce(seed: UInt64) throws {
        let tape = tape(seed)
        for twice in EventTape.Repetition.allCases {
            let doubled = tape.delivered(twice: twice)
            let live = try FoldRunner<MarketFold>.run(doubled, .live(13), parks: false)
            try expectOracle(live, doubled, "\(twice) \(seed)")
            let once = NaiveMarket(tape.events, calendar: try .standard()).rows()
            expectEqual(try rows(live.store, "candles", NaiveMarket.candleColumns), once.candles, "\(twice) \(seed)")
            for options in [FoldOptions.rebuild(13), .rebuild(tail: 40, 13)] {
                try expectSame(MarketFold.self, doubled, as: live, options, parks: false, "seed \(seed), \(twice)")
            }
        }
    }

    @Test(arguments: seeds) func crashesLoseNothing(seed: UInt64) throws {
        let tape = tape(seed)
        let reference = try FoldRunner<MarketFold>.run(tape, .live(10), parks: false)
        for tail in [nil, 0, 50] {
            let options = FoldOptions(
                batchSizes: [11, 3], crashesAfter: [0, 7, 31, 64, 90, 121, 149, 230], rebuildWithTail: tail)
            try expectSame(MarketFold.self, tape, as: reference, options, parks: false, "seed \(seed)")
        }
    }

    @Test(arguments: seeds) func rebuildEqualsLive(seed: UInt64) throws {
        let tape = tape(seed)
        let reference = try FoldRunner<MarketFold>.run(tape, .live(10), parks: false)
        for tail in [0, 1, 125] {
            try expectSame(
                MarketFold.self, tape, as: reference, .rebuild(tail: tail, 9), parks: false,
                "seed \(seed), tail \(tail)")
        }
    }
}
