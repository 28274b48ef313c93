import Projections

/// A lane's effects between its fold and the broker: stored with the rows they come from, published in order after the
/// commit, deleted once acknowledged. One a thread.
///
/// Published twice only when nobody knows whether the broker has it; the ids are the same then.
final class LaneOutbox: EffectSink {
    private let view: ViewConfiguration
    private let collector: EffectCollector
    private let encoder: EffectEncoder
    private var nextSequence: Int64
    private var gate: EffectGate
    /// Of the batch in hand.
    private var batch: LaneEffects
    /// Stored and not published yet, in order.
    private var waiting: [OutboxRecord] = []
    /// Published, their rows not deleted yet.
    private var published: Int64?

    /// Nil for a view without outputs or a fold without effects: nothing is asked of the database then.
    init?(_ view: ViewConfiguration, lane: Int, fold: some ViewFold, state: () throws(LaneFailure) -> EffectState)
        throws(LaneFailure)
    {
        guard !view.outputs.isEmpty, let collector = (fold as? any EffectfulFold)?.effects else { return nil }
        let state = try state()
        self.view = view
        self.collector = collector
        encoder = EffectEncoder(view, lane: lane)
        nextSequence = state.nextSequence
        batch = LaneEffects(nextSequence: nextSequence)
        gate = EffectGate(
            marks: view.topics.map { state.marks[$0] ?? .max }, owed: view.topics.map { state.owed[$0] ?? [] })
        collector.clear()
        collector.gate = gate
    }

    func parked(input: Int, offset: Int64) {
        guard gate.admits(input: input, offset: offset), !gate.owes(input: input, offset: offset) else { return }
        batch.owed.append(OwedEffect(topic: view.topics[input], offset: offset))
    }

    func settled(input: Int, offset: Int64) {
        guard gate.owes(input: input, offset: offset) else { return }
        batch.settled.append(OwedEffect(topic: view.topics[input], offset: offset))
    }

    func drain() -> LaneEffects? {
        for effect in collector.pending {
            guard let record = encoder.record(effect, sequence: batch.nextSequence) else { continue }
            batch.records.append(record)
            batch.nextSequence += 1
        }
        collector.clear()
        batch.publishedThrough = published
        return batch
    }

    func committed(next: [Int64]) {
        waiting += batch.records
        nextSequence = batch.nextSequence
        gate.marks = zip(gate.marks, next).map(max)
        for (input, topic) in view.topics.enumerated() {
            gate.owed[input].formUnion(batch.owed.filter { $0.topic == topic }.map(\.offset))
            gate.owed[input].subtract(batch.settled.filter { $0.topic == topic }.map(\.offset))
        }
        collector.gate = gate
        if published == batch.publishedThrough { published = nil }
        batch = LaneEffects(nextSequence: nextSequence)
    }

    func forget() {
        collector.clear()
        batch = LaneEffects(nextSequence: nextSequence)
    }

    /// Takes what an owner before left behind, in pieces, and publishes it.
    func publishLeftovers(
        from store: any LaneStore, _ claim: LaneClaim, by producer: any LogProducer
    ) throws(LaneFailure) {
        var last: Int64 = -1
        while true {
            let found = try store.waitingEffects(claim, after: last, limit: EngineLimits.outboxPieceRecords)
            guard let end = found.last else { return }
            last = end.sequence
            waiting = found
            try publish(by: producer)
            try clearPublished(in: store, claim)
        }
    }

    /// Publishes what is stored; returns how many records that were once the broker has them.
    @discardableResult
    func publish(by producer: any LogProducer) throws(LaneFailure) -> Int {
        guard let last = waiting.last else { return 0 }
        try producer.produce(waiting.map(\.message))
        published = last.sequence
        defer { waiting.removeAll(keepingCapacity: true) }
        return waiting.count
    }

    /// Deletes the rows of what the broker has, when no batch comes that would do it.
    func clearPublished(in store: any LaneStore, _ claim: LaneClaim) throws(LaneFailure) {
        guard let last = published else { return }
        try store.deleteEffects(claim, through: last)
        published = nil
    }
}
