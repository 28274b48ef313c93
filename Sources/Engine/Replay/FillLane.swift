import Events
import Kafka
import Postgres
import Projections
import Telemetry

/// One lane of a build that is being filled beside the live one.
///
/// `@unchecked Sendable`: the crew hands it from one thread to the next and waits for each before it goes on, so no
/// two threads ever use it at once.
final class FillLane<Fold: ViewFold>: @unchecked Sendable {
    let view: ViewConfiguration
    let build: Build
    let counters: LaneCounters
    let progress: Counter
    let connection: PostgresConnection
    private(set) var claim: LaneClaim
    private let queue: KafkaLaneQueue
    private let folder: LaneFolder<Fold>
    private let intake: RecordIntake
    private let stop: StopSignal
    private let stateIndexes: StateIndexes
    private let pace: Pace?
    private var processor: LaneProcessor<Fold>?
    /// Taken from the queue, in order, and reaching beyond what was wanted so far.
    private var held: [KafkaBatch] = []
    /// Folded in a transaction that is not committed yet.
    private var kept: [KafkaBatch] = []
    private let rebuiltEffects: RebuiltEffects?

    init(
        _ view: ViewConfiguration, build: Build, claim: LaneClaim, queue: KafkaLaneQueue,
        connection: PostgresConnection,
        stateIndexes: StateIndexes, owed: [String: Set<Int64>], counters: LaneCounters, progress: Counter,
        pace: Pace?, stop: StopSignal
    ) {
        self.view = view
        self.build = build
        self.claim = claim
        self.queue = queue
        self.connection = connection
        self.stateIndexes = stateIndexes
        self.counters = counters
        self.progress = progress
        self.pace = pace
        self.stop = stop
        folder = LaneFolder(view, claim: claim, mode: build.isIndexed ? .live : .rebuild, counters: counters)
        intake = RecordIntake(view, lane: claim.lane)
        rebuiltEffects = RebuiltEffects(view, lane: claim.lane, fold: folder.fold, owed: owed)
        folder.effects = rebuiltEffects
    }

    /// By input, the offset of the next record to fold.
    var next: [Int64] { processor?.next ?? view.inputs.map { claim.next[$0.topic] ?? 0 } }

    func isAt(_ target: [Int64]) -> Bool { zip(next, target).allSatisfy { $0 >= $1 } }

    /// Folds up to `target` with ledgers by COPY and state flushed rarely; ends early at the limit of what it may remember.
    func bulk(to target: [Int64], limits: RebuildLimits) throws(LaneFailure) {
        let store = PostgresLaneStore(view, on: connection)
        var bulk = BulkWriter(
            view, store: ViewStore(view.definition, schema: build.schema), parking: folder.parking, on: connection,
            stateIndexes)
        folder.parking.load(try store.parkedKeys(claim))
        folder.decisions = try store.heed(claim)
        folder.mayRead = { () throws(LaneFailure) in
            guard bulk.hasFlushed else { return false }
            do throws(PostgresError) { try self.stateIndexes.ensure() } catch { throw .from(error) }
            return true
        }
        defer { folder.mayRead = nil }
        var next = next
        // Books share what may be remembered: more than a part of it at once is for the table to grow to.
        folder.fold.expect(expected(from: next, to: target, atMost: limits.identities / 4))
        try consume(EngineLimits.rebuildBatchRecords, upTo: target, from: next) { (batch) throws(LaneFailure) in
            let taken = intake.take(batch, from: next, upTo: target)
            try folder.fold(taken.whole, batch, from: store)
            counters.folded.add(taken.events.count)
            next = taken.next
            try bulk.drain(folder.fold, claim: &claim, next: next, unflushedLimit: limits.unflushedKeys)
            rebuiltEffects?.committed(next: next)
            return folder.fold.rememberedIdentities > limits.identities ? nil : next
        }
        try bulk.flush(folder.fold, claim: &claim, next: next)
    }

    /// By kind, how many records lie before the target, or fewer.
    private func expected(from start: [Int64], to target: [Int64], atMost limit: Int) -> [EventKind: Int] {
        var expected: [EventKind: Int] = [:]
        for (index, input) in view.inputs.enumerated() {
            expected[input.kind, default: 0] += min(limit, Int(max(0, target[index] - start[index])))
        }
        return expected
    }

    /// Hands batches to `body` until it has got to `target`, a stop is asked for or it wants no more.
    ///
    /// - Parameter body: folds what lies before the target and returns how far it got, nil to end.
    private func consume(
        _ maximum: Int, upTo target: [Int64], from start: [Int64], until deadline: ContinuousClock.Instant? = nil,
        _ body: (KafkaBatch) throws(LaneFailure) -> [Int64]?
    ) throws(LaneFailure) {
        var reached = start
        var waiting = held[...]
        held = []
        while !stop.isSet, !waiting.isEmpty || zip(reached, target).contains(where: { $0 < $1 }) {
            if let deadline, ContinuousClock.now >= deadline { break }
            let batch =
                waiting.popFirst()
                ?? queue.consumeBatch(
                    maximumMessages: maximum, timeoutMilliseconds: EngineLimits.batchWaitMilliseconds)
            if let failure = batch.partitionErrors.first { throw .log(reason(failure.place, failure.error)) }
            let before = reached
            let now: [Int64]?
            do throws(LaneFailure) { now = try body(batch) } catch {
                // The queue gives nothing twice: a caller that goes on needs what was in hand.
                held.append(batch)
                held.append(contentsOf: waiting)
                throw error
            }
            guard let now else {
                held.append(batch)
                break
            }
            reached = now
            let count = zip(reached, before).reduce(0) { $0 + Int($1.0 - $1.1) }
            progress.add(count)
            // While live lanes are held, every moment counts.
            if deadline == nil { pace?.pay(count, stop) }
            if batch.positions.contains(where: { $0.nextOffset > reached[$0.topicIndex] }) { held.append(batch) }
        }
        held.append(contentsOf: waiting)
    }

    private func reason(_ place: TopicPartitionOffset, _ error: KafkaError) -> String {
        guard error.code == .autoOffsetReset || error.code == .offsetOutOfRange else { return "\(place): \(error)" }
        return
            "\(place): retention removed records that this build has still to fold, it is left as it is: start the command "
            + "again, which begins with what the log has by then, and keep the topic for longer (retention.ms, "
            + "retention.bytes) than a rebuild takes"
    }

    /// Parks these whatever the fold would say of them.
    func holdBack(_ places: Set<ParkingChanges.Place>) { folder.heldBack = places }

    /// Tries once more what was parked on the way: what it lacked may have come since.
    func retryParked() throws(LaneFailure) {
        try processor?.reload()
        try processor?.retryAll { [stop] in !stop.isSet }
    }

    /// From now on the lane folds as a live one does; the indexes are there.
    func goLive() throws(LaneFailure) {
        if processor == nil { processor = try makeProcessor(on: connection) }
        try processor?.finishRebuild(keysAtOnce: EngineLimits.rebuildFollowUpKeys)
    }

    /// Folds and commits up to `target`, as a live lane does.
    func catchUp(to target: [Int64], until deadline: ContinuousClock.Instant? = nil) throws(LaneFailure) {
        guard let processor else { return }
        try consume(EngineLimits.batchRecords, upTo: target, from: next, until: deadline) {
            (batch) throws(LaneFailure) in
            try processor.process(batch, upTo: target)
            return processor.next
        }
        claim = processor.claim
    }

    /// Folds the rest up to `target` inside the caller's open transaction on `connection`.
    ///
    /// - Returns: whether it got there before the deadline; if not, the caller rolls back and calls ``revert()``.
    func tail(
        to target: [Int64], on connection: PostgresConnection, deadline: ContinuousClock.Instant
    ) throws(LaneFailure) -> Bool {
        let tail = try makeProcessor(on: connection)
        processor = tail
        rebuiltEffects?.beginTail()
        try consume(EngineLimits.batchRecords, upTo: target, from: next, until: deadline) {
            (batch) throws(LaneFailure) in
            try tail.process(batch, upTo: target)
            kept.append(batch)
            return tail.next
        }
        return isAt(target)
    }

    /// After a rollback: forgets what the tail folded and takes its batches again.
    func revert() throws(LaneFailure) {
        folder.fold.forget()
        rebuiltEffects?.rollBackTail()
        held = kept + held.filter { batch in !kept.contains { $0 === batch } }
        kept = []
        processor = try makeProcessor(on: connection)
    }

    /// In the swap's transaction: what the live build owes and this one could fold leaves with it.
    func payEffects(on connection: PostgresConnection) throws(PostgresError) {
        try rebuiltEffects?.pay(on: connection)
    }

    private func makeProcessor(on connection: PostgresConnection) throws(LaneFailure) -> LaneProcessor<Fold> {
        try LaneProcessor(
            view, claim: claim, folder: folder, store: PostgresLaneStore(view, on: connection), producer: nil,
            counters: counters)
    }
}

/// What one lane of a rebuild may keep in memory.
struct RebuildLimits: Sendable {
    let identities: Int
    let unflushedKeys: Int
}
