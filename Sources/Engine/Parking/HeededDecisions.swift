import Postgres

/// Rows of `tapefold.heeded_decision`: which decisions a build that is not live is known to obey.
enum HeededDecisions {
    /// What has been decided for the view so far: before a new build folds anything, and when a live one retires.
    static func addAll(of view: String, to build: String, on connection: PostgresConnection) throws(PostgresError) {
        try connection.query(
            """
            INSERT INTO tapefold.heeded_decision (view, build, partition, topic, log_offset)
            SELECT $1, $2, partition, topic, log_offset FROM tapefold.decision WHERE view = $1
            ON CONFLICT DO NOTHING
            """, [.text(view), .text(build)])
    }

    /// Notes what was decided for the lane since it last looked.
    ///
    /// - Returns: an event among them that the build has folded.
    static func heed(_ claim: LaneClaim, of view: String, on connection: PostgresConnection) throws(PostgresError)
        -> EventPlace?
    {
        let lane: [PostgresParameter] = [.text(view), .text(claim.build), .int32(Int32(claim.lane))]
        let new = try connection.cachedQuery(
            """
            SELECT d.topic, d.log_offset, EXISTS (SELECT 1 FROM tapefold.parked_event p
                WHERE p.view = $1 AND p.build = $2 AND p.lane = $3 AND p.topic = d.topic AND p.log_offset = d.log_offset)
            FROM tapefold.decision d
            WHERE d.view = $1 AND d.partition = $3 AND NOT EXISTS (SELECT 1 FROM tapefold.heeded_decision h
                WHERE h.view = $1 AND h.build = $2 AND h.partition = $3 AND h.topic = d.topic
                    AND h.log_offset = d.log_offset)
            ORDER BY d.topic, d.log_offset
            """, lane)
        for row in 0..<new.rowCount {
            let (topic, offset) = (try new.text(row, 0), try new.int64(row, 1))
            if offset < claim.next[topic] ?? 0, try !new.bool(row, 2) {
                return EventPlace(topic: topic, partition: claim.lane, offset: offset)
            }
            try connection.cachedQuery(
                "INSERT INTO tapefold.heeded_decision (view, build, partition, topic, log_offset) VALUES ($1, $2, $3, $4, $5)",
                lane + [.text(topic), .int64(offset)])
        }
        return nil
    }
}
