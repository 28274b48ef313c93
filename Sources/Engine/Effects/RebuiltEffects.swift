import Postgres
import Projections

/// What a rebuild owes to users: effects of events that the live build has parked and the new build could fold. They
/// leave with the swap, in its transaction; everything else that a rebuild folds was told before. One a thread.
final class RebuiltEffects: EffectSink {
    private struct Settlement {
        var places: [OwedEffect] = []
        var effects: [Effect] = []
    }

    private let view: ViewConfiguration
    private let lane: Int
    private let collector: EffectCollector
    /// Committed with the build's rows.
    private var done = Settlement()
    /// `done` when the swap's tail began.
    private var beforeTail: Settlement?
    private var batch: [OwedEffect] = []

    /// Nil where nothing is owed.
    init?(_ view: ViewConfiguration, lane: Int, fold: some ViewFold, owed: [String: Set<Int64>]) {
        guard !view.outputs.isEmpty, !owed.isEmpty, let collector = (fold as? any EffectfulFold)?.effects else {
            return nil
        }
        self.view = view
        self.lane = lane
        self.collector = collector
        collector.gate = EffectGate(
            marks: view.topics.map { _ in .max }, owed: view.topics.map { owed[$0] ?? [] })
    }

    func parked(input: Int, offset: Int64) {}

    func settled(input: Int, offset: Int64) {
        guard collector.gate.owes(input: input, offset: offset) else { return }
        batch.append(OwedEffect(topic: view.topics[input], offset: offset))
    }

    func drain() -> LaneEffects? { nil }

    func committed(next: [Int64]) {
        done.places += batch
        done.effects += collector.pending
        forget()
    }

    func forget() {
        batch = []
        collector.clear()
    }

    /// What is committed from here on may be rolled back together.
    func beginTail() { beforeTail = done }

    func rollBackTail() {
        forget()
        if let beforeTail { done = beforeTail }
        beforeTail = nil
    }

    /// In the swap's transaction: puts what is still owed into the outbox.
    func pay(on connection: PostgresConnection) throws(PostgresError) {
        guard !done.places.isEmpty else { return }
        let owed = try OwedRows.take(done.places, view: view.name, lane: lane, on: connection)
        let effects = done.effects.filter { owed.contains(OwedEffect(topic: view.topics[$0.input], offset: $0.offset)) }
        guard !effects.isEmpty else { return }
        var sequence = try OutboxSQL.reserve(effects.count, view: view.name, lane: lane, on: connection)
        let encoder = EffectEncoder(view, lane: lane)
        var records: [OutboxRecord] = []
        for effect in effects {
            guard let record = encoder.record(effect, sequence: sequence) else { continue }
            records.append(record)
            sequence += 1
        }
        try OutboxSQL.insert(records, view: view.name, lane: lane, on: connection)
    }
}
