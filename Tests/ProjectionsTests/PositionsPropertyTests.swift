import Events
import Projections
import TestKit
import Testing

/// Whatever way the same events are folded, the rows are the same, and they are the oracle's.
@Suite struct PositionsPropertyTests {
    static let seeds: ClosedRange<UInt64> = 1...6

    private func tape(_ seed: UInt64) -> EventTape { PositionsTape.make(seed: seed, count: 120) }

    private func expectOracle(_ run: FoldRun, _ tape: EventTape, _ what: String) throws {
        let oracle = try NaivePositions(tape.events.map(\.decoded)).rows()
        expectEqual(try rows(run.store, "trades", NaivePositions.tradeColumns), oracle.trades, "\(what) trades")
        expectEqual(
            try rows(run.store, "lot_closures", NaivePositions.closureColumns), oracle.closures, "\(what) closures")
        expectEqual(
            try rows(run.store, "positions", NaivePositions.positionColumns), oracle.positions, "\(what) positions")
    }

    @Test(arguments: seeds) func liveEqualsTheOracle(seed: UInt64) throws {
        let tape = tape(seed)
        try expectOracle(FoldRunner<PositionsFold>.run(tape, .live(17)), tape, "live \(seed)")
    }

    @Test(arguments: seeds) func batchesDoNotMatter(seed: UInt64) throws {
        let tape = tape(seed)
        let reference = try FoldRunner<PositionsFold>.run(tape, .live(1))
        for sizes in [[2], [3], [7, 1], [40], [150], [1000]] {
            try expectSame(
                PositionsFold.self, tape, as: reference, FoldOptions(batchSizes: sizes),
                "seed \(seed), batches \(sizes)")
        }
    }

    @Test(arguments: seeds) func deliveredTwiceCountsOnce(seed: UInt64) throws {
        let tape = tape(seed)
        let reference = try FoldRunner<PositionsFold>.run(tape, .live(10))
        for twice in EventTape.Repetition.allCases {
            for options in [FoldOptions.live(13), .rebuild(13), .rebuild(tail: 40, 13)] {
                try expectSame(
                    PositionsFold.self, tape.delivered(twice: twice), as: reference, options, ignoring: ["log_offset"],
                    "seed \(seed), \(twice), \(options)")
            }
        }
    }

    @Test(arguments: seeds) func crashesLoseNothing(seed: UInt64) throws {
        let tape = tape(seed)
        let reference = try FoldRunner<PositionsFold>.run(tape, .live(10))
        let options = FoldOptions(batchSizes: [11, 3], crashesAfter: [0, 7, 31, 64, 90, 119])
        try expectSame(PositionsFold.self, tape, as: reference, options, "seed \(seed)")
    }

    @Test(arguments: seeds) func rebuildEqualsLive(seed: UInt64) throws {
        let tape = tape(seed)
        let reference = try FoldRunner<PositionsFold>.run(tape, .live(10))
        for tail in [0, 1, 45, 119] {
            try expectSame(
                PositionsFold.self, tape, as: reference, .rebuild(tail: tail, 9), "seed \(seed), tail \(tail)")
        }
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>) func aRebuildMayCrashBehindItsBulk(seed: UInt64) throws {
        let tape = tape(seed)
        let reference = try FoldRunner<PositionsFold>.run(tape, .live(10))
        for tail in [0, 30] {
            let options = FoldOptions(batchSizes: [9], rebuildWithTail: tail, crashesWhileFinishing: true)
            try expectSame(PositionsFold.self, tape, as: reference, options, "seed \(seed), tail \(tail)")
        }
    }

    @Test(arguments: seeds) func topicsMayInterleaveAnyhow(seed: UInt64) throws {
        let tape = tape(seed)
        let reference = try FoldRunner<PositionsFold>.run(tape, .live(10))
        var random = SeededRandom(seed: seed ^ 0xABCD)
        for round in 0..<2 {
            let shuffled = tape.shuffledBetweenTopics(using: &random)
            for options in [FoldOptions.live(8), .rebuild(20), .rebuild(tail: 60, 20)] {
                try expectSame(PositionsFold.self, shuffled, as: reference, options, "seed \(seed), round \(round)")
            }
        }
    }
}
