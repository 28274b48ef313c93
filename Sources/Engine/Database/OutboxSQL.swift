import Postgres
import Projections

/// The statements of a lane's outbox, and their parameters.
enum OutboxSQL {
    static let delete = "DELETE FROM tapefold.outbox WHERE view = $1 AND lane = $2 AND seq <= $3"

    private static let columns = [
        Column("seq", .int64), Column("topic", .text), Column("partition", .int32), Column("record_key", .bytes),
        Column("record_value", .bytes),
    ]

    private static let insert = """
        INSERT INTO tapefold.outbox (seq, topic, partition, record_key, record_value, view, lane)
        SELECT u.*, $6, $7 FROM unnest($1::bigint[], $2::text[], $3::integer[], $4::bytea[], $5::bytea[]) AS u
        """

    private static let moveMarks = """
        UPDATE tapefold.effect_mark m SET next_offset = n.next FROM unnest($3::text[], $4::bigint[]) AS n(topic, next)
        WHERE m.view = $1 AND m.partition = $2 AND m.topic = n.topic COLLATE "C" AND m.next_offset < n.next
        """

    /// Takes numbers for effects that no lane's owner writes; returns the first.
    static func reserve(
        _ count: Int, view: String, lane: Int, on connection: PostgresConnection
    ) throws(PostgresError) -> Int64 {
        let rows = try connection.query(
            """
            INSERT INTO tapefold.outbox_lane AS o (view, lane, next_seq) VALUES ($1, $2, $3)
            ON CONFLICT (view, lane) DO UPDATE SET next_seq = o.next_seq + $3 RETURNING next_seq - $3
            """, [.text(view), .int32(Int32(lane)), .int64(Int64(count))])
        return try rows.int64(0, 0)
    }

    static func insert(
        _ records: [OutboxRecord], view: String, lane: Int, on connection: PostgresConnection
    ) throws(PostgresError) {
        let rows = rows(records)
        try withExtendedLifetime(rows) { () throws(PostgresError) in
            _ = try connection.query(insert, rows.parameters + [.text(view), .int32(Int32(lane))])
        }
    }

    private static let number = "UPDATE tapefold.outbox_lane SET next_seq = $3 WHERE view = $1 AND lane = $2"

    /// Adds what a batch does to the outbox to the batch's pipeline; returns how many statements that took.
    static func add(
        _ effects: LaneEffects, _ commit: LaneCommit, _ view: ViewConfiguration, to pipeline: PostgresPipeline
    ) throws(PostgresError) -> Int {
        let place: [PostgresParameter] = [.text(view.name), .int32(Int32(commit.claim.lane))]
        var statements = 1
        let (topics, offsets) = try arrays(zip(view.topics, commit.next).map { OwedEffect(topic: $0, offset: $1) })
        _ = try pipeline.addCached(moveMarks, place + [.array(topics), .array(offsets)])
        if !effects.records.isEmpty {
            let rows = rows(effects.records)
            try withExtendedLifetime(rows) { () throws(PostgresError) in
                _ = try pipeline.addCached(insert, rows.parameters + place)
            }
            _ = try pipeline.addCached(number, place + [.int64(effects.nextSequence)])
            statements += 2
        }
        if let published = effects.publishedThrough {
            _ = try pipeline.addCached(delete, place + [.int64(published)])
            statements += 1
        }
        return statements + (try OwedRows.add(effects, place, to: pipeline))
    }

    private static func rows(_ records: [OutboxRecord]) -> RowBatch {
        let rows = RowBatch(columns: columns, layout: .arrays)
        for record in records {
            rows.beginRow()
            rows.put(record.sequence)
            rows.put(record.topic)
            rows.put(record.partition)
            record.key.withUnsafeBytes { rows.put($0) }
            record.value.withUnsafeBytes { rows.put($0) }
        }
        return rows
    }

    static func arrays(_ places: [OwedEffect]) throws(PostgresError) -> (PostgresArrayBuilder, PostgresArrayBuilder) {
        let topics = try PostgresArrayBuilder(.text)
        let offsets = try PostgresArrayBuilder(.int64)
        for place in places {
            topics.append(text: place.topic)
            offsets.append(integer: place.offset)
        }
        return (topics, offsets)
    }
}
