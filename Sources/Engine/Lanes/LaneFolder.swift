import Events
import Kafka
import Projections

/// A lane's fold with what surrounds it: its questions to the store and the parking lot. One a thread.
package final class LaneFolder<Fold: ViewFold> {
    let view: ViewConfiguration
    /// Whose build the fold asks; its offsets are the processor's to keep.
    let claim: LaneClaim
    let fold: Fold
    let parking: ParkingLot
    let counters: LaneCounters
    /// Nil for a fold without effects.
    var effects: (any EffectSink)?

    init(_ view: ViewConfiguration, claim: LaneClaim, mode: FoldMode, counters: LaneCounters) {
        self.view = view
        self.counters = counters
        self.claim = claim
        fold = Fold(mode: mode, lane: claim.lane)
        parking = ParkingLot(lanes: view.lanes)
    }

    /// Reads what the events need and folds them or parks them, into memory alone.
    func fold(
        _ piece: IntakePiece, _ batch: KafkaBatch, parking failure: FoldFailure? = nil,
        from store: any LaneStore
    ) throws(LaneFailure) {
        try answer(fold.reads(for: piece.events), from: store)
        try piece.forEach { (event, record) throws(LaneFailure) in
            try take(event, batch, record, failure)
        } trouble: { (trouble) throws(LaneFailure) in
            guard case .refused(let refusal) = trouble.kind else { return }
            try refuse(refusal, input: trouble.input, batch[trouble.record])
        }
    }

    private func answer(_ requests: [ReadRequest], from store: any LaneStore) throws(LaneFailure) {
        guard !requests.isEmpty else { return }
        counters.statements.add(requests.count)
        for (request, rows) in zip(requests, try store.read(requests, claim)) {
            do throws(RowError) { try fold.absorb(request, rows: rows) } catch { throw .stored(error.description) }
        }
    }

    /// Answers what the folded events turned out to need.
    func followUp(from store: any LaneStore) throws(LaneFailure) {
        while true {
            let requests: [ReadRequest]
            do throws(FoldFailure) { requests = try fold.followUps() } catch { throw .fold(error) }
            guard !requests.isEmpty else { return }
            try answer(requests, from: store)
        }
    }

    private func take(
        _ event: FoldEvent, _ batch: KafkaBatch, _ record: Int, _ failure: FoldFailure?
    ) throws(LaneFailure) {
        if !parking.isEmpty {
            let key = fold.parkingKey(of: event)
            if parking.holds(key) {
                return try park(
                    event, batch[record], key: key, code: "behind_parked",
                    reason: "an earlier event of the same key is parked")
            }
        }
        let outcome =
            failure.map { FoldOutcome.refused(code: $0.code, reason: $0.reason) } ?? fold.fold(event)
        switch outcome {
        case .folded: effects?.settled(input: event.input, offset: event.offset)
        case .duplicate:
            counters.duplicates.add(1)
            effects?.settled(input: event.input, offset: event.offset)
        case .skipped:
            counters.skipped.add(1)
            effects?.settled(input: event.input, offset: event.offset)
        case .refused(let code, let reason):
            try park(event, batch[record], key: fold.parkingKey(of: event), code: code, reason: reason)
        }
    }

    private func park(
        _ event: FoldEvent, _ record: KafkaRecord, key: String, code: String, reason: String
    ) throws(LaneFailure) {
        try park(
            record, input: event.input, key: key, code: code, reason: reason,
            remedy: "event \(event.decoded.envelope.id)")
    }

    private func refuse(_ refusal: EventRefusal, input: Int, _ record: KafkaRecord) throws(LaneFailure) {
        try park(
            record, input: input, key: Fold.parkingKey(of: refusal.readable, kind: view.inputs[input].kind),
            code: refusal.code.rawValue, reason: refusal.description, remedy: "")
    }

    private func park(
        _ record: KafkaRecord, input: Int, key: String?, code: String, reason: String, remedy: String
    ) throws(LaneFailure) {
        let topic = view.inputs[input].topic
        let place = "\(topic)/\(claim.lane)@\(record.offset)"
        switch view.policy {
        case .skip:
            counters.skipped.add(1)
            Log.warning("skipped", ["view": view.definition.name, "record": place, "code": code, "reason": reason])
        case .stop:
            throw .parkingLotFull("\(place): \(reason)")
        case .park:
            counters.parked.add(1)
            Log.warning(
                "parked",
                ["view": view.definition.name, "record": place, "key": key ?? "", "code": code, "reason": reason])
            effects?.parked(input: input, offset: record.offset)
            try parking.park(record, topic: topic, key: key, code: code, reason: reason, time: nil)
        }
    }
}
