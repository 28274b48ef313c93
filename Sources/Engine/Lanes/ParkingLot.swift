import Domain
import Events
import Foundation
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
            Column("record_headers", .text),
        ], key: ["topic", "log_offset"])
    /// The batch's own, to be stored with it.
    let rows: RowBatch
    /// Parked events by key, as the database has them and with those of the batch in hand.
    private var keys: [String: Int] = [:]
    private var total = 0
    private let limit: Int

    init(lanes: Int) {
        rows = RowBatch(columns: Self.table.columns, layout: .arrays)
        limit = EngineLimits.parkedEventsPerView / max(lanes, 1)
    }

    var isEmpty: Bool { keys.isEmpty }

    func holds(_ key: String) -> Bool { keys[key] != nil }

    /// Forgets what is pending and takes the keys that are parked.
    func load(_ parked: [ParkedKey]) {
        rows.clear()
        keys = [:]
        total = 0
        for entry in parked {
            total += entry.count
            if let key = entry.key { keys[key] = entry.count }
        }
    }

    /// Parks a record under `key`, or alone when no key could be read.
    func park(
        _ record: KafkaRecord, topic: String, key: String?, code: String, reason: String, time: Timestamp?
    ) throws(LaneFailure) {
        if let key {
            let count = (keys[key] ?? 0) + 1
            guard count <= EngineLimits.parkedEventsPerKey else {
                throw .parkingLotFull("key \(key) has \(EngineLimits.parkedEventsPerKey) parked events")
            }
            keys[key] = count
        }
        total += 1
        guard total <= limit else { throw .parkingLotFull("the lane has \(limit) parked events") }
        rows.beginRow()
        rows.put(topic)
        rows.put(record.offset)
        rows.put(key)
        rows.put(code)
        rows.put(reason)
        rows.put(unixMicroseconds: time?.microseconds)
        if let bytes = record.key { rows.put(bytes) } else { rows.putNull() }
        if let bytes = record.value { rows.put(bytes) } else { rows.putNull() }
        rows.put(Self.json(record.headers))
    }

    func committed() { rows.clear() }

    /// Names and base64 values, in order: names may repeat.
    private static func json(_ headers: [KafkaHeader]) -> String {
        let list = headers.map { [$0.name, $0.value.map { Data($0).base64EncodedString() }] }
        guard let data = try? JSONEncoder().encode(list) else { return "[]" }
        return String(decoding: data, as: UTF8.self)
    }
}
