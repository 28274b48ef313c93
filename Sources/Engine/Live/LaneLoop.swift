import Kafka
import Projections

/// What a lane's thread does, a step at a time: claims as needed, takes a batch, folds and commits it, gets over faults.
/// Lives on that thread alone.
package final class LaneLoop<Fold: ViewFold> {
    private let view: ViewConfiguration
    private let owner: String
    private let lane: Int
    private let log: any LaneLog
    private let database: any LaneDatabase
    private let producer: any LogProducer
    private let counters: LaneCounters
    private let stop: StopSignal
    private let report: ([String: Int64]) -> Void
    private let clock: () -> ContinuousClock.Instant

    private var store: (any LaneStore)?
    /// Taken, and not folded with yet.
    private var claim: LaneClaim?
    private var processor: LaneProcessor<Fold>?
    /// Taken from the log and not committed yet.
    private var batch: KafkaBatch?
    /// By input, where the log stood before `batch`: it never gives anything below again.
    private var floor: [Int64]
    private var retry = LaneRetry()
    private let copier: (any ParkedCopying)?
    private var nextParkingLook: ContinuousClock.Instant
    /// Why the lane stands still for want of room to park, already told of.
    private var toldFull: String?

    /// - Parameters:
    ///   - clock: says when to look again for what operators ask, and when their turn is over.
    ///   - report: told where the lane stands, by topic, after each commit.
    package init(
        _ view: ViewConfiguration, owner: String, claim: LaneClaim, log: any LaneLog, database: any LaneDatabase,
        producer: any LogProducer, copier: (any ParkedCopying)? = nil, counters: LaneCounters, stop: StopSignal,
        clock: @escaping () -> ContinuousClock.Instant = { .now },
        report: @escaping ([String: Int64]) -> Void
    ) {
        self.view = view
        self.owner = owner
        self.claim = claim
        self.log = log
        self.database = database
        self.producer = producer
        self.copier = copier
        self.counters = counters
        self.stop = stop
        self.clock = clock
        nextParkingLook = clock()
        self.report = report
        lane = claim.lane
        floor = claim.offsets(of: view)
    }

    package func advance() -> LaneStep {
        if stop.isSet { return .end(.stopped) }
        do throws(LaneFailure) {
            if processor == nil, let end = try prepare() { return .end(end) }
            if let end = try work() { return .end(end) }
            retry.succeeded()
            return .goOn
        } catch {
            return recover(from: error)
        }
    }

    /// Connects and claims as needed. After a fault the lane is claimed again only while it is still ours.
    private func prepare() throws(LaneFailure) -> LaneEnd? {
        let store = try openStore()
        if claim == nil {
            switch try store.claim(lane: lane, owner: owner, onlyIfOwned: true) {
            case .claimed(let taken): claim = taken
            case .taken(let other): return .lost(to: other)
            case .otherFold(let fold): return .lost(to: "the workers of fold \(fold)")
            case .busy: throw .database(.usage("the lane is being claimed elsewhere"))
            }
        }
        guard let claim else { return nil }
        let processor = try LaneProcessor<Fold>(
            view, claim: claim, store: store, producer: producer, counters: counters)
        guard zip(processor.next, floor).allSatisfy({ $0 >= $1 }) else { return .rewind }
        try processor.publishLeftovers()
        self.processor = processor
        report(processor.claim.next)
        copier?.copy(processor.claim)
        return nil
    }

    private func openStore() throws(LaneFailure) -> any LaneStore {
        if let store { return store }
        let made = try database.open(stop: stop)
        store = made
        return made
    }

    private func work() throws(LaneFailure) -> LaneEnd? {
        guard let processor else { return nil }
        try serve(processor)
        let batch =
            batch
            ?? log.consumeBatch(
                maximumMessages: EngineLimits.batchRecords, timeoutMilliseconds: EngineLimits.batchWaitMilliseconds)
        if let failure = batch.partitionErrors.first {
            return .unreadable("\(failure.place): \(failure.error)")
        }
        self.batch = batch
        try processor.process(batch)
        floor = processor.next
        self.batch = nil
        tellOfParking(processor)
        try processor.publish(isIdle: batch.count == 0)
        // Behind the effects: what the group is told is done with.
        report(processor.claim.next)
        return nil
    }

    /// Does what operators asked of the parking lot meanwhile.
    private func serve(_ processor: LaneProcessor<Fold>) throws(LaneFailure) {
        guard clock() >= nextParkingLook, let desk = store?.desk else { return }
        let deadline = clock() + .milliseconds(EngineLimits.parkingTurnMilliseconds)
        let mayGoOn = { [stop, clock] in !stop.isSet && clock() < deadline }
        let requests = try desk.requests(lane: lane, limit: EngineLimits.parkingRequestsAtOnce)
        counters.statements.add(1)
        for request in requests where mayGoOn() { try processor.serve(request, at: desk, while: mayGoOn) }
        // When time was up or the hand full, there is more.
        guard mayGoOn(), requests.count < EngineLimits.parkingRequestsAtOnce else { return }
        nextParkingLook = clock() + .milliseconds(EngineLimits.parkingLookMilliseconds)
    }

    private func tellOfParking(_ processor: LaneProcessor<Fold>) {
        if processor.hasParked {
            processor.hasParked = false
            copier?.copy(processor.claim)
        }
        guard toldFull != nil else { return }
        toldFull = nil
        Log.info("lane_goes_on", ["view": view.name, "lane": "\(lane)"])
    }

    private func recover(from failure: LaneFailure) -> LaneStep {
        processor = nil
        claim = nil
        tell(failure)
        if case .database(let error) = failure, error.isConnectionLost || store?.isAlive != true { store = nil }
        switch retry.after(failure) {
        case .claimAgain: return .goOn
        case .claimAfter(let milliseconds): return .pause(milliseconds: milliseconds)
        case .end(let end): return .end(end)
        }
    }

    private func tell(_ failure: LaneFailure) {
        var fields = ["view": view.name, "lane": "\(lane)"]
        switch failure {
        case .fenced, .moved:
            counters.fenced.add(1)
            fields["epoch"] = "\(counters.lane(lane, inputs: view.inputs.count).epoch.current)"
            fields["reason"] = "another claim or a swap of builds moved the lane on; nothing of this batch was written"
            Log.warning("fenced", fields)
        case .database, .reroute:
            fields["reason"] = failure.reason
            (failure.isOfDatabase ? counters.databaseRetries : counters.rerouteRetries).add(1)
            Log.warning(failure.isOfDatabase ? "database_retry" : "reroute_retry", fields)
        case .parkingLotFull(let reason):
            guard toldFull != reason else { return }
            toldFull = reason
            fields["reason"] = "\(reason); it goes on by itself once there is room: `tapefold dlq list \(view.name)`"
            Log.error("lane_stopped", fields)
        case .stored, .fold, .log, .overruled, .stopped: break
        }
    }
}
