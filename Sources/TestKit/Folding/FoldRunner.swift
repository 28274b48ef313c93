import Events
import Projections

/// How a tape is folded. Whatever is chosen, the rows must come out the same.
public struct FoldOptions: Sendable {
    /// Events a batch, taken in turn.
    public var batchSizes: [Int]
    /// After so many events the worker loses its memory and what it has not committed, and goes on from its checkpoint.
    /// In a rebuild only views that read their state then can do so; for others these crashes come in the live tail.
    public var crashesAfter: Set<Int>
    /// nil folds live. Otherwise all but the last so many events are rebuilt, and those folded live behind it.
    public var rebuildWithTail: Int?
    /// In a rebuild: batches between two flushes of state.
    public var batchesPerFlush: Int
    /// In a rebuild: how much put-off work is done at once.
    public var finishingLimit: Int
    /// In a rebuild: the worker loses its memory behind the bulk part and again and again amid the put-off work.
    public var crashesWhileFinishing: Bool

    public init(
        batchSizes: [Int] = [100], crashesAfter: Set<Int> = [], rebuildWithTail: Int? = nil, batchesPerFlush: Int = 3,
        finishingLimit: Int = 2, crashesWhileFinishing: Bool = false
    ) {
        self.batchSizes = batchSizes
        self.crashesAfter = crashesAfter
        self.rebuildWithTail = rebuildWithTail
        self.batchesPerFlush = batchesPerFlush
        self.finishingLimit = finishingLimit
        self.crashesWhileFinishing = crashesWhileFinishing
    }

    public static func live(_ batchSizes: Int...) -> FoldOptions { FoldOptions(batchSizes: batchSizes) }
    public static func rebuild(tail: Int = 0, _ batchSizes: Int...) -> FoldOptions {
        FoldOptions(batchSizes: batchSizes, rebuildWithTail: tail)
    }
}

/// What a fold made of a tape.
public struct FoldRun {
    public let store: MemoryViewStore
    /// By event, in the order folded; an event that waits behind a parked one is refused as `behind_parked`.
    public let outcomes: [FoldOutcome]
    /// What the fold's live part gave rise to, in the order committed; a rebuild emits nothing.
    public let effects: [Effect]

    public func count(where isCounted: (FoldOutcome) -> Bool) -> Int { outcomes.lazy.filter(isCounted).count }
}

/// Drives a fold as the engine does, over tables in memory: when a tape was folded, then look at the rows.
public final class FoldRunner<Fold: ViewFold> {
    private let options: FoldOptions
    private let parks: Bool
    private let makeFold: (FoldMode) -> Fold
    private var fold: Fold
    private let store: MemoryViewStore
    private var writes: WriteSet
    private var isRebuilding: Bool
    private var batchesSinceFlush = 0
    private var pendingCrashes: Set<Int>
    private var parked: Set<String> = []
    /// The last flush of a rebuild: events folded, keys parked.
    private var flushed: (events: Int, parked: Set<String>) = (0, [])
    private var outcomes: [FoldOutcome] = []
    private var effects: [Effect] = []
    /// By input, where the committed events end.
    private var marks: [Int64] = []

    /// - Parameter parks: whether later events of a refused one's key wait behind it, as the view's policy says.
    public init(_ options: FoldOptions, parks: Bool = true, make: @escaping (FoldMode) -> Fold) {
        self.options = options
        self.parks = parks
        makeFold = make
        isRebuilding = options.rebuildWithTail != nil
        fold = make(isRebuilding ? .rebuild : .live)
        store = MemoryViewStore(Fold.schema, isRebuild: isRebuilding)
        writes = WriteSet(Fold.schema, insertLayout: isRebuilding ? .copy : .arrays)
        pendingCrashes = options.crashesAfter
    }

    /// Folds the tape with a fresh fold and fresh tables.
    public static func run(
        _ tape: EventTape, _ options: FoldOptions = FoldOptions(), parks: Bool = true,
        make: @escaping (FoldMode) -> Fold = { Fold(mode: $0, lane: 0) }
    ) throws -> FoldRun {
        try FoldRunner(options, parks: parks, make: make).run(tape)
    }

    private func run(_ tape: EventTape) throws -> FoldRun {
        let events = tape.events
        marks = tape.inputs.map { _ in 0 }
        let rebuilt = options.rebuildWithTail.map { max(0, events.count - $0) } ?? 0
        var at = 0
        var batch = 0
        while at < events.count {
            if isRebuilding, at >= rebuilt { try finishRebuild() }
            let size = max(1, options.batchSizes[batch % options.batchSizes.count])
            let end = min(at + size, isRebuilding ? rebuilt : events.count)
            if crashesRebuild(in: at..<end) {
                at = flushed.events
                continue
            }
            try commit(events[at..<end])
            at = end
            batch += 1
        }
        if isRebuilding { try finishRebuild() }
        return FoldRun(store: store, outcomes: outcomes, effects: effects)
    }

    /// Goes back to the last flush with an empty memory when there is to be a crash among these events.
    private func crashesRebuild(in events: Range<Int>) -> Bool {
        guard isRebuilding, Fold.schema.rebuildReadsState, let crash = pendingCrashes.first(where: events.contains)
        else {
            return false
        }
        pendingCrashes.remove(crash)
        writes.clear()
        fold = makeFold(.rebuild)
        outcomes.removeLast(outcomes.count - flushed.events)
        parked = flushed.parked
        batchesSinceFlush = 0
        return true
    }

    /// Folds and commits a batch, in halves where an event in it can't be folded with the others.
    private func commit(_ events: ArraySlice<FoldEvent>) throws {
        let (parkedBefore, outcomesBefore) = (parked, outcomes.count)
        func rollBack() {
            parked = parkedBefore
            outcomes.removeLast(outcomes.count - outcomesBefore)
        }
        if let crash = pendingCrashes.first(where: { events.indices.contains($0) }), !isRebuilding {
            pendingCrashes.remove(crash)
            _ = try? foldAndWrite(events[events.startIndex...crash], parking: nil, commits: false)
            rollBack()
            if crash.isMultiple(of: 2) { fold.forget() } else { fold = makeFold(.live) }
            return try commit(events)
        }
        do {
            try foldAndWrite(events, parking: nil, commits: true)
        } catch let failure as FoldFailure {
            rollBack()
            fold.forget()
            guard events.count > 1 else { return try foldAndWrite(events, parking: failure, commits: true) }
            let middle = events.index(events.startIndex, offsetBy: events.count / 2)
            try commit(events[..<middle])
            try commit(events[middle...])
        }
    }

    private func foldAndWrite(_ events: ArraySlice<FoldEvent>, parking failure: FoldFailure?, commits: Bool) throws {
        let collector = (fold as? any EffectfulFold)?.effects
        collector?.gate = isRebuilding ? .closed : EffectGate(marks: marks)
        try answer(fold.reads(for: events))
        for event in events { outcomes.append(take(event, failure)) }
        for event in events where isRebuilding { marks[event.input] = event.offset + 1 }
        guard !isRebuilding else { return try drainInBulk() }
        try followUp()
        writes.clear()
        fold.drain(into: writes, state: true)
        guard commits else { return }
        try store.apply(writes)
        fold.committed()
        effects += collector?.pending ?? []
        collector?.clear()
        for event in events { marks[event.input] = event.offset + 1 }
    }

    /// Ledgers are drained with every batch; the rest only before a flush, which makes all of it durable at once.
    private func drainInBulk() throws {
        fold.drain(into: writes, state: false)
        batchesSinceFlush += 1
        if batchesSinceFlush >= options.batchesPerFlush { try flush() }
    }

    private func flush() throws {
        fold.drain(into: writes, state: true)
        try store.apply(writes)
        writes.clear()
        fold.committed()
        batchesSinceFlush = 0
        flushed = (outcomes.count, parked)
    }

    private func take(_ event: FoldEvent, _ failure: FoldFailure?) -> FoldOutcome {
        let key = fold.parkingKey(of: event)
        if parks, parked.contains(key) {
            return .refused(code: "behind_parked", reason: "an earlier event of the same key is parked")
        }
        let outcome = failure.map { .refused(code: $0.code, reason: $0.reason) } ?? fold.fold(event)
        if parks, case .refused = outcome { parked.insert(key) }
        return outcome
    }

    private func answer(_ requests: [ReadRequest]) throws {
        for request in requests { try fold.absorb(request, rows: try store.answer(request)) }
    }

    private func followUp() throws {
        while true {
            let requests = try fold.followUps()
            guard !requests.isEmpty else { return }
            try answer(requests)
        }
    }

    /// Steps of a rebuild's put-off work behind which the worker loses its memory. The first after each only looks it up.
    private static var crashesBehind: Set<Int> { [2, 4, 7, 9, 13, 18] }
    private static var crashesUncommitted: Set<Int> { [4, 9, 18] }

    private func finishRebuild() throws {
        try flush()
        try store.buildIndexes()
        isRebuilding = false
        writes = WriteSet(Fold.schema, insertLayout: .arrays)
        if options.crashesWhileFinishing { fold = makeFold(.live) }
        var steps = 0
        while fold.finishRebuild(limit: options.finishingLimit) {
            try followUp()
            steps += 1
            // Every other time what was not committed is lost too.
            if !options.crashesWhileFinishing || !Self.crashesUncommitted.contains(steps) { try flush() }
            guard options.crashesWhileFinishing, Self.crashesBehind.contains(steps) else { continue }
            writes = WriteSet(Fold.schema, insertLayout: .arrays)
            fold = makeFold(.live)
        }
    }
}
