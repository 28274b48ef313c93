import Engine
import Postgres
import Projections

/// A lane's session with a `MemoryDatabase`.
package final class MemoryLaneStore: LaneStore {
    package let database: MemoryDatabase
    private let generation: Int
    /// The records behind a commit, in the order in which they are folded.
    package var records: (LaneCommit) -> [RecordPlace] = { _ in [] }

    package init(_ database: MemoryDatabase) {
        self.database = database
        generation = database.generation
    }

    package var isInTransaction: Bool { false }
    package var isAlive: Bool { generation == database.generation }

    func requireSession() throws(LaneFailure) {
        guard isAlive else { throw .database(.connectionLost("the database ended the session")) }
    }

    package func claim(lane: Int, owner: String, onlyIfOwned: Bool) throws(LaneFailure) -> LaneClaim.Outcome {
        try requireSession()
        return database.claim(lane: lane, owner: owner, onlyIfOwned: onlyIfOwned)
    }

    package func checkpoints() throws(LaneFailure) -> [LaneOffsets] {
        try requireSession()
        return database.contents.lanes.enumerated().map { LaneOffsets(lane: $0.offset, next: $0.element.next) }
    }

    package func parkedKeys(_ claim: LaneClaim) throws(LaneFailure) -> [ParkedKey] {
        try requireSession()
        return database.parkedKeys(lane: claim.lane)
    }

    package func read(_ requests: [ReadRequest], _ claim: LaneClaim) throws(LaneFailure) -> [any RowSource] {
        try requireSession()
        var answers: [any RowSource] = []
        for request in requests { answers.append(try database.read(request)) }
        return answers
    }

    package func effects(_ claim: LaneClaim) throws(LaneFailure) -> EffectState {
        try requireSession()
        return database.effects(claim)
    }

    package func raiseEffectMarks(_ claim: LaneClaim, to offsets: [String: Int64]) throws(LaneFailure) {
        try requireSession()
        database.raiseEffectMarks(claim, to: offsets)
    }

    package func waitingEffects(
        _ claim: LaneClaim, after sequence: Int64, limit: Int
    ) throws(LaneFailure) -> [OutboxRecord] {
        try requireSession()
        return database.waitingEffects(claim, after: sequence, limit: limit)
    }

    package func deleteEffects(_ claim: LaneClaim, through sequence: Int64) throws(LaneFailure) {
        try requireSession()
        database.deleteEffects(claim, through: sequence)
    }

    package func commit(_ commit: LaneCommit) throws(LaneFailure) -> Int {
        try requireSession()
        try database.commit(MemoryCommit(commit, records: records(commit)))
        return 1
    }
}
