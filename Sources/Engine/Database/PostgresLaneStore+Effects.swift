import Postgres

extension PostgresLaneStore {
    /// A view that has just been given outputs starts at its checkpoints: what it folded before is not news.
    func effects(_ claim: LaneClaim) throws(LaneFailure) -> EffectState {
        let place: [PostgresParameter] = [.text(view.name), .int32(Int32(claim.lane))]
        return try attempt { () throws(PostgresError) in
            try connection.query(
                """
                INSERT INTO tapefold.effect_mark (view, topic, partition, next_offset)
                SELECT view, topic, lane, next_offset FROM tapefold.checkpoint
                WHERE view = $1 AND lane = $2 AND build = $3 ON CONFLICT DO NOTHING
                """, place + [.text(claim.build)])
            let sequence = try connection.query(
                """
                INSERT INTO tapefold.outbox_lane (view, lane) VALUES ($1, $2)
                ON CONFLICT (view, lane) DO UPDATE SET next_seq = outbox_lane.next_seq RETURNING next_seq
                """, place)
            let marks = try connection.query(
                "SELECT topic, next_offset FROM tapefold.effect_mark WHERE view = $1 AND partition = $2", place)
            var state = EffectState(
                marks: [:], owed: try OwedRows.read(view: view.name, lane: claim.lane, on: connection),
                nextSequence: try sequence.int64(0, 0))
            for row in 0..<marks.rowCount { state.marks[try marks.text(row, 0)] = try marks.int64(row, 1) }
            return state
        }
    }

    func raiseEffectMarks(_ claim: LaneClaim, to offsets: [String: Int64]) throws(LaneFailure) {
        try attempt { () throws(PostgresError) in
            for (topic, offset) in offsets.sorted(by: { $0.key < $1.key }) {
                _ = try connection.query(
                    """
                    INSERT INTO tapefold.effect_mark AS m (view, topic, partition, next_offset) VALUES ($1, $2, $3, $4)
                    ON CONFLICT (view, topic, partition)
                    DO UPDATE SET next_offset = greatest(m.next_offset, excluded.next_offset)
                    """, [.text(view.name), .text(topic), .int32(Int32(claim.lane)), .int64(offset)])
            }
        }
    }

    func waitingEffects(_ claim: LaneClaim, after sequence: Int64, limit: Int) throws(LaneFailure) -> [OutboxRecord] {
        try attempt { () throws(PostgresError) in
            let rows = try connection.query(
                """
                SELECT seq, topic, partition, record_key, record_value FROM tapefold.outbox
                WHERE view = $1 AND lane = $2 AND seq > $3 ORDER BY seq LIMIT $4
                """, [.text(view.name), .int32(Int32(claim.lane)), .int64(sequence), .int64(Int64(limit))])
            var records: [OutboxRecord] = []
            for row in 0..<rows.rowCount {
                records.append(
                    OutboxRecord(
                        sequence: try rows.int64(row, 0), topic: try rows.text(row, 1),
                        partition: try rows.int32(row, 2), key: try rows.byteArray(row, 3),
                        value: try rows.byteArray(row, 4)))
            }
            return records
        }
    }

    func deleteEffects(_ claim: LaneClaim, through sequence: Int64) throws(LaneFailure) {
        _ = try attempt { () throws(PostgresError) in
            try connection.cachedQuery(
                OutboxSQL.delete, [.text(view.name), .int32(Int32(claim.lane)), .int64(sequence)])
        }
    }
}
