import Engine
import Postgres
import Projections

/// Sessions with the world's database. `@unchecked Sendable`: the whole simulation is one thread's.
struct SimulatedDatabase: LaneDatabase, @unchecked Sendable {
    private unowned let world: World
    private let box: WorkerBox
    private let log: SimulatedLaneLog?

    /// - Parameter log: the lane's, from which its commits' records are known.
    init(_ world: World, _ box: WorkerBox, _ log: SimulatedLaneLog?) {
        self.world = world
        self.box = box
        self.log = log
    }

    init(_ world: World, _ worker: SimulatedWorker, _ log: SimulatedLaneLog?) {
        let box = WorkerBox()
        box.worker = worker
        self.init(world, box, log)
    }

    func open(stop: StopSignal) throws(LaneFailure) -> any LaneStore {
        guard let worker = box.worker, world.serve(worker), !world.strikes(.lostConnection) else {
            throw .database(.connectionLost("the database can't be reached"))
        }
        return SimulatedStore(world, worker, log)
    }
}

/// A session that fails as databases and networks do.
final class SimulatedStore: LaneStore {
    private unowned let world: World
    private unowned let worker: SimulatedWorker
    private let log: SimulatedLaneLog?
    let base: MemoryLaneStore
    private var isCut = false

    init(_ world: World, _ worker: SimulatedWorker, _ log: SimulatedLaneLog?) {
        self.world = world
        self.worker = worker
        self.log = log
        base = MemoryLaneStore(world.database)
        base.records = { [weak log] commit in log?.records(of: commit) ?? [] }
    }

    var isInTransaction: Bool { false }
    var isAlive: Bool { !isCut && base.isAlive }

    private func cut(_ reason: String) -> LaneFailure {
        isCut = true
        return .database(.connectionLost(reason))
    }

    /// Lets others come first, and may fail before anything is done.
    func serve() throws(LaneFailure) {
        guard world.serve(worker) else { throw cut("killed") }
        if isCut { throw cut("cut before") }
        if world.strikes(.lostConnection) { throw cut("the connection broke") }
        if world.strikes(.deadlock) {
            throw .database(.server(sqlState: PostgresError.deadlockDetected, "deadlock detected"))
        }
    }

    func claim(lane: Int, owner: String, onlyIfOwned: Bool) throws(LaneFailure) -> LaneClaim.Outcome {
        try serve()
        let outcome = try base.claim(lane: lane, owner: owner, onlyIfOwned: onlyIfOwned)
        world.note("\(owner) claims lane \(lane): \(describe(outcome))")
        if world.strikes(.lostConnection) { throw cut("the answer to a claim was lost") }
        return outcome
    }

    private func describe(_ outcome: LaneClaim.Outcome) -> String {
        switch outcome {
        case .claimed(let claim): "epoch \(claim.epoch), at \(claim.offsets(of: world.view))"
        case .busy: "busy"
        case .taken(let owner): "taken by \(owner)"
        case .otherFold(let fold): "the live build is of fold \(fold)"
        }
    }

    func checkpoints() throws(LaneFailure) -> [LaneOffsets] {
        try serve()
        return try base.checkpoints()
    }

    func parkedKeys(_ claim: LaneClaim) throws(LaneFailure) -> [ParkedKey] {
        try serve()
        return try base.parkedKeys(claim)
    }

    func read(_ requests: [ReadRequest], _ claim: LaneClaim) throws(LaneFailure) -> [any RowSource] {
        try serve()
        return try base.read(requests, claim)
    }

    func effects(_ claim: LaneClaim) throws(LaneFailure) -> EffectState {
        try serve()
        return try base.effects(claim)
    }

    func raiseEffectMarks(_ claim: LaneClaim, to offsets: [String: Int64]) throws(LaneFailure) {
        try serve()
        try base.raiseEffectMarks(claim, to: offsets)
    }

    func waitingEffects(
        _ claim: LaneClaim, after sequence: Int64, limit: Int
    ) throws(LaneFailure) -> [OutboxRecord] {
        try serve()
        return try base.waitingEffects(claim, after: sequence, limit: min(limit, Self.effectsAtOnce))
    }

    /// Few, so that several pieces are needed.
    private static let effectsAtOnce = 3

    func deleteEffects(_ claim: LaneClaim, through sequence: Int64) throws(LaneFailure) {
        try serve()
        try base.deleteEffects(claim, through: sequence)
        if world.strikes(.lostConnection) { throw cut("the answer to a delete was lost") }
    }

    func commit(_ commit: LaneCommit) throws(LaneFailure) -> Int {
        // What is sent now is what arrives, whatever happens in between.
        let sent = try MemoryCommit(commit, records: log?.records(of: commit) ?? [])
        try serve()
        if world.strikes(.serializationFailure) {
            world.database.commitRowsAlone(sent)
            throw .database(.server(sqlState: PostgresError.serializationFailure, "could not serialize access"))
        }
        if world.strikes(.lostAnswerOfFailedCommit) { throw cut("the answer to COMMIT was lost") }
        if world.strikes(.zombieCommit) {
            world.holdBack(sent)
            throw cut("no answer to COMMIT came in time")
        }
        guard base.isAlive else { throw cut("the database ended the session") }
        try world.database.commit(sent)
        world.note("\(worker.name) commits lane \(commit.claim.lane) up to \(commit.next)")
        if world.strikes(.lostAnswerOfPassedCommit) { throw cut("the answer to COMMIT was lost") }
        return 1
    }
}
