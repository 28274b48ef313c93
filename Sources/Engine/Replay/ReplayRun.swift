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
}

/// Rebuilds a view beside its live build and swaps the two when it has caught up.
public enum ReplayRun {
    /// - Parameters:
    ///   - fresh: drop what an interrupted run left instead of going on with it.
    /// - Throws: `EngineError`; the live build is then as it was.
    public static func run(
        view name: String, of views: ViewRegistry = .standard, configuration: WorkerConfiguration,
        topology view: ViewConfiguration, fresh: Bool = false,
        stop: StopSignal, observer: @escaping ReplayObserver
    ) throws(EngineError) -> ReplaySummary {
        try start(views.fold(named: name), view, configuration, fresh, stop, observer)
    }

    private static func start<Fold: ViewFold>(
        _: Fold.Type, _ view: ViewConfiguration, _ configuration: WorkerConfiguration, _ fresh: Bool,
        _ stop: StopSignal, _ observer: @escaping ReplayObserver
    ) throws(EngineError) -> ReplaySummary {
        try Replay<Fold>(view, configuration, stop, observer).run(fresh: fresh)
    }
}

/// One rebuild of one view.
final class Replay<Fold: ViewFold> {
    private let view: ViewConfiguration
    private let configuration: WorkerConfiguration
    private let stop: StopSignal
    private let observer: ReplayObserver
    private let connection: PostgresConnection
    private let catalog: BuildCatalog

    init(
        _ view: ViewConfiguration, _ configuration: WorkerConfiguration, _ stop: StopSignal,
        _ observer: @escaping ReplayObserver
    ) throws(EngineError) {
        self.view = view
        self.configuration = configuration
        self.stop = stop
        self.observer = observer
        connection = try inDatabase { () throws(PostgresError) in
            try PostgresConnection.connect(configuration.laneDatabase)
        }
        catalog = BuildCatalog(connection)
    }

    func run(fresh: Bool) throws(EngineError) -> ReplaySummary {
        let begun = ContinuousClock.now
        try lockReplay()
        let consumer = try inKafka { () throws(KafkaError) in
            try KafkaConsumer(configuration: configuration.kafka, groupId: nil)
        }
        defer { consumer.close() }
        try BuildPreparation.run(view, configuration, consumer: consumer, rebuilds: true)
        let live = try liveBuild()
        let workers = try FoldWorkers(view, configuration.kafka)
        try workers.check(over: live)
        let (build, wasResumed) = try begin(fresh: fresh, consumer)
        try checkPublication(build, over: live)
        let filler = try BuildFiller<Fold>(
            view, configuration, build: build, isResumed: wasResumed, paysEffects: true, stop: stop, observer: observer)
        defer { filler.close() }
        try filler.open()
        try filler.fill(to: try targets(of: live, consumer))
        try follow(live, build, filler, consumer, workers)
        let seconds = (ContinuousClock.now - begun).inSeconds
        observer(
            ReplayProgress(
                phase: .done, build: build.name, records: filler.progress.current, total: filler.progress.current,
                rate: 0, secondsLeft: 0))
        try dropOldBuilds(keeping: [build, live])
        return ReplaySummary(
            view: view.name, build: build.name, replaced: live.name, records: filler.progress.current,
            seconds: seconds, wasResumed: wasResumed,
            parked: try inDatabase { () throws(PostgresError) in try catalog.parkedCount(of: build) })
    }

    /// One rebuild a view at a time.
    private func lockReplay() throws(EngineError) {
        let rows = try inDatabase { () throws(PostgresError) in
            try connection.query(
                "SELECT pg_try_advisory_lock(hashtextextended('tapefold.replay.' || $1, 0))", [.text(view.name)])
        }
        guard try inDatabase({ () throws(PostgresError) in try rows.bool(0, 0) }) else {
            throw EngineError(.build, "another replay of view \(view.name) is running; wait for it or stop it")
        }
    }

    private func liveBuild() throws(EngineError) -> Build {
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
    private func begin(fresh: Bool, _ consumer: KafkaConsumer) throws(EngineError) -> (Build, Bool) {
        let builds = try inDatabase { () throws(PostgresError) in try catalog.builds(of: view.name) }
        for build in builds where build.status == .building {
            if !fresh, try isWorthResuming(build, consumer) { return (build, true) }
            try inDatabase { () throws(PostgresError) in try catalog.drop(build) }
        }
        let start = try BuildPreparation.logStart(view, consumer)
        let made = try inDatabase { () throws(PostgresError) in
            try catalog.makeBuild(of: view.definition, lanes: view.lanes, status: .building, start: start)
        }
        return (made, false)
    }

    /// A build of another fold or of a log that is gone is of no use; one without rows is sooner begun anew, in bulk. One
    /// that has folded events whose effects are owed can't tell them any more.
    private func isWorthResuming(_ build: Build, _ consumer: KafkaConsumer) throws(EngineError) -> Bool {
        guard build.fold == view.definition.foldNumber, build.lanes == view.lanes else { return false }
        let checkpoints = try inDatabase { () throws(PostgresError) in try catalog.checkpoints(of: build) }
        guard
            try zip(checkpoints, targets(checkpoints, consumer)).allSatisfy({ lane, reachable in
                zip(view.topics, reachable).allSatisfy { (lane.next[$0] ?? 0) == $1 }
            })
        else { return false }
        return try inDatabase { () throws(PostgresError) in
            if try OwedRows.exist(below: build, on: connection) { return false }
            for table in view.definition.tables {
                let found = try connection.query("SELECT EXISTS (SELECT 1 FROM \(build.schema).\(table.name))")
                if try found.bool(0, 0) { return true }
            }
            return false
        }
    }

    /// Where the live build is, as far as the log goes.
    private func targets(of live: Build, _ consumer: KafkaConsumer) throws(EngineError) -> [[Int64]] {
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
                offsets.append(min(lane.next[topic] ?? 0, bounds.high))
            }
            targets.append(offsets)
        }
        return targets
    }

    /// Follows the live build until it is near, then swaps; tries again while the live lanes are too busy.
    private func follow(
        _ live: Build, _ build: Build, _ filler: BuildFiller<Fold>, _ consumer: KafkaConsumer, _ workers: FoldWorkers
    ) throws(EngineError) {
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
                try filler.catchUp(to: targets)
                continue
            }
            try workers.check(over: live)
            filler.report(.swapping, force: true)
            if try swap(live, build, filler, cut(checkpoints, targets), mark) { return }
            if stop.isSet { throw .interrupted(build) }
            stop.pause(milliseconds: EngineLimits.retryMilliseconds)
            try filler.catchUp(to: try self.targets(of: live, consumer))
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
    /// - Returns: false when it could not get the locks or the last records in time; nothing changed then.
    private func swap(
        _ live: Build, _ build: Build, _ filler: BuildFiller<Fold>, _ cut: Set<TopicPartition>, _ mark: String
    ) throws(EngineError) -> Bool {
        do throws(LaneFailure) {
            let done = try attempt(live, build, filler, cut, mark)
            if !done { try undo(filler) }
            return done
        } catch {
            guard mayRetry(error) else { throw .from(error, view: view.name) }
            do throws(LaneFailure) { try undo(filler) } catch { throw .from(error, view: view.name) }
            return false
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

    private func attempt(
        _ live: Build, _ build: Build, _ filler: BuildFiller<Fold>, _ cut: Set<TopicPartition>, _ mark: String
    ) throws(LaneFailure) -> Bool {
        do throws(PostgresError) {
            try connection.begin()
            try connection.execute("SET LOCAL lock_timeout = \(EngineLimits.swapLockMilliseconds)")
            try connection.query(
                "SELECT 1 FROM tapefold.lane WHERE view = $1 AND build = $2 ORDER BY lane FOR UPDATE",
                [.text(view.name), .text(live.name)])
        } catch {
            throw .from(error)
        }
        var checkpoints: [LaneOffsets]
        do throws(PostgresError) {
            // What operators had retried or dropped meanwhile has to be done here too, outside of this transaction.
            guard try ParkingCatalog(view: view.name, on: connection).mark() == mark else { return false }
            checkpoints = try catalog.checkpoints(of: live)
        } catch {
            throw .from(error)
        }
        // Lanes that fold nothing have no tail: workers of the new build's lanes go on from where it is.
        if live.lanes != view.lanes { checkpoints = [] }
        let deadline = ContinuousClock.now + .milliseconds(EngineLimits.swapTailMilliseconds)
        for (lane, offsets) in zip(filler.lanes, checkpoints) {
            let target = zip(view.topics, lane.next).map { topic, next in
                let isCut = cut.contains(TopicPartition(topic: topic, partition: Int32(offsets.lane)))
                return isCut ? next : max(offsets.next[topic] ?? 0, next)
            }
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

    /// The build that was live stays until the next replay; what is older goes.
    private func dropOldBuilds(keeping kept: [Build]) throws(EngineError) {
        try inDatabase { () throws(PostgresError) in
            for build in try catalog.builds(of: view.name) where build.status == .retired {
                if !kept.contains(where: { $0.name == build.name }) { try catalog.drop(build) }
            }
            for table in view.definition.tables {
                try connection.execute("ANALYZE \(kept[0].schema).\(table.name)")
            }
        }
    }
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
