import Domain
import Events
import Projections

/// What view `analytics` costs a trade beyond the books that it folds as view `positions` does: half a million books, some
/// weeks of days, rows and their drain included, in a rebuild.
enum AnalyticsStage {
    static func run(_ options: BenchOptions) -> [BenchFigure] {
        var random = SplitMix(seed: options.seed)
        let books = FoldStage.books(options)
        let count = BenchLimits.analyticsTrades
        let spacing = Timestamp.microsecondsPerDay * Int64(BenchLimits.analyticsDays) / Int64(count)
        var analytics = Folding(AnalyticsFold(mode: .rebuild, lane: 0))
        var positions = Folding(PositionsFold(mode: .rebuild, lane: 0))
        var done = 0
        while done < count {
            let events = (0..<FoldStage.batchTrades).map { index in
                let key = Int(random.next() % UInt64(books.count))
                return FoldStage.trade(
                    &random, books, key: key, number: done + index, spacingMicroseconds: spacing
                ).event
            }
            positions.take(events)
            analytics.take(events)
            done += events.count
        }
        let microseconds = (
            own: 1_000_000 * analytics.spent / Double(done), books: 1_000_000 * positions.spent / Double(done)
        )
        return [
            BenchFigure(
                "analytics fold, CPU a trade", microseconds.own, unit: "µs",
                floor: ("positions fold", microseconds.books)),
            BenchFigure(
                "analytics fold beyond positions', CPU a trade", microseconds.own - microseconds.books, unit: "µs",
                atMost: 3),
        ]
    }

    /// A fold and what it took so far.
    private struct Folding<Fold: ViewFold> {
        let fold: Fold
        let writes = WriteSet(Fold.schema, insertLayout: .copy)
        var spent = 0.0

        init(_ fold: Fold) { self.fold = fold }

        mutating func take(_ events: [FoldEvent]) {
            let begun = threadSeconds()
            _ = fold.reads(for: events[...])
            events[...].lendEach { lent, _ in _ = fold.fold(lent.event) }
            fold.drain(into: writes, state: false)
            spent += threadSeconds() - begun
            writes.clear()
        }
    }
}
