import Foundation
import Kafka
import Postgres
import Projections

extension LiveWorker {
    /// Claims every lane that the group gave, outside of any callback, and starts them together.
    func start(_ consumer: KafkaConsumer) {
        nextTry = .now + .milliseconds(EngineLimits.retryMilliseconds)
        do throws(EngineError) {
            guard let claims = try claimWanted() else { return }
            let faults = try logFaults(claims.map { ($0.lane, $0.next) }, consumer)
            stopLanes()
            try run(claims.filter { faults[$0.lane] == nil }, consumer)
            wanted = []
            tell(faults)
        } catch {
            Log.warning("claim_retry", ["view": view.name, "reason": error.message])
            if error.code == .database { connection = nil }
        }
    }

    /// Nil while a lane is busy.
    private func claimWanted() throws(EngineError) -> [LaneClaim]? {
        let connection = try connected()
        var claims: [LaneClaim] = []
        for lane in assigned.sorted() {
            let outcome = try inDatabase { () throws(PostgresError) in
                try LaneClaim.take(
                    view: view.name, lane: lane, owner: configuration.owner, onlyIfOwned: false, on: connection)
            }
            guard case .claimed(let claim) = outcome else { return nil }
            claims.append(claim)
        }
        return claims
    }

    private func connected() throws(EngineError) -> PostgresConnection {
        if let connection, connection.isAlive { return connection }
        let made = try inDatabase { () throws(PostgresError) in
            try PostgresConnection.connect(configuration.laneDatabase) { [stop] in stop.isSet }
        }
        connection = made
        return made
    }

    /// Why lanes can't go on from their offsets, where the log no longer, or not yet, has their next record.
    private func logFaults(
        _ lanes: [(lane: Int, next: [String: Int64])], _ consumer: KafkaConsumer
    ) throws(EngineError) -> [Int: String] {
        var faults: [Int: String] = [:]
        for (lane, offsets) in lanes {
            for topic in view.topics where faults[lane] == nil {
                let place = TopicPartition(topic: topic, partition: Int32(lane))
                let bounds = try inKafka { () throws(KafkaError) in try consumer.watermarks(place) }
                faults[lane] = fault(place, bounds, next: offsets[topic] ?? 0)
            }
        }
        return faults
    }

    private func fault(_ place: TopicPartition, _ bounds: KafkaWatermarks, next: Int64) -> String? {
        if bounds.low > next {
            return "\(place): retention removed offsets \(next)..<\(bounds.low) before view \(view.name) folded them; "
                + "rebuild it with `tapefold replay \(view.name)`"
        }
        if bounds.high < next {
            return "\(place) ends at \(bounds.high), but view \(view.name) has folded up to \(next): the topic was "
                + "created anew or its log was cut; rebuild the view with `tapefold replay \(view.name)`"
        }
        return nil
    }

    private func tell(_ faults: [Int: String]) {
        for (lane, reason) in faults.sorted(by: { $0.key < $1.key }) where stopped[lane] != reason {
            Log.error("lane_stopped", ["view": view.name, "lane": "\(lane)", "reason": reason])
        }
        stopped = faults
        nextStoppedLook = .now + .milliseconds(EngineLimits.maximumRetryMilliseconds)
    }

    /// Starts stopped lanes again once the log has their next record, as after a replay.
    func lookAtStopped(_ consumer: KafkaConsumer) {
        guard !stopped.isEmpty, wanted.isEmpty, ContinuousClock.now >= nextStoppedLook else { return }
        nextStoppedLook = .now + .milliseconds(EngineLimits.maximumRetryMilliseconds)
        do throws(EngineError) {
            let catalog = BuildCatalog(try connected())
            let offsets = try inDatabase { () throws(PostgresError) -> [LaneOffsets] in
                guard let live = try catalog.liveBuild(of: view.name) else { return [] }
                return try catalog.checkpoints(of: live)
            }
            let lanes = offsets.filter { stopped[$0.lane] != nil }.map { ($0.lane, $0.next) }
            if try logFaults(lanes, consumer).count < stopped.count { claimAgain() }
        } catch {
            Log.warning("stopped_lanes", ["view": view.name, "reason": error.message])
            if error.code == .database { connection = nil }
        }
    }

    private func run(_ claims: [LaneClaim], _ consumer: KafkaConsumer) throws(EngineError) {
        var offsets: [TopicPartitionOffset] = []
        var queues: [(LaneClaim, KafkaLaneQueue)] = []
        try inKafka { () throws(KafkaError) in
            try consumer.unassign()
            for claim in claims {
                let parts = view.topics.map { TopicPartition(topic: $0, partition: Int32(claim.lane)) }
                queues.append((claim, try consumer.laneQueue(for: parts)))
                for part in parts { offsets.append(TopicPartitionOffset(part, offset: claim.next[part.topic] ?? 0)) }
            }
            try consumer.assign(offsets)
        }
        reported = []
        for (claim, queue) in queues {
            runners[claim.lane] = LaneRunner<Fold>(
                view: view, configuration: configuration, claim: claim, queue: queue, rerouter: rerouter,
                counters: counters)
        }
    }

    /// Sees to lanes whose threads ended by themselves.
    func look(_ consumer: KafkaConsumer) {
        for (lane, runner) in runners where runner.isDone && !reported.contains(lane) {
            switch runner.outcome {
            case .running, .stopped: continue
            case .lost(let other):
                Log.warning("lane_lost", ["view": view.name, "lane": "\(lane)", "owner": other])
            case .rewind:
                Log.warning("lane_rewind", ["view": view.name, "lane": "\(lane)"])
            case .unreadable(let reason):
                Log.warning("lane_unreadable", ["view": view.name, "lane": "\(lane)", "reason": reason])
            case .failed(let reason):
                Log.error("lane_stopped", ["view": view.name, "lane": "\(lane)", "reason": reason])
                reported.insert(lane)
                continue
            }
            claimAgain()
            return
        }
    }

    /// The group still says that the lanes are ours: claim them all again, after a while in which the group may say otherwise.
    private func claimAgain() {
        stopLanes()
        wanted = assigned
        nextTry = .now + .milliseconds(EngineLimits.groupCommitMilliseconds)
    }

    func noteProgress() {
        for (lane, runner) in runners {
            for (topic, offset) in runner.next {
                progress[TopicPartition(topic: topic, partition: Int32(lane))] = offset
            }
        }
    }

    /// For lag displays and autoscalers; where folding goes on is in the database.
    func commitToGroup(_ consumer: KafkaConsumer, waiting: Bool) {
        noteProgress()
        let changed = progress.filter { committed[$0.key] != $0.value }
        guard !changed.isEmpty else { return }
        let offsets = changed.map { TopicPartitionOffset($0.key, offset: $0.value) }
        do throws(KafkaError) {
            if waiting { try consumer.commit(offsets) } else { try consumer.commitAsync(offsets) }
            committed = progress
        } catch {
            Log.debug("group_commit", ["view": view.name, "reason": error.description])
        }
    }
}
