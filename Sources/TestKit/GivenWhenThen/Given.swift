import Events
import Projections

/// Events for a fold's test, and how they come to it:
///
///     try Given(bought, sold).deliveredTwice().when(PositionsFold.self).then("positions", ["quantity": "0"])
///
/// Whatever is chosen here, a right fold makes the same rows.
public struct Given {
    var tape: EventTape
    var options = FoldOptions()
    private var parks = true

    /// - Parameter inputs: the view's topics; where left out, those of the events.
    public init(_ events: [DecodedEvent], inputs: [EventKind]? = nil) {
        var kinds = inputs ?? []
        if inputs == nil {
            for event in events where !kinds.contains(event.kind) { kinds.append(event.kind) }
        }
        tape = EventTape(kinds, events)
    }

    public init(_ events: DecodedEvent...) { self.init(events) }

    init(_ tape: EventTape) { self.tape = tape }

    private func changed(_ change: (inout Given) -> Void) -> Given {
        var copy = self
        change(&copy)
        return copy
    }

    /// Every event comes a second time, as a producer's retry does.
    public func deliveredTwice(_ repetition: EventTape.Repetition = .eachEvent) -> Given {
        changed { $0.tape = $0.tape.delivered(twice: repetition) }
    }

    /// Topics interleave otherwise; within a topic the order stays, as Kafka keeps it.
    public func topicsShuffled(seed: UInt64 = 1) -> Given {
        changed {
            var random = SeededRandom(seed: seed)
            $0.tape = $0.tape.shuffledBetweenTopics(using: &random)
        }
    }

    /// The worker dies behind each of these events, counted from 1, before it could commit their batch.
    public func crashed(after counts: Int...) -> Given { crashed(after: counts) }

    func crashed(after counts: [Int]) -> Given { changed { $0.options.crashesAfter.formUnion(counts.map { $0 - 1 }) } }

    /// Events are folded and committed so many at a time, the sizes taken in turn.
    public func inBatches(of sizes: Int...) -> Given { inBatches(of: sizes) }

    func inBatches(of sizes: [Int]) -> Given { changed { $0.options.batchSizes = sizes } }

    /// A replay folds all but the last `tail` events, and those follow live behind it.
    public func rebuilt(tail: Int = 0) -> Given { changed { $0.options.rebuildWithTail = tail } }

    /// Later events of a refused one's key are folded all the same, as under policy `skip`.
    public func withoutParking() -> Given { changed { $0.parks = false } }

    func with(_ options: FoldOptions) -> Given { changed { $0.options = options } }

    /// Folds the events into empty tables, as the engine does.
    /// - Parameter make: for folds that take settings.
    public func when<Fold: ViewFold>(
        _ fold: Fold.Type, make: @escaping (FoldMode) -> Fold = { Fold(mode: $0, lane: 0) }
    ) throws -> Folded {
        Folded(try FoldRunner<Fold>.run(tape, options, parks: parks, make: make))
    }
}
