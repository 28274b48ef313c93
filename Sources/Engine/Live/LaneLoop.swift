import Foundation
import Kafka
import Postgres
import Projections

/// What a lane's thread does. Lives on that thread alone.
struct LaneLoop<Fold: ViewFold>: ~Copyable {
    private let view: ViewConfiguration
    private let configuration: WorkerConfiguration
    private let queue: KafkaLaneQueue
    private let rerouter: any Rerouting
    private let counters: LaneCounters
    private let stop: StopSignal
    private let report: ([String: Int64]) -> Void

    private var connection: PostgresConnection?
    private var processor: LaneProcessor<Fold>?
    /// Taken from the queue and not committed yet.
    private var batch: KafkaBatch?
    /// By input, where the queue stood before `batch`: the queue never gives anything below again.
    private var floor: [Int64] = []
    private var retryMilliseconds = EngineLimits.retryMilliseconds

    init(
        _ view: ViewConfiguration, _ configuration: WorkerConfiguration, _ queue: KafkaLaneQueue,
        _ rerouter: any Rerouting, _ counters: LaneCounters, _ stop: StopSignal,
        _ report: @escaping ([String: Int64]) -> Void
    ) {
        self.view = view
        self.configuration = configuration
        self.queue = queue
        self.rerouter = rerouter
        self.counters = counters
        self.stop = stop
        self.report = report
    }

    mutating func run(_ first: LaneClaim) -> LaneRunner<Fold>.Outcome {
        floor = view.inputs.map { first.next[$0.topic] ?? 0 }
        var claim: LaneClaim? = first
        while !stop.isSet {
            do throws(LaneFailure) {
                if processor == nil {
                    if let outcome = try prepare(&claim) { return outcome }
                }
                if let outcome = try step() { return outcome }
                retryMilliseconds = EngineLimits.retryMilliseconds
            } catch {
                claim = nil
                if let outcome = recover(from: error) { return outcome }
            }
        }
        return .stopped
    }

    /// Connects and claims as needed. After a fault the lane is claimed again only while it is still ours.
    private mutating func prepare(_ claim: inout LaneClaim?) throws(LaneFailure) -> LaneRunner<Fold>.Outcome? {
        do throws(PostgresError) {
            let connection = try connected()
            if claim == nil {
                switch try LaneClaim.take(
                    view: view.name, lane: Int(queue.partitions[0].partition), owner: configuration.owner,
                    onlyIfOwned: true, on: connection)
                {
                case .claimed(let taken): claim = taken
                case .taken(let other): return .lost(to: other)
                case .busy: throw .usage("the lane is being claimed elsewhere")
                }
            }
            guard let claim else { return nil }
            if claim.fold != view.definition.foldNumber {
                return .failed(
                    "build \(claim.build) of \(view.name) needs fold \(claim.fold), this worker has "
                        + "\(view.definition.foldNumber): run the worker of that version, or `tapefold replay \(view.name)`"
                )
            }
            let processor = try LaneProcessor<Fold>(
                view, claim: claim, connection: connection, rerouter: rerouter, counters: counters)
            guard zip(processor.next, floor).allSatisfy({ $0 >= $1 }) else { return .rewind }
            self.processor = processor
            report(processor.claim.next)
            return nil
        } catch {
            throw .from(error)
        }
    }

    private mutating func connected() throws(PostgresError) -> PostgresConnection {
        if let connection { return connection }
        let stop = stop
        let made = try PostgresConnection.connect(configuration.laneDatabase) { stop.isSet }
        connection = made
        return made
    }

    private mutating func step() throws(LaneFailure) -> LaneRunner<Fold>.Outcome? {
        guard let processor else { return nil }
        let batch =
            batch
            ?? queue.consumeBatch(
                maximumMessages: EngineLimits.batchRecords, timeoutMilliseconds: EngineLimits.batchWaitMilliseconds)
        if let failure = batch.partitionErrors.first {
            return .unreadable("\(failure.place): \(failure.error)")
        }
        self.batch = batch
        try processor.process(batch)
        floor = processor.next
        self.batch = nil
        report(processor.claim.next)
        return nil
    }

    private mutating func recover(from failure: LaneFailure) -> LaneRunner<Fold>.Outcome? {
        processor = nil
        var fields = ["view": view.name, "lane": "\(queue.partitions[0].partition)"]
        switch failure {
        case .fenced, .moved:
            counters.fenced.add(1)
            Log.info("fenced", fields)
            return nil
        case .database(let error):
            if error.isConnectionLost || connection?.isAlive != true { connection = nil }
            fields["reason"] = error.description
            Log.warning("database_retry", fields)
        case .reroute(let reason):
            fields["reason"] = reason
            Log.warning("reroute_retry", fields)
        case .stored(let reason), .parkingLotFull(let reason), .log(let reason):
            return .failed(reason)
        case .fold(let failure):
            return .failed(failure.reason)
        case .stopped:
            return .stopped
        }
        stop.pause(milliseconds: retryMilliseconds)
        retryMilliseconds = min(retryMilliseconds * 2, EngineLimits.maximumRetryMilliseconds)
        return nil
    }
}
