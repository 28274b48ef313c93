import Foundation
import Kafka
import Postgres
import Projections
import Synchronization
import Telemetry

/// Fills a build from the log up to given offsets, beside whatever is live: in bulk, then indexes, then as live lanes do.
final class BuildFiller<Fold: ViewFold> {
    let view: ViewConfiguration
    let configuration: WorkerConfiguration
    private(set) var build: Build
    /// An interrupted run left rows in it.
    private let isResumed: Bool
    /// It may go live, and then pays what the live build owes.
    private let paysEffects: Bool
    let counters = LaneCounters(badRecordsTold: EngineLimits.badRecordsTold)
    /// A lane remembered as much as it may and goes on with indexes.
    private(set) var hasSpilled = false
    let progress = Counter()
    private let limits: RebuildLimits
    private let pace: Pace?
    /// Set by a lane that fails too, to stop the others: it ends this filling, not what its caller does then.
    private let stop: StopSignal
    private let observer: ReplayObserver
    private let started = ContinuousClock.now
    private let consumer: KafkaConsumer
    private(set) var lanes: [FillLane<Fold>] = []
    /// By lane, what is parked whatever the fold would say of it.
    var heldBack: [Int: Set<ParkingChanges.Place>] = [:]
    private var total = 0
    private var nextReport = ContinuousClock.now

    init(
        _ view: ViewConfiguration, _ configuration: WorkerConfiguration, build: Build, isResumed: Bool = false,
        paysEffects: Bool = false, options: ReplayOptions = ReplayOptions(), stop: StopSignal,
        observer: @escaping ReplayObserver
    ) throws(EngineError) {
        self.view = view
        self.configuration = configuration
        self.build = build
        self.isResumed = isResumed
        self.paysEffects = paysEffects
        self.stop = StopSignal(within: stop)
        self.observer = observer
        let lanes = max(view.lanes, 1)
        limits = RebuildLimits(
            identities: options.identities / lanes, unflushedKeys: EngineLimits.rebuildUnflushedKeys / lanes)
        pace = Pace(eventsPerSecond: options.eventsPerSecond)
        consumer = try inKafka { () throws(KafkaError) in
            try KafkaConsumer(configuration: configuration.kafka, groupId: nil)
        }
    }

    /// Claims the build's lanes and starts to consume them from their checkpoints.
    ///
    /// What an interrupted run folded in bulk is in no memory any more: such a build gets its indexes first and goes on
    /// as a live one does.
    func open() throws(EngineError) {
        if isResumed, !build.isIndexed { try index() }
        var offsets: [TopicPartitionOffset] = []
        let indexes = StateIndexes(build, view.definition, configuration: configuration.laneDatabase)
        for lane in 0..<view.lanes {
            let connection = try inDatabase { () throws(PostgresError) in
                try PostgresConnection.connect(fillDatabase)
            }
            let claim = try inDatabase { () throws(PostgresError) in
                try LaneClaim.take(build, lane: lane, owner: configuration.owner, on: connection)
            }
            let parts = view.topics.map { TopicPartition(topic: $0, partition: Int32(lane)) }
            let queue = try inKafka { () throws(KafkaError) in try consumer.laneQueue(for: parts) }
            for part in parts { offsets.append(TopicPartitionOffset(part, offset: claim.next[part.topic] ?? 0)) }
            let owed = try inDatabase { () throws(PostgresError) in
                paysEffects ? try OwedRows.read(view: view.name, lane: lane, on: connection) : [:]
            }
            lanes.append(
                FillLane(
                    view, build: build, claim: claim, queue: queue, connection: connection, stateIndexes: indexes,
                    owed: owed, counters: counters, progress: progress, pace: pace, stop: stop))
        }
        for (lane, places) in heldBack { lanes[lane].holdBack(places) }
        try inKafka { () throws(KafkaError) in try consumer.assign(offsets) }
    }

    /// A rebuild's transactions stay open between its checkpoints, so they may stand still for a while.
    private var fillDatabase: PostgresConfiguration {
        var settings = configuration.laneDatabase
        settings.idleInTransactionTimeoutMilliseconds = 0
        settings.settings["maintenance_work_mem"] = "\(EngineLimits.rebuildIndexMegabytes)MB"
        settings.settings["work_mem"] = "\(EngineLimits.rebuildSortMegabytes)MB"
        return settings
    }

    func close() {
        consumer.close()
        counters.tellOfBadRecords(view: view.name)
    }

    /// Folds up to `targets`, by lane and input, and leaves the build indexed and its folds live.
    func fill(to targets: [[Int64]]) throws(EngineError) {
        count(targets)
        if !build.isIndexed {
            let limits = limits
            try each(.folding, targets) { (lane, target) throws(LaneFailure) in
                try lane.bulk(to: target, limits: limits)
            }
            hasSpilled = zip(lanes, targets).contains { !$0.isAt($1) }
            try index()
        }
        try each(.finishing, targets) { (lane, _) throws(LaneFailure) in try lane.goLive() }
        try catchUp(to: targets)
    }

    /// Folds on up to `targets`, as live lanes do, or until the time is up.
    func catchUp(to targets: [[Int64]], until deadline: ContinuousClock.Instant? = nil) throws(EngineError) {
        count(targets)
        try each(.catchingUp, targets) { (lane, target) throws(LaneFailure) in
            try lane.catchUp(to: target, until: deadline)
        }
    }

    /// Tries once more what the lanes parked.
    func retryParked() throws(EngineError) {
        try each(.finishing, lanes.map(\.next)) { (lane, _) throws(LaneFailure) in try lane.retryParked() }
    }

    private func count(_ targets: [[Int64]]) {
        let left = zip(lanes, targets).reduce(0) { sum, pair in
            sum + zip(pair.0.next, pair.1).reduce(0) { $0 + Int(max(0, $1.1 - $1.0)) }
        }
        total = progress.current + left
    }

    private struct Job: Sendable {
        let lane: FillLane<Fold>
        let target: [Int64]
    }

    /// Does the same on every lane at once.
    private func each(
        _ phase: ReplayProgress.Phase, _ targets: [[Int64]],
        _ work: @escaping @Sendable (FillLane<Fold>, [Int64]) throws(LaneFailure) -> Void
    ) throws(EngineError) {
        let jobs = zip(lanes, targets).map { Job(lane: $0, target: $1) }
        do throws(LaneFailure) {
            try LaneCrew.run(jobs, halt: stop, watch: { report(phase) }) { (job) throws(LaneFailure) in
                try work(job.lane, job.target)
            }
        } catch {
            throw .from(error, view: view.name)
        }
        if stop.isSet { throw .interrupted(build) }
        report(phase, force: true)
    }

    func report(_ phase: ReplayProgress.Phase, force: Bool = false) {
        guard force || ContinuousClock.now >= nextReport else { return }
        nextReport = .now + .milliseconds(EngineLimits.progressMilliseconds)
        let elapsed =
            Double((ContinuousClock.now - started).components.seconds)
            + Double((ContinuousClock.now - started).components.attoseconds) / 1e18
        let records = progress.current
        let rate = elapsed > 0 ? Double(records) / elapsed : 0
        observer(
            ReplayProgress(
                phase: phase, build: build.name, records: records, total: total, rate: rate,
                secondsLeft: rate > 0 ? Double(max(0, total - records)) / rate : nil))
    }

    /// Builds all keys and indexes, a few at once.
    private func index() throws(EngineError) {
        let settings = fillDatabase
        let jobs = view.definition.tables.flatMap { IndexJob.all(of: $0, view.definition, schema: build.schema) }
        do throws(LaneFailure) {
            try LaneCrew.run(
                jobs, atOnce: EngineLimits.rebuildIndexesAtOnce, halt: stop, watch: { report(.indexing) }
            ) { (job) throws(LaneFailure) in
                do throws(PostgresError) { try job.run(settings) } catch { throw .from(error) }
            }
        } catch {
            throw .from(error, view: view.name)
        }
        if stop.isSet { throw .interrupted(build) }
        let connection = try inDatabase { () throws(PostgresError) in try PostgresConnection.connect(settings) }
        try inDatabase { () throws(PostgresError) in
            for table in view.definition.tables {
                try connection.execute(BuildSQL.allowVacuum(table, schema: build.schema))
            }
            try BuildCatalog(connection).markIndexed(build)
        }
        build.isIndexed = true
    }
}

extension EngineError {
    static func from(_ failure: LaneFailure, view: String) -> EngineError {
        switch failure {
        case .database(let error): .from(error)
        case .fenced, .moved:
            EngineError(.build, "another process works on this build of view \(view); let it finish or stop it")
        case .stored(let reason): EngineError(.stored, reason)
        case .fold(let failure): EngineError(.build, "view \(view): \(failure.reason)")
        case .parkingLotFull(let reason): EngineError(.parkingLotFull, "view \(view): \(reason)")
        case .reroute(let reason), .log(let reason): EngineError(.kafka, reason)
        case .overruled(let place):
            EngineError(
                .overruled,
                "this build of view \(view) has folded \(place), which was dropped since (`tapefold dlq export` lists what was): "
                    + "a new one, by `tapefold replay \(view)`, leaves it out")
        case .stopped: EngineError(.interrupted, "interrupted")
        }
    }
}
