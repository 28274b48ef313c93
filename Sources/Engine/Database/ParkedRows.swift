import Postgres
import Projections

/// The statement that stores parked events.
enum ParkedRows {
    private static let sql = """
        INSERT INTO tapefold.parked_event (view, build, lane, topic, log_offset, parking_key, code, reason,
            event_time, record_key, record_value, record_headers, record_time)
        SELECT $11, $12, $13, u.topic, u.log_offset, u.parking_key, u.code, u.reason, u.event_time, u.record_key,
            u.record_value, u.record_headers::jsonb, u.record_time
        FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::bytea[],
            $8::bytea[], $9::text[], $10::timestamptz[]) WITH ORDINALITY AS u(topic, log_offset, parking_key, code,
            reason, event_time, record_key, record_value, record_headers, record_time, place)
        ORDER BY u.place
        """

    /// Returns how many statements it added.
    static func add(
        _ rows: RowBatch, _ claim: LaneClaim, view: String, to pipeline: PostgresPipeline
    ) throws(PostgresError) -> Int {
        guard rows.rowCount > 0 else { return 0 }
        _ = try pipeline.addCached(
            sql, rows.parameters + [.text(view), .text(claim.build), .int32(Int32(claim.lane))])
        return 1
    }
}
