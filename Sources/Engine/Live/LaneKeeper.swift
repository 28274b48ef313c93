import Kafka
import Projections

/// Does what `LaneOwnership` decides: claims the lanes that the group gives, consumes them from their checkpoints, starts
/// and ends them. Everything of a worker but its threads, its clock, Kafka and PostgreSQL. One thread's.
package final class LaneKeeper {
    /// Starts a lane that folds from its claim on.
    package typealias Starter = (LaneClaim, any LaneLog) -> any RunningLane

    let view: ViewConfiguration
    let owner: String
    let source: any LaneLogSource
    let database: any LaneDatabase
    let stop: StopSignal
    let starter: Starter
    package private(set) var ownership = LaneOwnership()
    private var running: [Int: any RunningLane] = [:]
    var store: (any LaneStore)?
    /// Of the last claim of all lanes.
    var claims: [Int: LaneClaim] = [:]
    /// The fold of the live build while it is another than this worker's, which then stands by.
    var servingFold: Int?
    /// Why lanes stand still, already told of.
    private var told: [Int: String] = [:]
    private var hasAssignment = false
    /// Why nothing of what the group gave is folded; nil mostly.
    var refusal: String?
    /// A topic has more partitions than the view was built from.
    var isGrown = false
    private var nextGroupCommit = 0
    /// The last commits of all lanes that this worker had, and what of it the group knows.
    private var progress: [TopicPartition: Int64] = [:]
    private var committed: [TopicPartition: Int64] = [:]
    /// Of a reactor whose database is older than its group: below these nothing is told, or they would be forgotten.
    var decidedBefore: [TopicPartition: Int64] = [:]

    package init(
        _ view: ViewConfiguration, owner: String, source: any LaneLogSource, database: any LaneDatabase,
        stop: StopSignal, starter: @escaping Starter
    ) {
        self.view = view
        self.owner = owner
        self.source = source
        self.database = database
        self.stop = stop
        self.starter = starter
    }

    /// Every lane that the group gave folds, or stands still for a reason, or waits for a build of this worker's fold.
    package var isReady: Bool { hasAssignment && (!ownership.hasWanted || servingFold != nil) }

    /// - Parameter now: milliseconds of a clock that never goes back.
    package func handle(_ event: KafkaConsumerEvent, now: Int) {
        switch event {
        case .assigned(let partitions):
            hasAssignment = true
            send(.given(wholeLanes(partitions)), now)
        case .revoked: send(.revoked, now)
        case .lost: send(.lost, now)
        case .partitionError(let place, let error):
            Log.error("partition", ["view": view.name, "place": "\(place)", "reason": error.description])
        case .error(let error):
            Log.warning("kafka", ["view": view.name, "reason": error.description])
        case .commitFailed(let places, let error):
            for place in places { committed[place.topicPartition] = nil }
            Log.debug("group_commit", ["view": view.name, "reason": error.description])
        case .statistics: break
        }
    }

    /// To be called often: sees to lanes that ended by themselves and to whatever is due.
    package func tend(now: Int) {
        send(.time, now)
        for (lane, runner) in running.sorted(by: { $0.key < $1.key }) {
            guard let end = runner.end, ownership.lanes[lane] == .running else { continue }
            tell(lane, end)
            send(.ended(lane: lane, end), now)
        }
        if now >= nextGroupCommit {
            commitToGroup(waiting: false)
            nextGroupCommit = now + EngineLimits.groupCommitMilliseconds
        }
    }

    /// Lets exactly these lanes stand still; the worker keeps them.
    package func setPaused(_ lanes: Set<Int>, now: Int) { send(.pauses(lanes), now) }

    /// Ends all lanes, with their last commits told to the group.
    package func end(now: Int) { send(.stop, now) }

    func send(_ event: LaneOwnership.Event, _ now: Int) {
        for action in ownership.handle(event, now: now) {
            switch action {
            case .claim(let lanes): send(claim(lanes), now)
            case .drain(let lanes): drain(lanes)
            case .assign(let lanes): if !assign(lanes) { send(.assignFailed, now) }
            case .look(let lanes): if let faults = look(lanes) { send(.looked(faults: faults), now) }
            case .commitToGroup(let waiting): commitToGroup(waiting: waiting)
            case .release: if !release() { send(.releaseFailed, now) }
            }
        }
    }

    private func drain(_ lanes: [Int]) {
        let ending = lanes.compactMap { lane in running[lane].map { (lane, $0) } }
        for (_, runner) in ending { runner.requestStop() }
        for (lane, runner) in ending where !runner.join(timeoutMilliseconds: EngineLimits.shutdownMilliseconds) {
            Log.warning("lane_busy", ["view": view.name, "lane": "\(lane)"])
        }
        noteProgress()
        for lane in lanes { running[lane] = nil }
    }

    private func assign(_ lanes: [Int]) -> Bool {
        tellOfFaults()
        do throws(KafkaError) {
            try source.unassign()
            var offsets: [TopicPartitionOffset] = []
            var logs: [(LaneClaim, any LaneLog)] = []
            for claim in lanes.compactMap({ claims[$0] }) {
                let parts = view.topics.map { TopicPartition(topic: $0, partition: Int32(claim.lane)) }
                logs.append((claim, try source.log(of: parts)))
                for part in parts { offsets.append(TopicPartitionOffset(part, offset: claim.next[part.topic] ?? 0)) }
            }
            try source.assign(offsets)
            for (claim, log) in logs { running[claim.lane] = starter(claim, log) }
            return true
        } catch {
            Log.warning("claim_retry", ["view": view.name, "reason": error.description])
            return false
        }
    }

    private func release() -> Bool {
        progress = [:]
        committed = [:]
        told = [:]
        do throws(KafkaError) {
            try source.unassign()
            return true
        } catch {
            Log.warning("unassign", ["view": view.name, "reason": error.description])
            return false
        }
    }

    /// Says once why lanes stand still.
    private func tellOfFaults() {
        var faults: [Int: String] = [:]
        for (lane, phase) in ownership.lanes {
            guard case .unreachable(let reason) = phase else { continue }
            faults[lane] = reason
        }
        for (lane, reason) in faults.sorted(by: { $0.key < $1.key }) where told[lane] != reason {
            Log.error("lane_stopped", ["view": view.name, "lane": "\(lane)", "reason": reason])
        }
        told = faults
    }

    private func tell(_ lane: Int, _ end: LaneEnd) {
        let fields = ["view": view.name, "lane": "\(lane)"]
        switch end {
        case .stopped: break
        case .lost(let other): Log.warning("lane_lost", fields.merging(["owner": other]) { $1 })
        case .rewind: Log.warning("lane_rewind", fields)
        case .unreadable(let reason): Log.warning("lane_unreadable", fields.merging(["reason": reason]) { $1 })
        case .failed(let reason): Log.error("lane_stopped", fields.merging(["reason": reason]) { $1 })
        }
    }

    private func noteProgress() {
        for (lane, runner) in running {
            for (topic, offset) in runner.next {
                progress[TopicPartition(topic: topic, partition: Int32(lane))] = offset
            }
        }
    }

    /// For lag displays and autoscalers, and for what `heedGroup` says; where folding goes on is in the database.
    private func commitToGroup(waiting: Bool) {
        noteProgress()
        let changed = progress.filter { place, offset in
            committed[place] != offset && offset >= decidedBefore[place] ?? 0
        }
        guard !changed.isEmpty else { return }
        do throws(KafkaError) {
            try source.commit(changed.map { TopicPartitionOffset($0.key, offset: $0.value) }, waiting: waiting)
            committed.merge(changed) { $1 }
        } catch {
            Log.debug("group_commit", ["view": view.name, "reason": error.description])
        }
    }
}
