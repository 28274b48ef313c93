import Engine
import Events
import Kafka
import Projections

/// One worker's fold of given records, without faults.
enum CleanFold<Fold: ViewFold> {
    private static var batchRecords: Int { 50 }

    /// - Parameters:
    ///   - places: by lane, the records in the order in which to fold them.
    ///   - text: that the database refuses.
    ///   - decisions: what operators left out.
    static func fold(
        _ places: [[RecordPlace]], of log: MemoryLog, _ view: ViewConfiguration, refusing text: String?,
        decisions: [EventPlace: Decision]
    ) throws -> MemoryDatabase {
        let database = MemoryDatabase(view)
        database.refusedText = text
        database.adopt(decisions)
        for (lane, places) in places.enumerated() {
            let store = MemoryLaneStore(database)
            guard case .claimed(let claim) = try store.claim(lane: lane, owner: "clean", onlyIfOwned: false) else {
                continue
            }
            let processor = try LaneProcessor<Fold>(
                view, claim: claim, store: store, producer: NowhereProducer(), counters: LaneCounters())
            for start in stride(from: 0, to: places.count, by: batchRecords) {
                try processor.process(batch(places[start..<min(start + batchRecords, places.count)], lane, log))
            }
        }
        return database
    }

    private static func batch(_ places: ArraySlice<RecordPlace>, _ lane: Int, _ log: MemoryLog) -> KafkaBatch {
        let records = places.compactMap { log.record(topic: $0.topic, partition: lane, offset: $0.offset) }
        let positions = log.topics.indices.compactMap { topic in
            places.last { $0.topic == topic }.map {
                KafkaPosition(
                    topicIndex: topic, partition: Int32(lane), nextOffset: $0.offset + 1, isAtEnd: false)
            }
        }
        return KafkaBatch(records: records, topicNames: log.topics, positions: positions)
    }

    /// The events that lie where their keys belong, lane by lane, each topic in its order.
    static func eventsInPlace(
        _ log: MemoryLog, _ view: ViewConfiguration, leavingOut dropped: Set<EventPlace>
    ) -> [FoldEvent] {
        (0..<view.lanes).flatMap { lane in
            let intake = RecordIntake(view, lane: lane)
            let records = log.topics.indices.flatMap { log.records(topic: $0, partition: lane) }
            let batch = KafkaBatch(records: records, topicNames: log.topics, positions: [])
            return intake.take(batch, from: view.inputs.map { _ in 0 }).events.filter { event in
                !dropped.contains(
                    EventPlace(topic: view.topics[event.input], partition: lane, offset: event.offset))
            }
        }
    }
}

/// Takes everything and keeps nothing: what a clean fold would publish is known from its outbox.
private struct NowhereProducer: LogProducer {
    func produce(_ messages: [KafkaMessage]) throws(LaneFailure) {}
}
