import Events
import Projections
import TestKit
import Testing

/// Whatever way the same facts are folded, an order's row is the same, and it is the oracle's.
@Suite struct OrdersPropertyTests {
    static let seeds: ClosedRange<UInt64> = 1...6

    private func tape(_ seed: UInt64) -> EventTape { OrdersTape.make(seed: seed, count: 150) }

    @Test(arguments: seeds) func liveEqualsTheOracle(seed: UInt64) throws {
        let tape = tape(seed)
        let run = try FoldRunner<OrdersFold>.run(tape, .live(17))
        expectEqual(
            try rows(run.store, "orders", NaiveOrders.columns), NaiveOrders(tape.events.map(\.decoded)).rows(),
            "seed \(seed)")
    }

    @Test(arguments: seeds) func batchesDoNotMatter(seed: UInt64) throws {
        let tape = tape(seed)
        let reference = try FoldRunner<OrdersFold>.run(tape, .live(1))
        for sizes in [[2], [3], [7, 1], [40], [1000]] {
            try expectSame(
                OrdersFold.self, tape, as: reference, FoldOptions(batchSizes: sizes), "seed \(seed), batches \(sizes)")
        }
    }

    @Test(arguments: seeds) func deliveredTwiceCountsOnce(seed: UInt64) throws {
        let tape = tape(seed)
        let reference = try FoldRunner<OrdersFold>.run(tape, .live(10))
        for twice in EventTape.Repetition.allCases {
            for options in [FoldOptions.live(13), .rebuild(13), .rebuild(tail: 40, 13)] {
                try expectSame(
                    OrdersFold.self, tape.delivered(twice: twice), as: reference, options, "seed \(seed), \(twice)")
            }
        }
    }

    @Test(arguments: seeds) func crashesLoseNothing(seed: UInt64) throws {
        let tape = tape(seed)
        let reference = try FoldRunner<OrdersFold>.run(tape, .live(10))
        let options = FoldOptions(batchSizes: [11, 3], crashesAfter: [0, 7, 31, 64, 90, 149])
        try expectSame(OrdersFold.self, tape, as: reference, options, "seed \(seed)")
    }

    @Test(arguments: seeds) func rebuildEqualsLive(seed: UInt64) throws {
        let tape = tape(seed)
        let reference = try FoldRunner<OrdersFold>.run(tape, .live(10))
        for tail in [0, 1, 75, 149] {
            try expectSame(OrdersFold.self, tape, as: reference, .rebuild(tail: tail, 9), "seed \(seed), tail \(tail)")
        }
    }

    @Test(arguments: seeds) func topicsMayInterleaveAnyhow(seed: UInt64) throws {
        let tape = tape(seed)
        let reference = try FoldRunner<OrdersFold>.run(tape, .live(10))
        var random = SeededRandom(seed: seed ^ 0xABCD)
        for round in 0..<4 {
            let shuffled = tape.shuffledBetweenTopics(using: &random)
            for options in [FoldOptions.live(8), .rebuild(tail: 60, 20)] {
                try expectSame(OrdersFold.self, shuffled, as: reference, options, "seed \(seed), round \(round)")
            }
        }
    }
}
