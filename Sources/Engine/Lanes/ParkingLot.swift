import Domain
import Events
import Foundation
import Kafka
import Postgres
import Projections

/// The events of one lane that can't be folded, with everything that comes after them under the same key.
final class ParkingLot {
    private let table = TableDefinition(
        "parked_event", role: .ledger,
        columns: [
            Column("topic", .text), Column("log_offset", .int64), Column("parking_key", .text, nullable: true),
            Column("code", .text), Column("reason", .text), Column("event_time", .timestamp, nullable: true),
            Column("record_key", .bytes, nullable: true), Column("record_value", .bytes, nullable: true),
            Column("record_headers", .text),
        ], key: ["topic", "log_offset"])
    private let rows: RowBatch
    /// Parked events by key, as the database has them and with those of the batch in hand.
    private var keys: [String: Int] = [:]
    private var total = 0
    private let limit: Int

    init(lanes: Int) {
        rows = RowBatch(columns: table.columns, layout: .arrays)
        limit = EngineLimits.parkedEventsPerView / max(lanes, 1)
    }

    var isEmpty: Bool { keys.isEmpty }
    var pendingCount: Int { rows.rowCount }

    func holds(_ key: String) -> Bool { keys[key] != nil }

    /// Forgets what is pending and reads which keys are parked.
    func load(_ claim: LaneClaim, view: String, on connection: PostgresConnection) throws(PostgresError) {
        rows.clear()
        keys = [:]
        total = 0
        let found = try connection.cachedQuery(
            """
            SELECT parking_key, count(*) FROM tapefold.parked_event
            WHERE view = $1 AND build = $2 AND lane = $3 GROUP BY parking_key
            """, [.text(view), .text(claim.build), .int32(Int32(claim.lane))])
        for row in 0..<found.rowCount {
            let count = Int(try found.int64(row, 1))
            total += count
            if let key = try found.textIfPresent(row, 0) { keys[key] = count }
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

    /// Adds the statement that stores the pending events; returns how many statements that took.
    func add(_ claim: LaneClaim, view: String, to pipeline: PostgresPipeline) throws(PostgresError) -> Int {
        guard rows.rowCount > 0 else { return 0 }
        let sql = """
            INSERT INTO tapefold.parked_event (view, build, lane, topic, log_offset, parking_key, code, reason,
                event_time, record_key, record_value, record_headers)
            SELECT $10, $11, $12, u.topic, u.log_offset, u.parking_key, u.code, u.reason, u.event_time, u.record_key,
                u.record_value, u.record_headers::jsonb
            FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::bytea[],
                $8::bytea[], $9::text[]) AS u(topic, log_offset, parking_key, code, reason, event_time, record_key,
                record_value, record_headers)
            """
        _ = try pipeline.addCached(
            sql, rows.parameters + [.text(view), .text(claim.build), .int32(Int32(claim.lane))])
        return 1
    }

    func committed() { rows.clear() }

    /// Names and base64 values, in order: names may repeat.
    private static func json(_ headers: [KafkaHeader]) -> String {
        let list = headers.map { [$0.name, $0.value.map { Data($0).base64EncodedString() }] }
        guard let data = try? JSONEncoder().encode(list) else { return "[]" }
        return String(decoding: data, as: UTF8.self)
    }
}
