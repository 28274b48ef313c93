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
        var attempts = 1
        while true {
            do throws(EngineError) {
                if let summary = try replay?.run() { return summary }
            } catch {
                guard error.isConnectionLost, !stop.isSet, attempts < EngineLimits.rebuildAttempts else { throw error }
                Log.warning("replay_goes_on", ["view": view.name, "reason": error.message])
            }
            // Its connections are closed first, so that the database ends what they were at.
            replay = nil
            attempts += 1
            options.startsAnew = false
            replay = try reconnected(view, configuration, options, stop, observer)
        }
    }

    /// Goes on with what a broken connection interrupted, as the next replay would. If that was a swap whose commit went
    /// unanswered there is nothing to go on with, and the view is rebuilt once more: dear, but right.
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
                guard error.isConnectionLost, !stop.isSet, ContinuousClock.now < deadline else { throw error }
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
    let begun = ContinuousClock.now
    /// When the build was live: what is tidied up behind it, which may wait for a vacuum, is no part of a rebuild's time.
    private var ended: ContinuousClock.Instant?
    private var hasHeldLanes = false

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
            try PostgresConnection.connect(configuration.laneDatabase)
        }
        catalog = BuildCatalog(connection)
    }

    func run() throws(EngineError) -> ReplaySummary {
        try BuildLock.replay(view: view.name).take(on: connection, until: lockDeadline, stop: stop)
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
        try checkPublication(build, over: live)
        let filler = try open(build, isResumed: wasResumed)
        defer { filler.close() }
        try filler.fill(to: try targets(of: live, consumer))
        try leaveOutOld(build)
        if options.goesLive {
            try follow(live, build, filler, consumer, workers)
            ended = .now
            try dropOldBuilds()
        } else {
            try filler.catchUp(to: try targets(of: live, consumer))
            try inDatabase { () throws(PostgresError) in try catalog.markReady(build) }
        }
        return try summary(of: build, live, filler, wasResumed: wasResumed)
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

    func summary(
        of build: Build, _ live: Build, _ filler: BuildFiller<Fold>, wasResumed: Bool
    ) throws(EngineError) -> ReplaySummary {
        let records = filler.progress.current
        observer(
            ReplayProgress(
                phase: .done, build: build.name, records: records, total: records, rate: 0, secondsLeft: 0))
        return ReplaySummary(
            view: view.name, build: build.name, replaced: options.goesLive ? live.name : nil, records: records,
            seconds: ((ended ?? .now) - begun).inSeconds, wasResumed: wasResumed,
            parked: try inDatabase { () throws(PostgresError) in try catalog.parkedCount(of: build) },
            skipped: filler.counters.refusedSkipped.current,
            isLive: options.goesLive, hasSpilled: filler.hasSpilled, hasHeldLanes: hasHeldLanes)
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
    private func checkpoints(of live: Build, _ consumer: KafkaConsumer) throws(EngineError) -> [LaneOffsets] {
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

    private func targets(_ checkpoints: [LaneOffsets], _ consumer: KafkaConsumer) throws(EngineError) -> [[Int64]] {
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

    /// Follows the live build until it is near, then swaps; tries again while the live lanes are too busy.
    func follow(
        _ live: Build, _ build: Build, _ filler: BuildFiller<Fold>, _ consumer: KafkaConsumer, _ workers: FoldWorkers
    ) throws(EngineError) {
        var rounds = CatchUpRounds()
        var tried: String?
        while true {
            let mark = try parkingMark()
            if mark != tried {
                try filler.retryParked()
                try inDatabase { () throws(PostgresError) in try catalog.carryCopies(from: live, to: build) }
                tried = mark
            }
            let checkpoints = try checkpoints(of: live, consumer)
            let targets = try targets(checkpoints, consumer)
            let distance =
                zip(filler.lanes, targets).map { lane, target in
                    zip(lane.next, target).reduce(Int64(0)) { max($0, $1.1 - $1.0) }
                }.max() ?? 0
            if distance > EngineLimits.swapDistanceRecords {
                rounds.note(distance: distance)
                if !rounds.mustHold {
                    try filler.catchUp(to: targets)
                    continue
                }
            }
            try workers.check(over: live)
            filler.report(.swapping, force: true)
            if try swap(live, build, filler, cut(checkpoints, targets), mark, holding: rounds.mustHold) { return }
            if stop.isSet { throw .interrupted(build) }
            rounds.noteFailedSwap()
            stop.pause(milliseconds: EngineLimits.retryMilliseconds)
            if !rounds.mustHold { try filler.catchUp(to: try self.targets(of: live, consumer)) }
        }
    }

    private func parkingMark() throws(EngineError) -> String {
        try inDatabase { () throws(PostgresError) in try ParkingCatalog(view: view.name, on: connection).mark() }
    }

    /// Partitions that end before the live build's checkpoint: made anew or cut, they have no more than the new build folds.
    private func cut(_ checkpoints: [LaneOffsets], _ reachable: [[Int64]]) -> Set<TopicPartition> {
        var result: Set<TopicPartition> = []
        for (lane, ends) in zip(checkpoints, reachable) {
            for (topic, end) in zip(view.topics, ends) where end < lane.next[topic] ?? 0 {
                result.insert(TopicPartition(topic: topic, partition: Int32(lane.lane)))
            }
        }
        return result
    }

    /// In one transaction: holds the live lanes, folds the tail, and makes the new build live.
    ///
    /// - Parameter holding: fold what the live build is ahead while its lanes are held, for a bounded time. What was
    ///   folded so stays when the time was too short.
    /// - Returns: false when it could not get the locks or the last records in time; nothing changed for readers then.
    private func swap(
        _ live: Build, _ build: Build, _ filler: BuildFiller<Fold>, _ cut: Set<TopicPartition>, _ mark: String,
        holding: Bool
    ) throws(EngineError) -> Bool {
        do throws(LaneFailure) {
            let checkpoints = try lockLanes(of: live)
            if holding { try overtake(checkpoints, filler, cut) }
            let done = try attempt(checkpoints, live, build, filler, cut, mark)
            if !done { try undo(filler) }
            return done
        } catch {
            if stop.isSet { throw .interrupted(build) }
            guard mayRetry(error) else { throw .from(error, view: view.name) }
            do throws(LaneFailure) { try undo(filler) } catch { throw .from(error, view: view.name) }
            return false
        }
    }

    /// Lets the lanes fold what the held live build is ahead, on their own connections.
    private func overtake(
        _ checkpoints: [LaneOffsets], _ filler: BuildFiller<Fold>, _ cut: Set<TopicPartition>
    ) throws(LaneFailure) {
        hasHeldLanes = true
        let targets = zip(filler.lanes, checkpoints).map { swapTarget($0, $1, cut) }
        do throws(EngineError) {
            try filler.catchUp(to: targets, until: .now + .milliseconds(EngineLimits.swapHoldMilliseconds))
        } catch {
            connection.rollbackIfOpen()
            throw error.code == .interrupted ? .stopped : .log(error.message)
        }
    }

    private func swapTarget(_ lane: FillLane<Fold>, _ offsets: LaneOffsets, _ cut: Set<TopicPartition>) -> [Int64] {
        zip(view.topics, lane.next).map { topic, next in
            let isCut = cut.contains(TopicPartition(topic: topic, partition: Int32(offsets.lane)))
            return isCut ? next : max(offsets.next[topic] ?? 0, next)
        }
    }

    /// After locks that were not to be had, or an event that has to be parked outside of the swap's transaction.
    private func mayRetry(_ failure: LaneFailure) -> Bool {
        if failure.eventFailure != nil { return true }
        guard case .database(let error) = failure else { return false }
        return error.isRetriable && !error.isConnectionLost
    }

    private func undo(_ filler: BuildFiller<Fold>) throws(LaneFailure) {
        connection.rollbackIfOpen()
        for lane in filler.lanes { try lane.revert() }
    }

    /// Begins the swap's transaction: the live lanes commit nothing from here on. Returns where they stand.
    private func lockLanes(of live: Build) throws(LaneFailure) -> [LaneOffsets] {
        do throws(PostgresError) {
            try connection.begin()
            try connection.execute("SET LOCAL lock_timeout = \(EngineLimits.swapLockMilliseconds)")
            try connection.query(
                "SELECT 1 FROM tapefold.lane WHERE view = $1 AND build = $2 ORDER BY lane FOR UPDATE",
                [.text(view.name), .text(live.name)])
            // Lanes that fold nothing have no tail: workers of the new build's lanes go on from where it is.
            return live.lanes == view.lanes ? try catalog.checkpoints(of: live) : []
        } catch {
            throw .from(error)
        }
    }

    private func attempt(
        _ checkpoints: [LaneOffsets], _ live: Build, _ build: Build, _ filler: BuildFiller<Fold>,
        _ cut: Set<TopicPartition>, _ mark: String
    ) throws(LaneFailure) -> Bool {
        do throws(PostgresError) {
            // What operators had retried or dropped meanwhile has to be done here too, outside of this transaction.
            guard try ParkingCatalog(view: view.name, on: connection).mark() == mark else { return false }
        } catch {
            throw .from(error)
        }
        let deadline = ContinuousClock.now + .milliseconds(EngineLimits.swapTailMilliseconds)
        for (lane, offsets) in zip(filler.lanes, checkpoints) {
            let target = swapTarget(lane, offsets, cut)
            guard try lane.tail(to: target, on: connection, deadline: deadline) else { return false }
        }
        do throws(PostgresError) {
            for lane in filler.lanes { try lane.payEffects(on: connection) }
            for place in cut { try OwedRows.forget(place, view: view.name, on: connection) }
            try BuildSwap.promote(build, over: live, view.definition, on: connection)
            try connection.commit()
        } catch {
            throw .from(error)
        }
        return true
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
