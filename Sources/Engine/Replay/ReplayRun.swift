import Domain
import Foundation
import Kafka
import Postgres
import Projections

/// What a rebuild did.
public struct ReplaySummary: Sendable {
    public let view: String
    public let build: String
    /// The build that was live before; nil when there was none.
    public let replaced: String?
    public let records: Int
    /// From the start until the new build was live, indexes included.
    public let seconds: Double
    /// The build had been begun by a run that was interrupted.
    public let wasResumed: Bool
    public let parked: Int
    /// Bad records that were left, where the view's policy is to skip them.
    public let skipped: Int
    /// False when it was left ready to be promoted.
    public let isLive: Bool
    /// It remembered as much as it may and went on with indexes.
    public let hasSpilled: Bool
    /// Lanes of the live build had to be held so that it could be overtaken.
    public let hasHeldLanes: Bool
}

/// Rebuilds a view beside its live build and swaps the two when it has caught up. A reactor is not rebuilt: its state is
/// carried over, see ``ReactorCarry``.
public enum ReplayRun {
    /// - Throws: `EngineError`; the live build is then as it was.
    public static func run(
        view name: String, of views: ViewRegistry = .standard, configuration: WorkerConfiguration,
        topology view: ViewConfiguration, options: ReplayOptions = ReplayOptions(), stop: StopSignal,
        observer: @escaping ReplayObserver
    ) throws(EngineError) -> ReplaySummary {
        if view.isReactor { return try ReactorCarry(view, configuration, options).run(observer) }
        return try start(views.fold(named: name), view, configuration, options, stop, observer)
    }

    private static func start<Fold: ViewFold>(
        _: Fold.Type, _ view: ViewConfiguration, _ configuration: WorkerConfiguration, _ options: ReplayOptions,
        _ stop: StopSignal, _ observer: @escaping ReplayObserver
    ) throws(EngineError) -> ReplaySummary {
        var options = options
        var replay: Replay<Fold>? = try Replay<Fold>(view, configuration, options, stop, observer)
        var attempt = ReplayAttempt()
        while true {
            do throws(EngineError) {
                if let summary = try replay?.run(after: attempt) { return summary }
            } catch {
                if stop.isSet, error.isConnectionLost { throw .interrupted(view) }
                guard error.isConnectionLost, attempt.number < EngineLimits.rebuildAttempts else { throw error }
                Log.warning("replay_goes_on", ["view": view.name, "reason": error.message])
            }
            attempt = replay?.attempt ?? attempt
            attempt.number += 1
            if attempt.hasBegunBuild { options.startsAnew = false }
            // Its connections are closed first, so that the database ends what they were at.
            replay = nil
            replay = try reconnected(view, configuration, options, stop, observer)
        }
    }

    /// Goes on with what a broken connection interrupted, as the next replay would.
    private static func reconnected<Fold: ViewFold>(
        _ view: ViewConfiguration, _ configuration: WorkerConfiguration, _ options: ReplayOptions,
        _ stop: StopSignal, _ observer: @escaping ReplayObserver
    ) throws(EngineError) -> Replay<Fold> {
        let deadline = ContinuousClock.now + .milliseconds(EngineLimits.rebuildReconnectMilliseconds)
        while true {
            do throws(EngineError) {
                let replay = try Replay<Fold>(view, configuration, options, stop, observer)
                replay.lockDeadline = deadline
                return replay
            } catch {
                if stop.isSet { throw .interrupted(view) }
                guard error.isConnectionLost, ContinuousClock.now < deadline else { throw error }
                usleep(useconds_t(EngineLimits.retryMilliseconds * 1_000))
            }
        }
    }
}

/// One rebuild of one view.
final class Replay<Fold: ViewFold> {
    let view: ViewConfiguration
    let configuration: WorkerConfiguration
    let options: ReplayOptions
    let stop: StopSignal
    let observer: ReplayObserver
    let connection: PostgresConnection
    let catalog: BuildCatalog
    /// Until when a session that works on the view's build is waited for.
    fileprivate(set) var lockDeadline = ContinuousClock.now
    /// What is known of this try and of those before it.
    fileprivate(set) var attempt = ReplayAttempt()
    var hasHeldLanes = false

    init(
        _ view: ViewConfiguration, _ configuration: WorkerConfiguration, _ options: ReplayOptions, _ stop: StopSignal,
        _ observer: @escaping ReplayObserver
    ) throws(EngineError) {
        self.view = view
        self.configuration = configuration
        self.options = options
        self.stop = stop
        self.observer = observer
        connection = try inDatabase { () throws(PostgresError) in
            try PostgresConnection.connect(configuration.laneDatabase) { stop.isSet }
        }
        catalog = BuildCatalog(connection)
    }

    func run(after attempt: ReplayAttempt) throws(EngineError) -> ReplaySummary {
        self.attempt = attempt
        try BuildLock.replay(view: view.name).take(on: connection, until: lockDeadline, stop: stop)
        if let reached = attempt.reached {
            if try isThere(reached) { return try finish(reached) }
            self.attempt.reached = nil
        }
        let consumer = try makeConsumer()
        defer { consumer.close() }
        try BuildPreparation.run(view, configuration, consumer: consumer, rebuilds: true)
        return try beginningAnew({ $0.status == .building }) { () throws(EngineError) in try rebuild(consumer) }
    }

    /// Does it again from the start where an operator dropped what it had folded: that can't be taken out of a build again.
    func beginningAnew<Result>(
        _ isOurs: (Build) -> Bool, _ body: () throws(EngineError) -> Result
    ) throws(EngineError) -> Result {
        for _ in 1..<EngineLimits.rebuildAttempts {
            do throws(EngineError) { return try body() } catch {
                guard error.code == .overruled else { throw error }
                connection.rollbackIfOpen()
                Log.warning("replay_begins_anew", ["view": view.name, "reason": error.message])
                try inDatabase { () throws(PostgresError) in
                    for build in try catalog.builds(of: view.name) where isOurs(build) { try catalog.drop(build) }
                }
            }
        }
        return try body()
    }

    private func rebuild(_ consumer: KafkaConsumer) throws(EngineError) -> ReplaySummary {
        let live = try liveBuild()
        let workers = try FoldWorkers(view, configuration.kafka, isNeeded: options.needsWorker)
        if options.goesLive { try workers.check(over: live) }
        let (build, wasResumed) = try begin(live, consumer)
        attempt.hasBegunBuild = true
        try checkPublication(build, over: live)
        let filler = try open(build, isResumed: wasResumed)
        let earlier = attempt.records
        defer {
            attempt.records = earlier + filler.progress.current
            filler.close()
        }
        try filler.fill(to: try targets(of: live, consumer))
        try leaveOutOld(build)
        if options.goesLive {
            try follow(live, build, filler, consumer, workers) {
                attempt.reached = reached(build, live, filler, earlier, wasResumed: wasResumed)
            }
        } else {
            try filler.catchUp(to: try targets(of: live, consumer))
            attempt.reached = reached(build, live, filler, earlier, wasResumed: wasResumed)
            try inDatabase { () throws(PostgresError) in try catalog.markReady(build) }
        }
        return try finish(reached(build, live, filler, earlier, wasResumed: wasResumed))
    }

    func reached(
        _ build: Build, _ live: Build, _ filler: BuildFiller<Fold>, _ earlier: Int, wasResumed: Bool
    ) -> ReachedBuild {
        ReachedBuild(
            build: build, replaced: live, records: earlier + filler.progress.current, ended: .now,
            wasResumed: wasResumed,
            skipped: filler.counters.refusedSkipped.current, hasSpilled: filler.hasSpilled, hasHeldLanes: hasHeldLanes)
    }

    /// Whether the commit that a broken connection left unanswered has passed.
    private func isThere(_ reached: ReachedBuild) throws(EngineError) -> Bool {
        let builds = try inDatabase { () throws(PostgresError) in try catalog.builds(of: view.name) }
        let status = builds.first { $0.name == reached.build.name }?.status
        return status == (options.goesLive ? .live : .ready)
    }

    /// What is left to do once the build is live or ready; none of it is done twice.
    private func finish(_ reached: ReachedBuild) throws(EngineError) -> ReplaySummary {
        attempt.reached = reached
        if options.goesLive { try dropOldBuilds() }
        return try summary(of: reached)
    }

    /// What maintenance dropped from the live build is not brought back by records that the log still has.
    private func leaveOutOld(_ build: Build) throws(EngineError) {
        try inDatabase { () throws(PostgresError) in
            let retained = try RetainedHistory.read(view.name, on: connection)
            try BuildRetention.apply(retained, build, view.definition, on: connection)
        }
    }

    func makeConsumer() throws(EngineError) -> KafkaConsumer {
        try inKafka { () throws(KafkaError) in try KafkaConsumer(configuration: configuration.kafka, groupId: nil) }
    }

    /// A filler at work on the build's checkpoints, which leaves out what the build took over.
    func open(_ build: Build, isResumed: Bool, asOf: Timestamp? = nil) throws(EngineError) -> BuildFiller<Fold> {
        var view = view
        let carried = try inDatabase { () throws(PostgresError) in
            try CarriedHistory.read(build, on: connection)
        }
        if asOf != nil || carried != nil { view.cut = LogCut(asOf: asOf, carried: carried) }
        let filler = try BuildFiller<Fold>(
            view, configuration, build: build, isResumed: isResumed, paysEffects: options.goesLive, options: options,
            stop: stop, observer: observer)
        do throws(EngineError) { try filler.open() } catch {
            filler.close()
            throw error
        }
        return filler
    }

    func summary(of reached: ReachedBuild) throws(EngineError) -> ReplaySummary {
        let (build, records) = (reached.build, reached.records)
        observer(
            ReplayProgress(
                phase: .done, build: build.name, records: records, total: records, rate: 0, secondsLeft: 0))
        return ReplaySummary(
            view: view.name, build: build.name, replaced: options.goesLive ? reached.replaced.name : nil,
            records: records, seconds: (reached.ended - attempt.begun).inSeconds, wasResumed: reached.wasResumed,
            parked: try inDatabase { () throws(PostgresError) in try catalog.parkedCount(of: build) },
            skipped: reached.skipped, isLive: options.goesLive, hasSpilled: reached.hasSpilled,
            hasHeldLanes: reached.hasHeldLanes)
    }

    func liveBuild() throws(EngineError) -> Build {
        guard let live = try inDatabase({ () throws(PostgresError) in try catalog.liveBuild(of: view.name) }) else {
            throw EngineError(.build, "view \(view.name) has no live build; start its processor first")
        }
        return live
    }

    /// A build that can't go live is not filled, and not left lying about either.
    private func checkPublication(_ build: Build, over live: Build) throws(EngineError) {
        do throws(EngineError) {
            try BuildPublication.check(build, over: live, view.definition, on: connection)
        } catch {
            guard error.code == .build else { throw error }
            try inDatabase { () throws(PostgresError) in try catalog.drop(build) }
            throw error
        }
    }

    /// Goes on with an interrupted build of this fold, or makes a new one at the start of the log.
    private func begin(_ live: Build, _ consumer: KafkaConsumer) throws(EngineError) -> (Build, Bool) {
        let builds = try inDatabase { () throws(PostgresError) in try catalog.builds(of: view.name) }
        for build in builds where build.status == .building {
            if !options.startsAnew, try isWorthResuming(build, consumer) { return (build, true) }
            try inDatabase { () throws(PostgresError) in try catalog.drop(build) }
        }
        let start = try BuildPreparation.logStart(view, consumer)
        let made = try inDatabase { () throws(PostgresError) in
            try catalog.makeBuild(of: view.definition, lanes: view.lanes, status: .building, start: start)
        }
        try carryHistory(from: live, to: made, start)
        return (made, false)
    }

    /// A build of another fold or of a log that is gone is of no use; one that has folded nothing yet is sooner begun anew, in bulk. One
    /// that has folded events whose effects are owed can't tell them any more.
    private func isWorthResuming(_ build: Build, _ consumer: KafkaConsumer) throws(EngineError) -> Bool {
        guard build.fold == view.definition.foldNumber, build.lanes == view.lanes else { return false }
        let checkpoints = try inDatabase { () throws(PostgresError) in try catalog.checkpoints(of: build) }
        guard try isInLog(checkpoints, consumer) else { return false }
        if try inDatabase({ () throws(PostgresError) in try OwedRows.exist(below: build, on: connection) }) {
            return false
        }
        for lane in checkpoints {
            for topic in view.topics where try lane.next[topic] ?? 0 > bounds(topic, lane.lane, consumer).low {
                return true
            }
        }
        return false
    }

    /// Whether the log still, and already, has the next record of every lane.
    func isInLog(_ checkpoints: [LaneOffsets], _ consumer: KafkaConsumer) throws(EngineError) -> Bool {
        for lane in checkpoints {
            for topic in view.topics {
                let bounds = try bounds(topic, lane.lane, consumer)
                guard bounds.low...max(bounds.low, bounds.high) ~= lane.next[topic] ?? 0 else { return false }
            }
        }
        return true
    }

    private func bounds(_ topic: String, _ lane: Int, _ consumer: KafkaConsumer) throws(EngineError) -> KafkaWatermarks
    {
        try inKafka { () throws(KafkaError) in
            try consumer.watermarks(TopicPartition(topic: topic, partition: Int32(lane)))
        }
    }

    /// How far to fold before the swap, by lane and input: see ``ReplayTarget``.
    func targets(of live: Build, _ consumer: KafkaConsumer) throws(EngineError) -> [[Int64]] {
        try targets(try checkpoints(of: live, consumer), consumer)
    }

    /// Where the live build is. One of another number of lanes stands still, and lanes that it lacks begin where the
    /// history that was moved to them ends: what came later is for live workers, who tell of its effects.
    func checkpoints(of live: Build, _ consumer: KafkaConsumer) throws(EngineError) -> [LaneOffsets] {
        var lanes = try inDatabase { () throws(PostgresError) in try catalog.checkpoints(of: live) }
        guard live.lanes != view.lanes else { return lanes }
        lanes = Array(lanes.prefix(view.lanes))
        for lane in lanes.count..<view.lanes {
            var next: [String: Int64] = [:]
            for topic in view.topics {
                let moved = try inDatabase { () throws(PostgresError) in
                    try RepartitionLedger.newEnds(of: topic, count: view.lanes, on: connection)
                }
                if let moved, lane >= moved.first, lane - moved.first < moved.ends.count {
                    next[topic] = moved.ends[lane - moved.first]
                } else {
                    let place = TopicPartition(topic: topic, partition: Int32(lane))
                    next[topic] = try inKafka { () throws(KafkaError) in try consumer.watermarks(place) }.high
                }
            }
            lanes.append(LaneOffsets(lane: lane, next: next))
        }
        return lanes
    }

    func targets(_ checkpoints: [LaneOffsets], _ consumer: KafkaConsumer) throws(EngineError) -> [[Int64]] {
        var targets: [[Int64]] = []
        for lane in checkpoints {
            var offsets: [Int64] = []
            for topic in view.topics {
                let place = TopicPartition(topic: topic, partition: Int32(lane.lane))
                let bounds = try inKafka { () throws(KafkaError) in try consumer.watermarks(place) }
                offsets.append(
                    ReplayTarget.offset(
                        live: lane.next[topic] ?? 0, bounds: bounds, tellsEffects: !view.outputs.isEmpty))
            }
            targets.append(offsets)
        }
        return targets
    }

    /// Keeps as many of the builds that were live as asked for.
    private func dropOldBuilds() throws(EngineError) {
        try inDatabase { () throws(PostgresError) in
            for build in try catalog.retiredBuilds(of: view.name).dropFirst(options.keptBuilds) {
                try catalog.drop(build)
            }
        }
    }
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
