import Engine
import Kafka

/// A worker process: the engine's `LaneKeeper` as its main thread, and lanes that the world steps as if they were threads.
final class SimulatedWorker {
    let name: String
    private unowned let world: World
    let consumer: SimulatedConsumer
    private(set) var keeper: LaneKeeper
    /// What the group has to say, oldest first.
    var inbox: [KafkaConsumerEvent] = []
    var isDead = false
    /// Neither main thread nor lanes move before this time.
    var frozenUntil = 0
    /// Its main thread is amid a step.
    private(set) var isBusy = false
    private var hoards: [Int: FoldHoard] = [:]
    /// When it last asked the group for news.
    private(set) var lastPoll: Int

    init(_ world: World, name: String) {
        self.world = world
        self.name = name
        lastPoll = world.now
        consumer = SimulatedConsumer(world)
        let box = WorkerBox()
        keeper = LaneKeeper(
            world.view, owner: name, source: consumer, database: SimulatedDatabase(world, box, nil), stop: StopSignal()
        ) { [unowned world] claim, log in
            guard let worker = box.worker, let log = log as? SimulatedLaneLog else { return EndedLane(claim) }
            return world.makeLane(worker, claim, log)
        }
        box.worker = self
        consumer.worker = self
    }

    /// What a mutated worker should have let go of, by lane.
    func hoard(_ lane: Int) -> FoldHoard {
        if let hoard = hoards[lane] { return hoard }
        let made = FoldHoard()
        hoards[lane] = made
        return made
    }

    func canStep(_ now: Int) -> Bool { !isDead && now >= frozenUntil }

    func step() {
        guard !isBusy, canStep(world.now) else { return }
        isBusy = true
        defer { isBusy = false }
        lastPoll = world.now
        if !inbox.isEmpty {
            let event = inbox.removeFirst()
            world.note("\(name) hears \(Self.describe(event))")
            keeper.handle(event, now: world.now)
            if case .lost = event { world.group.join(self) }
        }
        guard !isDead else { return }
        keeper.tend(now: world.now)
    }

    func stopInOrder() {
        isBusy = true
        defer { isBusy = false }
        keeper.end(now: world.now)
    }

    /// Why one of its lanes gave up for good.
    var failure: String? {
        for (lane, phase) in keeper.ownership.lanes {
            switch phase {
            case .failed(let reason), .unreachable(let reason): return "\(name), lane \(lane): \(reason)"
            case .wanted, .running, .paused: continue
            }
        }
        return nil
    }

    private static func describe(_ event: KafkaConsumerEvent) -> String {
        switch event {
        case .assigned(let parts): "assigned \(Set(parts.map(\.partition)).sorted())"
        case .revoked: "revoked"
        case .lost: "lost"
        default: "\(event)"
        }
    }
}

/// Lets a worker's parts be made before the worker.
final class WorkerBox {
    weak var worker: SimulatedWorker?
}

/// A lane of a process that was killed while it started the lane.
private final class EndedLane: RunningLane {
    let end: LaneEnd? = .stopped
    let next: [String: Int64]

    init(_ claim: LaneClaim) { next = claim.next }

    func requestStop() {}
    func join(timeoutMilliseconds: Int) -> Bool { true }
}

/// A lane's thread: the engine's `LaneLoop`, stepped by the world.
final class SimulatedLane: RunningLane {
    unowned let worker: SimulatedWorker
    let lane: Int
    let stop = StopSignal()
    var advance: () -> LaneStep = { .end(.stopped) }
    private(set) var end: LaneEnd?
    var next: [String: Int64]
    private var wakesAt = 0
    /// Amid a step: its caller waits for a call of the engine's to be served.
    private var isBusy = false

    init(_ worker: SimulatedWorker, _ claim: LaneClaim) {
        self.worker = worker
        lane = claim.lane
        next = claim.next
    }

    func canStep(_ now: Int) -> Bool { end == nil && !isBusy && now >= wakesAt && worker.canStep(now) }

    func step() {
        isBusy = true
        defer { isBusy = false }
        switch advance() {
        case .goOn: break
        case .pause(let milliseconds): wakesAt = worker.consumer.now + milliseconds
        case .end(let reason):
            end = reason
            advance = { .end(reason) }
        }
    }

    func requestStop() {
        stop.set()
        wakesAt = 0
    }

    /// One that is amid a step does not come back in time, and goes on behind its worker's back.
    func join(timeoutMilliseconds: Int) -> Bool {
        if end == nil, !isBusy { step() }
        return end != nil
    }
}
