import Domain
import Events
import Kafka
import Projections

/// Parked events that are tried again together.
struct RetryPage {
    let records: [ParkedRecord]
    /// The same as a batch, for what reads batches.
    let batch: KafkaBatch

    init(_ records: [ParkedRecord], _ view: ViewConfiguration, lane: Int) {
        self.records = records
        batch = KafkaBatch(
            records: records.map { record in
                KafkaMemoryRecord(
                    topicIndex: record.input, partition: Int32(lane), offset: record.offset, key: record.bytes.key,
                    value: record.bytes.value, headers: record.bytes.headers,
                    timestampMilliseconds: record.bytes.time.map { $0.microseconds / 1_000 })
            }, topicNames: view.topics, positions: [])
    }
}

/// What became of a page, in memory until it is committed.
struct RetryOutcome {
    var changes = ParkingChanges()
    /// By key, how many events leave the parking lot; those without a key under nil.
    var released: [ExactText?: Int] = [:]
    var folded = 0
    var dropped = 0
    /// The last event that could not be folded this time either.
    var failure: FoldFailure?

    mutating func remove(_ record: ParkedRecord, _ view: ViewConfiguration) {
        changes.removed.append(.init(topic: view.inputs[record.input].topic, offset: record.offset))
        released[record.key.map(ExactText.init(_:)), default: 0] += 1
    }
}

extension LaneFolder {
    /// Folds parked events into memory, each key in order up to the first event that can't be folded.
    ///
    /// - Parameters:
    ///   - failed: keys whose turn ended at an earlier event; added to.
    ///   - failure: what is known to be wrong with the page's only event.
    func retry(
        _ page: RetryPage, _ piece: IntakePiece, failed: inout Set<ExactText>, failure: FoldFailure?,
        from store: any LaneStore
    ) throws(LaneFailure) -> RetryOutcome {
        var outcome = RetryOutcome()
        var stopped = failed
        try answer(fold.reads(for: piece.events), from: store)
        try piece.forEach { (lent, index) throws(LaneFailure) in
            let record = page.records[index]
            guard mayTry(record, page, index, stopped, &outcome) else { return }
            // What the live build folded before it parked this one, from another topic, is not to wait for it here.
            if isHeldBack(input: record.input, offset: record.offset) { return }
            let result = failure.map { FoldOutcome.refused(code: $0.code, reason: $0.reason) } ?? fold.fold(lent.event)
            note(result, record, &stopped, &outcome)
        } trouble: { (trouble) throws(LaneFailure) in
            let record = page.records[trouble.record]
            guard mayTry(record, page, trouble.record, stopped, &outcome) else { return }
            switch trouble.kind {
            // The caller produced it again where it belongs.
            case .misplaced:
                outcome.remove(record, view)
                effects?.settled(input: record.input, offset: record.offset)
            case .refused(let refusal):
                note(
                    .refused(code: refusal.code.rawValue, reason: refusal.description), record, &stopped, &outcome)
            }
        }
        failed = stopped
        return outcome
    }

    /// False for an event that waits behind a failed one, and for one that is left out.
    private func mayTry(
        _ record: ParkedRecord, _ page: RetryPage, _ index: Int, _ stopped: Set<ExactText>,
        _ outcome: inout RetryOutcome
    ) -> Bool {
        if decisions.leavesOut(input: record.input, offset: record.offset, value: page.batch[index].value) {
            outcome.remove(record, view)
            effects?.settled(input: record.input, offset: record.offset)
            outcome.dropped += 1
            return false
        }
        return record.key.map { !stopped.contains(ExactText($0)) } ?? true
    }

    private func note(
        _ result: FoldOutcome, _ record: ParkedRecord, _ stopped: inout Set<ExactText>, _ outcome: inout RetryOutcome
    ) {
        guard case .refused(let code, let reason) = result else {
            outcome.remove(record, view)
            effects?.settled(input: record.input, offset: record.offset)
            outcome.folded += 1
            return
        }
        let place = ParkingChanges.Place(topic: view.inputs[record.input].topic, offset: record.offset)
        outcome.changes.reasons.append(.init(place: place, code: code, text: reason))
        outcome.failure = FoldFailure(code: code, reason: reason)
        if let key = record.key { stopped.insert(ExactText(key)) }
    }
}
