import Projections

/// What a lane asks of the database, over one session of its own. One a thread.
///
/// PostgreSQL is behind it (`PostgresLaneStore`); tests put tables in memory there that pass the same conformance suite.
package protocol LaneStore: AnyObject {
    /// Takes a lane of the view's live build for `owner`: raises its epoch and reads its checkpoints together.
    ///
    /// - Parameter onlyIfOwned: leave the lane alone when somebody else owns it; after being fenced.
    func claim(lane: Int, owner: String, onlyIfOwned: Bool) throws(LaneFailure) -> LaneClaim.Outcome

    /// Where the lanes of the live build stand; none without one.
    func checkpoints() throws(LaneFailure) -> [LaneOffsets]

    /// The keys that are parked on the lane.
    func parkedKeys(_ claim: LaneClaim) throws(LaneFailure) -> [ParkedKey]

    /// The rows that a fold asks for, a source a request.
    func read(_ requests: [ReadRequest], _ claim: LaneClaim) throws(LaneFailure) -> [any RowSource]

    /// Does all of it in one transaction or none of it; returns how many statements that took.
    ///
    /// - Throws: `.fenced` when the epoch is another's, `.moved` when a checkpoint is not where the claim has it, else
    ///   what the database said. After a lost connection whether it was done is not known.
    func commit(_ commit: LaneCommit) throws(LaneFailure) -> Int

    /// Where the lane's effects stand. A view that has just been given outputs starts at its checkpoints.
    func effects(_ claim: LaneClaim) throws(LaneFailure) -> EffectState

    /// Effects of events below these offsets, by topic, were seen to, also where the database does not know of it.
    func raiseEffectMarks(_ claim: LaneClaim, to offsets: [String: Int64]) throws(LaneFailure)

    /// Stored effects behind a sequence number, in order, at most `limit`.
    func waitingEffects(_ claim: LaneClaim, after sequence: Int64, limit: Int) throws(LaneFailure) -> [OutboxRecord]

    /// Deletes effects that the broker has; nothing else of the lane is touched, so a zombie may do it too.
    func deleteEffects(_ claim: LaneClaim, through sequence: Int64) throws(LaneFailure)

    /// Commits join a transaction of the caller's, which alone ends it.
    var isInTransaction: Bool { get }

    /// Whether the session still stands, as far as can be seen without asking.
    var isAlive: Bool { get }
}

/// Opens sessions.
package protocol LaneDatabase: Sendable {
    func open(stop: StopSignal) throws(LaneFailure) -> any LaneStore
}

/// A parking key with how many of its events are parked; events whose key can't be read are counted under nil.
package struct ParkedKey: Sendable, Equatable {
    package let key: String?
    package let count: Int

    package init(key: String?, count: Int) {
        self.key = key
        self.count = count
    }
}
