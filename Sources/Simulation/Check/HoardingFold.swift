import Events
import Projections

/// The folds that a mutated worker should have let go of, by lane. `@unchecked Sendable`: one simulation's, one thread's.
final class FoldHoard: @unchecked Sendable {
    /// Of the lane that takes a step.
    @TaskLocal static var current: FoldHoard?

    fileprivate var fold: AnyObject?
}

/// A fold that keeps its caches whatever happens: the mutation of a worker that does not forget.
final class HoardingFold<Base: ViewFold>: ViewFold {
    static var schema: ViewSchema { Base.schema }

    private let base: Base

    init(mode: FoldMode, lane: Int) {
        let hoard = FoldHoard.current
        base = hoard?.fold as? Base ?? Base(mode: mode, lane: lane)
        hoard?.fold = base
    }

    func reads(for events: ArraySlice<FoldEvent>) -> [ReadRequest] { base.reads(for: events) }
    func absorb(_ request: ReadRequest, rows: any RowSource) throws(RowError) { try base.absorb(request, rows: rows) }
    func fold(_ event: FoldEvent) -> FoldOutcome { base.fold(event) }
    func followUps() throws(FoldFailure) -> [ReadRequest] { try base.followUps() }
    func drain(into writes: WriteSet, state: Bool) { base.drain(into: writes, state: state) }
    var rememberedIdentities: Int { base.rememberedIdentities }
    func committed() { base.committed() }
    func forget() {}
    func parkingKey(of event: FoldEvent) -> String { base.parkingKey(of: event) }
    static func parkingKey(of readable: ReadableKey, kind: EventKind) -> String? {
        Base.parkingKey(of: readable, kind: kind)
    }
    func finishRebuild(limit: Int) -> Bool { base.finishRebuild(limit: limit) }
}
