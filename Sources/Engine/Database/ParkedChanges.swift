import Postgres

/// The statements that change what is parked already.
enum ParkedChanges {
    private static let explain = """
        UPDATE tapefold.parked_event SET code = $6, reason = $7
        WHERE view = $1 AND build = $2 AND lane = $3 AND topic = $4 AND log_offset = $5
        """

    /// A place may hold another record than when it was decided on before: the topic was made anew.
    private static let decide =
        DecisionCatalog.insert.replacing("ON CONFLICT DO NOTHING", with: "")
            + """
            ON CONFLICT (view, partition, topic, log_offset) DO UPDATE SET code = EXCLUDED.code, reason = EXCLUDED.reason,
                event_source = EXCLUDED.event_source, event_id = EXCLUDED.event_id, record_hash = EXCLUDED.record_hash,
                decided_by = EXCLUDED.decided_by, decided_at = EXCLUDED.decided_at, note = EXCLUDED.note
            """

    private static let report = """
        UPDATE tapefold.parking_request SET folded = folded + $2, dropped = dropped + $3, remaining = $4, code = $5,
            reason = $6, finished_at = CASE WHEN $7 THEN now() END
        WHERE request = $1
        """

    /// Returns how many statements it added.
    static func add(
        _ changes: ParkingChanges, _ claim: LaneClaim, view: String, to pipeline: PostgresPipeline
    ) throws(PostgresError) -> Int {
        let lane: [PostgresParameter] = [.text(view), .text(claim.build), .int32(Int32(claim.lane))]
        var count = 0
        if !changes.removed.isEmpty {
            let topics = try PostgresArrayBuilder(.text)
            let offsets = try PostgresArrayBuilder(.int64)
            for place in changes.removed {
                topics.append(text: place.topic)
                offsets.append(integer: place.offset)
            }
            _ = try pipeline.addCached(OwedCopies.removeParked, lane + [.array(topics), .array(offsets)])
            count += 1
        }
        for reason in changes.reasons {
            _ = try pipeline.addCached(
                explain,
                lane + [.text(reason.place.topic), .int64(reason.place.offset), .text(reason.code), .text(reason.text)])
        }
        for decision in changes.decisions { _ = try pipeline.addCached(decide, DecisionCatalog.parameters(decision)) }
        if let progress = changes.progress { _ = try pipeline.addCached(report, parameters(progress)) }
        return count + changes.reasons.count + changes.decisions.count + (changes.progress == nil ? 0 : 1)
    }

    private static func parameters(_ progress: ParkingChanges.Progress) -> [PostgresParameter] {
        [
            .int64(progress.request), .int64(Int64(progress.folded)), .int64(Int64(progress.dropped)),
            .int64(Int64(progress.remaining)), .text(progress.code), .text(progress.reason), .bool(progress.isFinished),
        ]
    }
}
