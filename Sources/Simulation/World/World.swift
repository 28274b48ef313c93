import Engine
import Kafka
import TestKit

/// A log, a database, a consumer group and workers in memory, moved on by one seeded scheduler: the same seed does the
/// same things in the same order. Single-threaded; where the engine calls out, the world may run other steps or fail.
package final class World {
    let view: ViewConfiguration
    let mutation: Mutation?
    package let log: MemoryLog
    package let database: MemoryDatabase
    /// The effects that were produced, in order.
    private(set) var published: [KafkaMessage] = []
    let group: SimulatedGroup
    private let startLane: LaneStarter
    private let trace: ((String) -> Void)?

    var random: SeededRandom
    private(set) var now = 0
    private(set) var steps = 0
    /// No more faults: what is left is to be caught up with.
    var isCalm = false
    private(set) var counts: [Fault: Int] = [:]
    /// Divides how often faults come, from run to run: some orderings need quiet before or behind them.
    private let quietness: Int
    /// An operator looks after parked events.
    let operates: Bool
    /// A build that is being made beside the live one.
    var rebuild: (any Rebuild)?
    /// Nil where none is made.
    let makeRebuild: ((World) -> any Rebuild)?
    private(set) var workers: [SimulatedWorker] = []
    /// Dead ones too, which a frame of theirs may still refer to.
    private var everyWorker: [SimulatedWorker] = []
    private var lanes: [SimulatedLane] = []
    /// Commits that their senders gave up on and that may still arrive.
    private var underWay: [MemoryCommit] = []
    private var kept: [MemoryDatabase.Contents] = []
    private var depth = 0
    private var workersMade = 0
    private(set) var feed: LogFeed

    /// Makes a lane's loop, which the generic caller knows the fold of.
    typealias LaneStarter = (SimulatedLane, LaneClaim, any LaneLog, any LaneDatabase, any LogProducer) -> () -> LaneStep

    init(
        _ view: ViewConfiguration, seed: UInt64, feed: LogFeed, database: MemoryDatabase, operates: Bool,
        makeRebuild: ((World) -> any Rebuild)?, mutation: Mutation?, trace: ((String) -> Void)?,
        startLane: @escaping LaneStarter
    ) {
        self.view = view
        self.mutation = mutation
        self.feed = feed
        self.database = database
        self.operates = operates
        self.makeRebuild = makeRebuild
        self.trace = trace
        self.startLane = startLane
        random = SeededRandom(seed: seed)
        quietness = random.pick([1, 2, 6, 20])
        log = feed.log
        group = SimulatedGroup(view)
        group.world = self
    }

    var isFed: Bool { feed.isDone }

    func note(_ text: @autoclosure () -> String) {
        guard let trace else { return }
        trace("\(steps) \(now) ms \(String(repeating: "  ", count: depth))\(text())")
    }

    /// Whether the fault comes now.
    func strikes(_ fault: Fault) -> Bool {
        let most = fault.isOfLog ? 10_000 : 10_000 * quietness
        guard !isCalm, Int.random(in: 0..<most, using: &random) < fault.rate else { return false }
        counts[fault, default: 0] += 1
        note("fault: \(fault.rawValue)")
        return true
    }

    /// Where the engine calls out: others may take steps before the call is served.
    /// - Returns: false when the caller is dead.
    func serve(_ worker: SimulatedWorker) -> Bool {
        guard !worker.isDead else { return false }
        if depth < Self.deepest, strikes(.otherStepsBetween) {
            depth += 1
            for _ in 0..<random.pick([1, 2, 5, 20, 80]) { step() }
            depth -= 1
            note("back to \(worker.name)")
        }
        return !worker.isDead
    }

    /// The engine's clock in this world.
    var instant: ContinuousClock.Instant { Self.origin + .milliseconds(now) }

    private static let origin = ContinuousClock.now
    private static let deepest = 2
    private static let longestStepMilliseconds = 40
    static let sessionMilliseconds = 2_000

    /// One step of one worker, one lane, a producer or fate.
    func step() {
        steps += 1
        now += Int.random(in: 0...Self.longestStepMilliseconds, using: &random)
        group.expel(before: now - Self.sessionMilliseconds)
        switch Int.random(in: 0..<100, using: &random) {
        case ..<12: feed.appendSome(self)
        case ..<35: if let worker = pickWorker() { worker.step() }
        case ..<84: if let lane = pickLane() { lane.step() }
        case ..<90: if let rebuild { stepRebuild(rebuild) } else if let lane = pickLane() { lane.step() }
        default: strikeSomewhere()
        }
    }

    private func pickWorker() -> SimulatedWorker? {
        let ready = workers.filter { $0.canStep(now) && !$0.isBusy }
        return ready.isEmpty ? nil : random.pick(ready)
    }

    private func pickLane() -> SimulatedLane? {
        lanes.removeAll { $0.end != nil || $0.worker.isDead }
        let ready = lanes.filter { $0.canStep(now) }
        return ready.isEmpty ? nil : random.pick(ready)
    }

    // MARK: workers

    @discardableResult
    func startWorker() -> SimulatedWorker {
        workersMade += 1
        let worker = SimulatedWorker(self, name: "worker \(workersMade)")
        workers.append(worker)
        everyWorker.append(worker)
        note("\(worker.name) starts")
        group.join(worker)
        return worker
    }

    func makeLane(_ worker: SimulatedWorker, _ claim: LaneClaim, _ log: SimulatedLaneLog) -> SimulatedLane {
        let lane = SimulatedLane(worker, claim)
        let database = SimulatedDatabase(self, worker, log)
        lane.advance = startLane(lane, claim, log, database, SimulatedProducer(self, worker))
        lanes.append(lane)
        return lane
    }

    private func end(_ worker: SimulatedWorker) {
        worker.isDead = true
        workers.removeAll { $0 === worker }
        lanes.removeAll { $0.worker === worker }
    }

    // MARK: faults between steps

    private func strikeSomewhere() {
        if !underWay.isEmpty, random.chance(20) { landCommit() }
        if workers.count < 3, random.chance(workers.isEmpty ? 50 : 3) { startWorker() }
        if random.chance(30) { keepContents() }
        for fault in Fault.ofWorld where strikes(fault) { strike(fault) }
    }

    private func strike(_ fault: Fault) {
        switch fault {
        case .crash: if let worker = workers.randomElement(using: &random) { crash(worker) }
        case .restart: if let worker = pickWorker() { stop(worker) }
        case .slowConsumer:
            if let worker = workers.randomElement(using: &random) {
                worker.frozenUntil = now + random.pick([50, 500, 2_500, 10_000])
                note("\(worker.name) stands still until \(worker.frozenUntil)")
            }
        case .rebalance: group.rebalance()
        case .databaseRestart: database.endSessions()
        case .databaseSetBack: setBack()
        // What was decided cannot be rolled back.
        case .rollback: if !view.isReactor { rollBack() }
        case .pause: pause()
        case .operatorRequest: if operates { operate() }
        case .mended: if operates { mend() }
        case .replayBegun: beginRebuild()
        case .replayKilled: rebuild?.kill()
        case .replayCancelled: rebuild = nil
        default: break
        }
    }

    func crash(_ worker: SimulatedWorker) {
        note("\(worker.name) is killed")
        end(worker)
    }

    private func stop(_ worker: SimulatedWorker) {
        note("\(worker.name) is asked to stop")
        worker.stopInOrder()
        end(worker)
        group.leave(worker)
        startWorker()
    }

    private func pause() {
        let lanes = Set((0..<view.lanes).filter { _ in random.chance(30) })
        note("lanes \(lanes.sorted()) are to pause")
        setPaused(lanes)
    }

    private func setPaused(_ lanes: Set<Int>) {
        for worker in workers where !worker.isBusy { worker.keeper.setPaused(lanes, now: now) }
    }

    private func keepContents() {
        kept.append(database.contents)
        if kept.count > 3 { kept.removeFirst() }
    }

    private func setBack() {
        guard let contents = random.chance(60) ? kept.last : kept.randomElement(using: &random) else { return }
        note("the database goes back to \(contents.lanes.map { $0.next.values.reduce(0, +) })")
        database.restore(contents)
        rebuild = nil
        // A pooler hides from its clients that the server is another one.
        if random.chance(50) { database.endSessions() }
        // What came later never was.
        kept = [contents]
        underWay = []
    }

    private func rollBack() {
        guard let contents = kept.randomElement(using: &random) else { return }
        let offsets = contents.lanes.map { $0.next.values.reduce(0, +) }
        let isLive = database.rollBack(to: contents)
        note(
            isLive ? "an older build is live again, at \(offsets)" : "an older build has folded what was dropped since")
    }

    /// What workers produce: events of the view's own topics, or effects.
    func take(_ messages: [KafkaMessage]) throws(KafkaError) {
        for message in messages {
            if log.topics.contains(message.topic) { try log.append(message) } else { published.append(message) }
        }
    }

    // MARK: commits under way

    func holdBack(_ commit: MemoryCommit) { underWay.append(commit) }

    private func landCommit() {
        guard !underWay.isEmpty else { return }
        let commit = underWay.remove(at: Int.random(in: underWay.indices, using: &random))
        do throws(LaneFailure) {
            try database.commit(commit)
            note("a late commit of lane \(commit.claim.lane), epoch \(commit.claim.epoch), passes")
        } catch {
            note("a late commit of lane \(commit.claim.lane), epoch \(commit.claim.epoch): \(error.reason)")
        }
    }

    // MARK: the end

    /// Mends everything and lets the workers catch up.
    /// - Returns: what keeps them from it.
    func settle() -> String? {
        isCalm = true
        note("calm")
        while !feed.isDone { feed.appendSome(self) }
        feed.appendMarkers()
        while !underWay.isEmpty { landCommit() }
        // Effects that were published and deleted may be there again; who claims anew sees to them.
        if counts[.databaseSetBack] != nil { database.endSessions() }
        setPaused([])
        for worker in workers { worker.frozenUntil = 0 }
        if workers.isEmpty { startWorker() }
        rebuild?.finish(self)
        rebuild = nil
        return catchUp() ?? (operates ? emptyParkingLot() : nil)
    }

    /// Steps of workers and lanes, without faults, until they have done all there is.
    func catchUp() -> String? {
        for _ in 0..<Self.longestSettling {
            if isCaughtUp { return nil }
            steps += 1
            now += 50
            group.expel(before: now - Self.sessionMilliseconds)
            for worker in workers { worker.step() }
            if let failed = workers.compactMap(\.failure).first { return failed }
            for lane in lanes where lane.canStep(now) && !lane.worker.isDead { lane.step() }
            lanes.removeAll { $0.end != nil || $0.worker.isDead }
        }
        return "after \(Self.longestSettling) rounds without faults lanes are not caught up: \(lag)"
    }

    private static let longestSettling = 2_000

    private var lag: [String] {
        (0..<view.lanes).flatMap { lane in
            view.topics.enumerated().map { index, topic in
                let next = database.contents.lanes[lane].next[topic] ?? 0
                return "\(topic)/\(lane) \(next) of \(log.end(topic: index, partition: lane))"
            } + ["\(database.contents.outboxes[lane].rows.count) effects not published"]
        }
    }

    private var isCaughtUp: Bool {
        guard !database.hasOpenRequests else { return false }
        return (0..<view.lanes).allSatisfy { lane in
            guard database.contents.outboxes[lane].rows.isEmpty else { return false }
            return view.topics.enumerated().allSatisfy { index, topic in
                database.contents.lanes[lane].next[topic] == log.end(topic: index, partition: lane)
            }
        }
    }
}
