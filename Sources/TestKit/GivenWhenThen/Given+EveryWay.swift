import Projections

extension Given {
    /// Folds the events in every way that must not matter: in batches of all sizes, with crashes, each twice, rebuilt with
    /// tails, with the topics shuffled. Throws at the first way that leads to other rows; returns the plain fold's.
    ///
    /// - Parameters:
    ///   - ignoring: columns that may differ when events are repeated or shuffled, such as a log's offset.
    ///   - seeds: how often topics are shuffled.
    @discardableResult
    public func whenEveryWay<Fold: ViewFold>(
        _ fold: Fold.Type, ignoring: Set<String> = [], seeds: ClosedRange<UInt64> = 1...4,
        make: @escaping (FoldMode) -> Fold = { Fold(mode: $0, lane: 0) }
    ) throws -> Folded {
        let reference = try inBatches(of: 1).when(fold, make: make)
        for way in ways(seeds: seeds) {
            do {
                try way.given.when(fold, make: make).thenSame(as: reference, ignoring: way.moves ? ignoring : [])
            } catch {
                throw Unexpected("folded \(way.name):", ["\(error)"])
            }
        }
        return reference
    }

    private struct Way {
        let name: String
        let given: Given
        /// Events lie at other places in the log than in the plain fold.
        var moves = false
    }

    private func ways(seeds: ClosedRange<UInt64>) -> [Way] {
        var ways = sizes + crashes + rebuilds
        for repetition in EventTape.Repetition.allCases {
            let twice = deliveredTwice(repetition)
            ways.append(Way(name: "twice, \(repetition), live", given: twice.inBatches(of: 13), moves: true))
            ways.append(Way(name: "twice, \(repetition), rebuilt", given: twice.rebuilt(tail: count), moves: true))
            ways.append(Way(name: "twice, \(repetition), all rebuilt", given: twice.rebuilt(), moves: true))
        }
        for seed in seeds where tape.inputs.count > 1 {
            let shuffled = topicsShuffled(seed: seed).inBatches(of: 8)
            ways.append(Way(name: "shuffled by seed \(seed)", given: shuffled, moves: true))
            ways.append(
                Way(name: "shuffled by seed \(seed), rebuilt", given: shuffled.rebuilt(tail: count / 2), moves: true))
        }
        return ways
    }

    private var count: Int { tape.events.count }

    private var sizes: [Way] {
        [[2], [3], [7, 1], [40], [max(1, count)]].map { Way(name: "in batches of \($0)", given: inBatches(of: $0)) }
    }

    private var crashes: [Way] {
        let places = Array(stride(from: 1, through: max(1, count), by: max(1, count / 9)))
        return [[11, 3], [1], [max(1, count)]].map {
            Way(name: "crashing behind \(places) in batches of \($0)", given: inBatches(of: $0).crashed(after: places))
        }
    }

    private var rebuilds: [Way] {
        var ways: [Way] = []
        for tail in Set([0, 1, count / 2, max(0, count - 1)]).sorted() {
            let given = rebuilt(tail: tail).inBatches(of: 9)
            ways.append(Way(name: "rebuilt with a tail of \(tail)", given: given))
            var options = given.options
            options.crashesWhileFinishing = true
            ways.append(Way(name: "rebuilt, crashing, with a tail of \(tail)", given: given.with(options)))
        }
        return ways
    }
}
