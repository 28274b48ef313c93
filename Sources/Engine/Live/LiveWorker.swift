import Foundation
import Kafka
import Postgres
import Projections

/// Serves a view's live build: joins the view's group, claims the lanes it is given and runs a thread for each.
public final class LiveWorker<Fold: ViewFold> {
    let view: ViewConfiguration
    let configuration: WorkerConfiguration
    let stop: StopSignal
    public let counters = LaneCounters()
    let rerouter: Rerouter
    /// Lanes that stopped for good, already told of.
    var reported: Set<Int> = []
    /// Lanes of this worker that can't go on from their checkpoints, and why.
    var stopped: [Int: String] = [:]
    var nextStoppedLook = ContinuousClock.now
    var connection: PostgresConnection?
    var runners: [Int: LaneRunner<Fold>] = [:]
    /// Given by the group and not running yet.
    var wanted: Set<Int> = []
    /// All lanes the group gave.
    var assigned: Set<Int> = []
    var nextTry = ContinuousClock.now
    private var nextGroupCommit = ContinuousClock.now
    private var hasAssignment = false
    private var isReady = false
    /// Why the view can't be served any longer.
    private var end: EngineError?
    /// The last commits of all lanes that this worker had, and what of it the group knows.
    var progress: [TopicPartition: Int64] = [:]
    var committed: [TopicPartition: Int64] = [:]

    public init(_ view: ViewConfiguration, _ configuration: WorkerConfiguration, stop: StopSignal) {
        self.view = view
        self.configuration = configuration
        self.stop = stop
        rerouter = Rerouter(configuration: configuration.kafka)
    }

    /// Runs until the stop signal, through restarts of broker and database.
    public func run() throws(EngineError) {
        let consumer = try inKafka { () throws(KafkaError) in
            try KafkaConsumer(configuration: configuration.kafka, groupId: view.groupId)
        }
        try prepareBuild(consumer)
        guard !stop.isSet else { return }
        try inKafka { () throws(KafkaError) in try consumer.subscribe(topics: view.topics) }
        Log.info("started", ["view": view.name, "group": view.groupId, "owner": configuration.owner])
        while !stop.isSet, end == nil {
            if let event = consumer.poll(timeoutMilliseconds: EngineLimits.eventWaitMilliseconds) {
                handle(event, consumer)
            }
            if end == nil { tend(consumer) }
        }
        stopLanes()
        commitToGroup(consumer, waiting: true)
        consumer.close()
        Log.info("stopped", counters.fields.merging(["view": view.name]) { first, _ in first })
        if let end { throw end }
    }

    /// Waits for Kafka and the database and makes the first build where there is none.
    private func prepareBuild(_ consumer: KafkaConsumer) throws(EngineError) {
        var wait = EngineLimits.retryMilliseconds
        while !stop.isSet {
            do throws(EngineError) {
                try BuildPreparation.run(view, configuration, consumer: consumer)
                return
            } catch {
                if error.code == .topology || error.code == .build { throw error }
                Log.warning("waiting", ["view": view.name, "reason": error.message])
                stop.pause(milliseconds: wait)
                wait = min(wait * 2, EngineLimits.maximumRetryMilliseconds)
            }
        }
    }

    private func handle(_ event: KafkaConsumerEvent, _ consumer: KafkaConsumer) {
        switch event {
        case .assigned(let partitions):
            checkTopics(consumer)
            take(partitions)
        case .revoked, .lost:
            stopLanes()
            commitToGroup(consumer, waiting: false)
            release(consumer)
        case .partitionError(let place, let error):
            Log.error("partition", ["view": view.name, "place": "\(place)", "reason": error.description])
        case .error(let error):
            Log.warning("kafka", ["view": view.name, "reason": error.description])
        case .commitFailed(_, let error):
            Log.debug("group_commit", ["view": view.name, "reason": error.description])
        case .statistics: break
        }
    }

    /// A topic that grew gives every worker of the group a new assignment, also those whose own lanes are as before.
    private func checkTopics(_ consumer: KafkaConsumer) {
        do throws(EngineError) {
            try BuildPreparation.checkTopics(view, consumer)
        } catch {
            // Lanes that can't be read are seen to when they are claimed.
            if error.code == .topology { end = error }
        }
    }

    private func take(_ partitions: [TopicPartition]) {
        let lanes = Dictionary(grouping: partitions) { Int($0.partition) }
        for (lane, parts) in lanes where Set(parts.map(\.topic)) != Set(view.topics) {
            Log.error(
                "split_lane",
                [
                    "view": view.name, "lane": "\(lane)",
                    "reason":
                        "the group gave only \(parts.map(\.topic).sorted()) of \(view.topics); every worker of the "
                        + "view must use partition.assignment.strategy=range and the topics equal partition counts",
                ])
        }
        for lane in lanes.keys where lane >= view.lanes {
            Log.error(
                "unknown_lane",
                [
                    "view": view.name, "lane": "\(lane)",
                    "reason":
                        "the topics have more partitions than the \(view.lanes) lanes that view \(view.name) was built "
                        + "from; what lies there is not folded: give the topics \(view.lanes) partitions again, or start "
                        + "with new topics and a new database; repartitioning a view's history is not built yet",
                ])
        }
        assigned = Set(
            lanes.filter { $0.key < view.lanes && Set($0.value.map(\.topic)) == Set(view.topics) }.keys)
        wanted = assigned
        hasAssignment = true
        nextTry = .now
        Log.info("assigned", ["view": view.name, "lanes": "\(assigned.sorted())"])
    }

    private func release(_ consumer: KafkaConsumer) {
        assigned = []
        wanted = []
        stopped = [:]
        progress = [:]
        committed = [:]
        do throws(KafkaError) { try consumer.unassign() } catch {
            Log.warning("unassign", ["view": view.name, "reason": error.description])
        }
    }

    func stopLanes() {
        for runner in runners.values { runner.requestStop() }
        for runner in runners.values where !runner.join(timeoutMilliseconds: EngineLimits.shutdownMilliseconds) {
            Log.warning("lane_busy", ["view": view.name, "lane": "\(runner.lane)"])
        }
        noteProgress()
        runners = [:]
    }

    private func tend(_ consumer: KafkaConsumer) {
        if !wanted.isEmpty, ContinuousClock.now >= nextTry { start(consumer) }
        look(consumer)
        lookAtStopped(consumer)
        if ContinuousClock.now >= nextGroupCommit {
            commitToGroup(consumer, waiting: false)
            nextGroupCommit = .now + .milliseconds(EngineLimits.groupCommitMilliseconds)
        }
        if !isReady, hasAssignment, wanted.isEmpty {
            isReady = true
            Log.info("ready", ["view": view.name])
        }
    }
}
