import Domain
import Events
import Kafka
import Projections

/// The events of one lane that can't be folded, with everything that comes after them under the same key.
package final class ParkingLot {
    package static let table = TableDefinition(
        "parked_event", role: .ledger,
        columns: [
            Column("topic", .text), Column("log_offset", .int64), Column("parking_key", .text, nullable: true),
            Column("code", .text), Column("reason", .text), Column("event_time", .timestamp, nullable: true),
            Column("record_key", .bytes, nullable: true), Column("record_value", .bytes, nullable: true),
            Column("record_headers", .text), Column("record_time", .timestamp, nullable: true),
        ], key: ["topic", "log_offset"])
    /// The batch's own, to be stored with it.
    let rows: RowBatch
    /// Parked events by key, as the database has them and with those of the batch in hand.
    private var keys: [ExactText: Int] = [:]
    private var total = 0
    private let limit: Int

    init(lanes: Int) {
        rows = RowBatch(columns: Self.table.columns, layout: .arrays)
        limit = EngineLimits.parkedEventsPerView / max(lanes, 1)
    }

    var isEmpty: Bool { keys.isEmpty }

    func holds(_ key: String) -> Bool { keys[ExactText(key)] != nil }

    /// How many events are parked under the key.
    func count(_ key: String?) -> Int { key.flatMap { keys[ExactText($0)] } ?? 0 }

    /// Events left the parking lot.
    func release(_ key: String?, count: Int) {
        total -= count
        guard let key = key.map(ExactText.init(_:)), let held = keys[key] else { return }
        keys[key] = held > count ? held - count : nil
    }

    /// Forgets what is pending and takes the keys that are parked.
    func load(_ parked: [ParkedKey]) {
        rows.clear()
        keys = [:]
        total = 0
        for entry in parked {
            total += entry.count
            if let key = entry.key { keys[ExactText(key)] = entry.count }
        }
    }

    /// Parks a record under `key`, or alone when no key could be read.
    func park(
        _ record: KafkaRecord, topic: String, key: String?, code: String, reason: String, time: Timestamp?
    ) throws(LaneFailure) {
        if let key {
            let count = (keys[ExactText(key)] ?? 0) + 1
            guard count <= EngineLimits.parkedEventsPerKey else {
                throw .parkingLotFull(
                    "key \(key) has \(EngineLimits.parkedEventsPerKey) parked events, the most that one may have")
            }
            keys[ExactText(key)] = count
        }
        total += 1
        guard total <= limit else {
            throw .parkingLotFull("the lane has \(limit) parked events, its share of the most that a view may have")
        }
        rows.beginRow()
        rows.put(topic)
        rows.put(record.offset)
        rows.put(key)
        rows.put(code)
        rows.put(reason)
        rows.put(unixMicroseconds: time?.microseconds)
        if let bytes = record.key { rows.put(bytes) } else { rows.putNull() }
        if let bytes = record.value { rows.put(bytes) } else { rows.putNull() }
        rows.put(HeaderList.json(record.headers))
        rows.put(unixMicroseconds: record.timestampMilliseconds.map { $0 * 1_000 })
    }

    func committed() { rows.clear() }
}
