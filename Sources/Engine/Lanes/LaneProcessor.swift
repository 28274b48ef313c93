import Events
import Kafka
import Postgres
import Projections

/// Folds the batches of one claimed lane and commits each together with its checkpoint. One a thread.
final class LaneProcessor<Fold: ViewFold> {
    let view: ViewConfiguration
    let lane: Int
    let counters: LaneCounters
    private(set) var claim: LaneClaim
    private let connection: PostgresConnection
    private let fold: Fold
    private let store: ViewStore
    private let intake: RecordIntake
    private let parking: ParkingLot
    private let writes: WriteSet
    private let rerouter: any Rerouting

    init(
        _ view: ViewConfiguration, claim: LaneClaim, connection: PostgresConnection, rerouter: any Rerouting,
        counters: LaneCounters
    ) throws(PostgresError) {
        self.view = view
        self.claim = claim
        self.connection = connection
        self.rerouter = rerouter
        self.counters = counters
        lane = claim.lane
        fold = Fold(mode: .live, lane: claim.lane)
        store = ViewStore(view.definition, schema: claim.schema)
        intake = RecordIntake(inputs: view.inputs, lane: claim.lane, lanes: view.lanes)
        parking = ParkingLot(lanes: view.lanes)
        writes = WriteSet(view.definition, insertLayout: .arrays)
        try parking.load(claim, view: view.definition.name, on: connection)
    }

    /// By input, the offset of the next record to fold.
    var next: [Int64] { view.inputs.map { claim.next[$0.topic] ?? 0 } }

    /// Folds and commits the batch, in parts where an event in it can't be folded with the others.
    func process(_ batch: KafkaBatch) throws(LaneFailure) {
        let taken = intake.take(batch, from: next)
        counters.dropped.add(taken.dropped)
        counters.rounded.add(taken.rounded)
        guard taken.next != next else { return }
        try reroute(taken.items, batch)
        try commit(taken.items[...], batch, next: taken.next)
    }

    private func reroute(_ items: [IntakeItem], _ batch: KafkaBatch) throws(LaneFailure) {
        var messages: [KafkaMessage] = []
        for case .misplaced(let key, let input, let record) in items {
            counters.misplaced.add(1)
            guard view.inputs[input].isHome else { continue }
            messages.append(Rerouter.message(batch[record], key: key, input: view.inputs[input], lanes: view.lanes))
        }
        guard !messages.isEmpty else { return }
        try rerouter.produce(messages)
        counters.rerouted.add(messages.count)
    }

    /// `next` is where the topics go on behind the last of `items`.
    private func commit(_ items: ArraySlice<IntakeItem>, _ batch: KafkaBatch, next: [Int64]) throws(LaneFailure) {
        do throws(LaneFailure) {
            try foldAndWrite(items, batch, next: next, parking: nil)
        } catch {
            fold.forget()
            guard case .fold(let failure) = error else { throw error }
            try reload()
            guard items.count > 1 else {
                return try foldAndWrite(items, batch, next: next, parking: failure)
            }
            let middle = items.index(items.startIndex, offsetBy: items.count / 2)
            try commit(items[..<middle], batch, next: behind(items[..<middle], batch))
            try commit(items[middle...], batch, next: next)
        }
    }

    private func reload() throws(LaneFailure) {
        do throws(PostgresError) {
            try parking.load(claim, view: view.definition.name, on: connection)
        } catch {
            throw .from(error)
        }
    }

    private func behind(_ items: ArraySlice<IntakeItem>, _ batch: KafkaBatch) -> [Int64] {
        var result = next
        for item in items {
            let record: Int
            switch item {
            case .event(_, record: let index), .refused(_, input: _, offset: _, record: let index),
                .misplaced(key: _, input: _, record: let index):
                record = index
            }
            result[batch[record].topicIndex] = max(result[batch[record].topicIndex], batch[record].offset + 1)
        }
        return result
    }

    private func foldAndWrite(
        _ items: ArraySlice<IntakeItem>, _ batch: KafkaBatch, next: [Int64], parking failure: FoldFailure?
    ) throws(LaneFailure) {
        var events: [FoldEvent] = []
        events.reserveCapacity(items.count)
        for case .event(let event, record: _) in items { events.append(event) }
        try answer(fold.reads(for: events[...]))
        for item in items { try take(item, batch, failure) }
        try followUp()
        try write(next)
        for (input, offset) in zip(view.inputs, next) { claim.next[input.topic] = offset }
        fold.committed()
        parking.committed()
        counters.folded.add(events.count)
        counters.commits.add(1)
    }

    private func answer(_ requests: [ReadRequest]) throws(LaneFailure) {
        guard !requests.isEmpty else { return }
        counters.statements.add(requests.count)
        try store.answer(requests, for: fold, on: connection)
    }

    private func followUp() throws(LaneFailure) {
        while true {
            let requests: [ReadRequest]
            do throws(FoldFailure) { requests = try fold.followUps() } catch { throw .fold(error) }
            guard !requests.isEmpty else { return }
            try answer(requests)
        }
    }

    private func take(_ item: IntakeItem, _ batch: KafkaBatch, _ failure: FoldFailure?) throws(LaneFailure) {
        switch item {
        case .event(let event, record: let record): try take(event, batch[record], failure)
        case .refused(let refusal, let input, offset: _, record: let record): try refuse(refusal, input: input, batch[record])
        case .misplaced: break
        }
    }

    private func take(_ event: FoldEvent, _ record: KafkaRecord, _ failure: FoldFailure?) throws(LaneFailure) {
        if !parking.isEmpty {
            let key = fold.parkingKey(of: event)
            if parking.holds(key) {
                return try park(
                    event, record, key: key, code: "behind_parked",
                    reason: "an earlier event of the same key is parked")
            }
        }
        let outcome =
            failure.map { FoldOutcome.refused(code: $0.code, reason: $0.reason) } ?? fold.fold(event)
        switch outcome {
        case .folded: break
        case .duplicate: counters.duplicates.add(1)
        case .skipped: counters.skipped.add(1)
        case .refused(let code, let reason):
            try park(event, record, key: fold.parkingKey(of: event), code: code, reason: reason)
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
        let place = "\(topic)/\(lane)@\(record.offset)"
        switch view.policy {
        case .skip:
            counters.skipped.add(1)
            Log.warning("skipped", ["view": view.definition.name, "record": place, "code": code, "reason": reason])
        case .stop:
            throw .parkingLotFull("\(place): \(reason)")
        case .park:
            counters.parked.add(1)
            Log.warning(
                "parked", ["view": view.definition.name, "record": place, "key": key ?? "", "code": code, "reason": reason])
            try parking.park(record, topic: topic, key: key, code: code, reason: reason, time: nil)
        }
    }

    /// The fence, the rows and the COMMIT leave as one pipeline: nothing of it counts unless the lane is still ours.
    private func write(_ next: [Int64]) throws(LaneFailure) {
        writes.clear()
        fold.drain(into: writes, state: true)
        var statements = 3
        do throws(PostgresError) {
            let fence = try Fence.parameters(claim, view: view, next: next)
            try connection.pipeline { (pipeline) throws(PostgresError) in
                _ = try pipeline.addCached("BEGIN")
                _ = try pipeline.addCached(Fence.sql, fence)
                statements += try store.add(writes, to: pipeline)
                statements += try parking.add(claim, view: view.definition.name, to: pipeline)
                _ = try pipeline.addCached("COMMIT")
            }
        } catch {
            throw .from(error)
        }
        counters.statements.add(statements)
    }
}
