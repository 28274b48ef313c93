import Postgres

/// Copies on dead-letter topics that are still to be made of events that have left the parking lot.
enum OwedCopies {
    static let columns = """
        topic, log_offset, park_order, parking_key, code, reason, record_key, record_value, record_headers, record_time
        """

    /// Takes places (`$4`, `$5`) of a lane out of the parking lot. What had no copy yet is owed one, in the same transaction.
    ///
    /// Only of the live build: one that is being filled has the live one's copies when it takes its place.
    static let removeParked = """
        WITH gone AS (
            DELETE FROM tapefold.parked_event p USING unnest($4::text[], $5::bigint[]) AS d(topic, log_offset)
            WHERE p.view = $1 AND p.build = $2 AND p.lane = $3 AND p.topic = d.topic COLLATE "C"
                AND p.log_offset = d.log_offset
            RETURNING p.*)
        INSERT INTO tapefold.owed_copy (view, lane, \(columns))
        SELECT view, lane, \(columns) FROM gone g
        WHERE copied_at IS NULL AND EXISTS (
            SELECT 1 FROM tapefold.build b WHERE b.view = g.view AND b.build = g.build AND b.status = 'live')
        ON CONFLICT DO NOTHING
        """

    /// In the transaction that puts one build (`$3`) in the place of another (`$2`): what the old one had parked without a copy
    /// and the new one could fold.
    static let keepBehindSwap = """
        INSERT INTO tapefold.owed_copy (view, lane, \(columns))
        SELECT view, lane, \(columns) FROM tapefold.parked_event o
        WHERE o.view = $1 AND o.build = $2 AND o.build <> $3 AND o.copied_at IS NULL AND NOT EXISTS (
            SELECT 1 FROM tapefold.parked_event n
            WHERE n.view = o.view AND n.build = $3 AND n.lane = o.lane AND n.topic = o.topic
                AND n.log_offset = o.log_offset)
        ON CONFLICT DO NOTHING
        """
}
