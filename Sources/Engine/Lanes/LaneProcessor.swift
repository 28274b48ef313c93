import Events
import Kafka
import Projections

/// Folds the batches of one claimed lane and commits each together with its checkpoint. One a thread.
package final class LaneProcessor<Fold: ViewFold> {
    let view: ViewConfiguration
    let counters: LaneCounters
    private(set) var claim: LaneClaim
    /// Events were parked since the caller last looked.
    var hasParked = false
    let store: any LaneStore
    let folder: LaneFolder<Fold>
    let intake: RecordIntake
    let writes: WriteSet
    private let producer: (any LogProducer)?
    /// Nil where nothing is published.
    private let outbox: LaneOutbox?
    private let figures: LaneFigures
    /// Nil where nobody is told: a build that is not live, a view without users.
    private let changedUsers: ChangedUsers?
    private var nextPrune = ContinuousClock.now

    /// - Parameters:
    ///   - folder: a fold that goes on live, after a rebuild; nil for a new one.
    ///   - producer: nil for a build that is not live: misplaced records are only ignored there, and nothing is
    ///     published.
    package init(
        _ view: ViewConfiguration, claim: LaneClaim, folder: LaneFolder<Fold>? = nil, store: any LaneStore,
        producer: (any LogProducer)?, counters: LaneCounters
    ) throws(LaneFailure) {
        self.view = view
        self.claim = claim
        self.store = store
        self.producer = producer
        self.counters = counters
        figures = counters.lane(claim.lane, inputs: view.inputs.count)
        let folder = folder ?? LaneFolder(view, claim: claim, mode: .live, counters: counters)
        self.folder = folder
        intake = RecordIntake(view, lane: claim.lane)
        writes = WriteSet(view.definition, insertLayout: .arrays)
        changedUsers = producer == nil ? nil : ChangedUsers(writes)
        figures.claimed(claim, view)
        if producer == nil {
            outbox = nil
        } else {
            outbox = try LaneOutbox(view, lane: claim.lane, fold: folder.fold) { () throws(LaneFailure) in
                try store.effects(claim)
            }
            folder.effects = outbox
        }
        try reload()
    }

    /// Takes what the database says of parked keys and of events that are to be left out.
    package func reload() throws(LaneFailure) {
        folder.parking.load(try store.parkedKeys(claim))
        guard let desk = store.desk else { return }
        folder.decisions = producer == nil ? try desk.heed(claim) : try desk.decisions(lane: claim.lane)
    }

    /// By input, the offset of the next record to fold.
    var next: [Int64] { claim.offsets(of: view) }

    /// Folds and commits the batch, in parts where an event in it can't be folded with the others.
    ///
    /// - Parameter limits: by input, the offset before which to stop; what lies behind is for another call.
    package func process(_ batch: KafkaBatch, upTo limits: [Int64]? = nil) throws(LaneFailure) {
        let taken = intake.take(batch, from: next, upTo: limits)
        counters.dropped.add(taken.dropped)
        counters.rounded.add(taken.rounded)
        guard taken.next != next else { return }
        counters.batchRecords.observe(batch.count)
        try reroute(taken.troubles, batch)
        try commit(taken.whole, batch, next: taken.next)
    }

    func reroute(_ troubles: [IntakeTrouble], _ batch: KafkaBatch) throws(LaneFailure) {
        guard let producer else { return }
        var messages: [KafkaMessage] = []
        for trouble in troubles {
            guard case .misplaced(let key) = trouble.kind else { continue }
            counters.misplaced.add(1)
            let input = view.inputs[trouble.input]
            guard input.isHome else { continue }
            messages.append(Rerouter.message(batch[trouble.record], key: key, input: input, lanes: view.lanes))
        }
        guard !messages.isEmpty else { return }
        try producer.produce(messages)
        counters.rerouted.add(messages.count)
    }

    /// `next` is where the topics go on behind the piece.
    private func commit(_ piece: IntakePiece, _ batch: KafkaBatch, next: [Int64]) throws(LaneFailure) {
        let isOwn = !store.isInTransaction
        do throws(LaneFailure) {
            try foldAndWrite(piece, batch, next: next, parking: nil)
        } catch {
            folder.fold.forget()
            folder.effects?.forget()
            // A transaction of the caller's has failed with it: parts of the batch can't be tried in there.
            guard isOwn, let failure = error.eventFailure else { throw error }
            try reload()
            guard let (first, second) = piece.halves else {
                return try foldAndWrite(piece, batch, next: next, parking: failure)
            }
            try commit(first, batch, next: behind(first, batch))
            try commit(second, batch, next: next)
        }
    }

    private func behind(_ piece: IntakePiece, _ batch: KafkaBatch) -> [Int64] {
        var result = next
        for index in piece.records + piece.troubles.map(\.record) {
            let record = batch[index]
            result[record.topicIndex] = max(result[record.topicIndex], record.offset + 1)
        }
        return result
    }

    private func foldAndWrite(
        _ piece: IntakePiece, _ batch: KafkaBatch, next: [Int64], parking failure: FoldFailure?
    ) throws(LaneFailure) {
        try folder.fold(piece, batch, parking: failure, from: store)
        try folder.followUp(from: store)
        try write(next)
        counters.folded.add(piece.events.count)
        figures.folded(piece.events)
    }

    /// What a rebuild put off: folds it in pieces until nothing is left.
    func finishRebuild(keysAtOnce: Int) throws(LaneFailure) {
        while folder.fold.finishRebuild(limit: keysAtOnce) {
            try folder.followUp(from: store)
            try write(next)
        }
    }

    func write(_ next: [Int64], parking changes: ParkingChanges? = nil) throws(LaneFailure) {
        writes.clear()
        folder.fold.drain(into: writes, state: true)
        var commit = LaneCommit(
            claim: claim, next: next, writes: writes, parked: folder.parking.rows, effects: folder.effects?.drain())
        commit.parking = changes
        commit.changes = userChanges()
        hasParked = hasParked || folder.parking.rows.rowCount > 0
        let begun = ContinuousClock.now
        counters.statements.add(try store.commit(commit))
        counters.commitTime.observe((ContinuousClock.now - begun).inNanoseconds)
        for (input, offset) in zip(view.inputs, next) { claim.next[input.topic] = offset }
        figures.moved(to: next)
        folder.fold.committed()
        folder.parking.committed()
        folder.effects?.committed(next: next)
        counters.commits.add(1)
    }

    /// Whose rows the drained writes change.
    private func userChanges() -> UserChanges? {
        guard let changedUsers else { return nil }
        changedUsers.collect(writes)
        guard changedUsers.rows.rowCount > 0 else { return nil }
        let prunes = ContinuousClock.now >= nextPrune
        if prunes { nextPrune = .now + .seconds(EngineLimits.viewChangePruneSeconds) }
        return UserChanges(users: changedUsers.rows, prunes: prunes)
    }

    /// Publishes what an owner before stored and may not have published.
    func publishLeftovers() throws(LaneFailure) {
        guard let outbox, let producer else { return }
        try outbox.publishLeftovers(from: store, claim, by: producer)
    }

    /// Publishes the effects of what was committed; when idle, clears away what the broker has.
    func publish(isIdle: Bool) throws(LaneFailure) {
        guard let outbox, let producer else { return }
        counters.effects.add(try outbox.publish(by: producer))
        if isIdle { try outbox.clearPublished(in: store, claim) }
    }
}
