import Domain
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
    /// What nobody folds.
    var decisions = LaneDecisions()
    /// Parked whatever the fold would say: a verify holds back what the live build holds back.
    var heldBack: Set<ParkingChanges.Place> = []
    /// Nil for a fold without effects.
    var effects: (any EffectSink)?
    /// Asked before the database is: false while a rebuild has stored nothing that could be read.
    var mayRead: (() throws(LaneFailure) -> Bool)?

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
        try piece.forEach { (lent, record) throws(LaneFailure) in
            try take(lent.event, batch, record, failure)
        } trouble: { (trouble) throws(LaneFailure) in
            guard case .refused(let refusal) = trouble.kind else { return }
            let record = batch[trouble.record]
            if isLeftOut(batch, trouble.record, input: trouble.input, offset: record.offset) { return }
            try refuse(refusal, input: trouble.input, record)
        }
    }

    private func isLeftOut(_ batch: KafkaBatch, _ record: Int, input: Int, offset: Int64) -> Bool {
        guard !decisions.isEmpty, decisions.leavesOut(input: input, offset: offset, value: batch[record].value) else {
            return false
        }
        counters.discarded.add(1)
        return true
    }

    func isHeldBack(input: Int, offset: Int64) -> Bool {
        heldBack.contains(ParkingChanges.Place(topic: view.inputs[input].topic, offset: offset))
    }

    func answer(_ requests: [ReadRequest], from store: any LaneStore) throws(LaneFailure) {
        guard !requests.isEmpty else { return }
        if let mayRead, try !mayRead() {
            for request in requests { try hand(NoRows(), of: request) }
            return
        }
        counters.statements.add(requests.count)
        for (request, rows) in zip(requests, try store.read(requests, claim)) { try hand(rows, of: request) }
    }

    private func hand(_ rows: any RowSource, of request: ReadRequest) throws(LaneFailure) {
        do throws(RowError) { try fold.absorb(request, rows: rows) } catch { throw .stored(error.description) }
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
        if isLeftOut(batch, record, input: event.input, offset: event.offset) { return }
        if !heldBack.isEmpty, isHeldBack(input: event.input, offset: event.offset) {
            return try park(
                event, batch[record], key: fold.parkingKey(of: event), code: "held_back",
                reason: "it is parked in the live build")
        }
        if !parking.isEmpty {
            let key = fold.parkingKey(of: event)
            if parking.holds(key) {
                return try park(
                    event, batch[record], key: key, code: ParkedEvent.behindCode,
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
            record, input: event.input, key: key, code: code, reason: reason, time: event.decoded.envelope.time,
            traceId: event.decoded.envelope.trace?.traceId)
    }

    private func refuse(_ refusal: EventRefusal, input: Int, _ record: KafkaRecord) throws(LaneFailure) {
        try park(
            record, input: input, key: Fold.parkingKey(of: refusal.readable, kind: view.inputs[input].kind),
            code: refusal.code.rawValue, reason: refusal.description, time: nil, traceId: refusal.readable.traceId)
    }

    private func park(
        _ record: KafkaRecord, input: Int, key: String?, code: String, reason: String, time: Timestamp?,
        traceId: String?
    ) throws(LaneFailure) {
        let topic = view.inputs[input].topic
        let place = "\(topic)/\(claim.lane)@\(record.offset)"
        var fields = ["view": view.definition.name, "record": place, "code": code, "reason": reason]
        fields["topic"] = topic
        fields["lane"] = "\(claim.lane)"
        fields["offset"] = "\(record.offset)"
        fields["traceId"] = traceId
        switch view.policy(ofInput: input) {
        case .skip:
            counters.refusedSkipped.add(1)
            guard counters.tellsOfBadRecord() else { return }
            Log.warning("skipped", fields)
        case .stop:
            throw .parkingLotFull(
                "\(place) can't be folded and the view's policy is to stop: \(reason); run a version that can, or "
                    + "`tapefold dlq drop \(view.name) --event \(place)`")
        case .park:
            counters.parked.add(1)
            if counters.tellsOfBadRecord() { tellParked(fields, key: key, code: code) }
            effects?.parked(input: input, offset: record.offset)
            try parking.park(record, topic: topic, key: key, code: code, reason: reason, time: time)
        }
    }

    /// One line for what could not be folded; what waits behind it may be a hundred thousand.
    private func tellParked(_ fields: [String: String], key: String?, code: String) {
        let fields = fields.merging(["key": key ?? ""]) { $1 }
        if code == ParkedEvent.behindCode { Log.debug("parked", fields) } else { Log.warning("parked", fields) }
    }
}
