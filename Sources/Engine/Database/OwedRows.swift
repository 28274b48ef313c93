import Kafka
import Postgres

/// Rows of `tapefold.effect_debt`.
enum OwedRows {
    private static let insert = """
        INSERT INTO tapefold.effect_debt (view, partition, topic, log_offset)
        SELECT $1, $2, * FROM unnest($3::text[], $4::bigint[]) ON CONFLICT DO NOTHING
        """

    private static let remove = """
        DELETE FROM tapefold.effect_debt d USING unnest($3::text[], $4::bigint[]) AS s(topic, log_offset)
        WHERE d.view = $1 AND d.partition = $2 AND d.topic = s.topic COLLATE "C" AND d.log_offset = s.log_offset
        """

    static func add(
        _ effects: LaneEffects, _ place: [PostgresParameter], to pipeline: PostgresPipeline
    ) throws(PostgresError) -> Int {
        var statements = 0
        for (sql, places) in [(insert, effects.owed), (remove, effects.settled)] where !places.isEmpty {
            let (topics, offsets) = try OutboxSQL.arrays(places)
            _ = try pipeline.addCached(sql, place + [.array(topics), .array(offsets)])
            statements += 1
        }
        return statements
    }

    /// By topic, the offsets owed on a lane.
    static func read(
        view: String, lane: Int, on connection: PostgresConnection
    ) throws(PostgresError) -> [String: Set<Int64>] {
        let rows = try connection.query(
            "SELECT topic, log_offset FROM tapefold.effect_debt WHERE view = $1 AND partition = $2",
            [.text(view), .int32(Int32(lane))])
        var owed: [String: Set<Int64>] = [:]
        for row in 0..<rows.rowCount { owed[try rows.text(row, 0), default: []].insert(try rows.int64(row, 1)) }
        return owed
    }

    /// Whether a build has folded past events whose effects are owed.
    static func exist(below build: Build, on connection: PostgresConnection) throws(PostgresError) -> Bool {
        let rows = try connection.query(
            """
            SELECT EXISTS (SELECT 1 FROM tapefold.effect_debt d JOIN tapefold.checkpoint c
                ON c.view = d.view AND c.topic = d.topic AND c.lane = d.partition
                WHERE c.view = $1 AND c.build = $2 AND d.log_offset < c.next_offset)
            """, [.text(build.view), .text(build.name)])
        return try rows.bool(0, 0)
    }

    /// A partition was made anew: its offsets mean other events now.
    static func forget(
        _ place: TopicPartition, view: String, on connection: PostgresConnection
    ) throws(PostgresError) {
        let names: [PostgresParameter] = [.text(view), .text(place.topic), .int32(place.partition)]
        for table in ["effect_debt", "effect_mark"] {
            try connection.query(
                "DELETE FROM tapefold.\(table) WHERE view = $1 AND topic = $2 AND partition = $3", names)
        }
    }

    /// Removes those of `places` that are still owed, and returns them.
    static func take(
        _ places: [OwedEffect], view: String, lane: Int, on connection: PostgresConnection
    ) throws(PostgresError) -> Set<OwedEffect> {
        let (topics, offsets) = try OutboxSQL.arrays(places)
        let rows = try connection.query(
            remove + " RETURNING d.topic, d.log_offset",
            [.text(view), .int32(Int32(lane)), .array(topics), .array(offsets)])
        var taken: Set<OwedEffect> = []
        for row in 0..<rows.rowCount {
            taken.insert(OwedEffect(topic: try rows.text(row, 0), offset: try rows.int64(row, 1)))
        }
        return taken
    }
}
