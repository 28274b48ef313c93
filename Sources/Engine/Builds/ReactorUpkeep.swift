import Kafka
import Postgres

/// What a replay does for views and can't for reactors: more lanes, and going on where retention ate events. Their rows
/// belong to symbols, not to lanes, and stay as they are.
enum ReactorUpkeep {
    static func run(
        _ build: Build, of view: ViewConfiguration, consumer: KafkaConsumer, on connection: PostgresConnection
    ) throws(EngineError) -> Build {
        let start = try BuildPreparation.logStart(view, consumer)
        let passing = view.inputs.filter { !$0.isComplete }.map(\.topic)
        var build = build
        build = try inDatabase { () throws(PostgresError) in
            try BuildCatalog(connection).addLanes(to: build, count: view.lanes, start: start)
        }
        let skipped = try inDatabase { () throws(PostgresError) in
            try BuildCatalog(connection).skipLost(of: build, topics: passing, start: start)
        }
        for place in skipped {
            Log.warning(
                "skipped_lost", ["view": view.name, "record": place, "reason": "retention removed what lies before it"])
        }
        return build
    }
}

extension BuildCatalog {
    /// Gives a reactor's live build the lanes that its topics grew. What a new lane finds copied from an old one it knows
    /// already: definitions by their identity, ticks by their time.
    func addLanes(to build: Build, count: Int, start: [LaneOffsets]) throws(PostgresError) -> Build {
        guard build.lanes < count else { return build }
        try connection.transaction { () throws(PostgresError) in
            let known = try connection.query(
                "SELECT lanes FROM tapefold.build WHERE view = $1 AND build = $2 FOR UPDATE",
                [.text(build.view), .text(build.name)])
            let lanes = Int(try known.int32(0, 0))
            guard lanes < count else { return }
            try insertLanes(of: build, start: start.filter { $0.lane >= lanes })
            try connection.query(
                "UPDATE tapefold.build SET lanes = $3 WHERE view = $1 AND build = $2",
                [.text(build.view), .text(build.name), .int32(Int32(count))])
        }
        return try liveBuild(of: build.view) ?? build
    }

    /// Moves checkpoints to what the log still has. A lane's owner that was elsewhere is fenced by it.
    /// - Returns: the places moved to.
    func skipLost(of build: Build, topics: [String], start: [LaneOffsets]) throws(PostgresError) -> [String] {
        var moved: [String] = []
        for offsets in start {
            for topic in topics {
                guard let low = offsets.next[topic] else { continue }
                let rows = try connection.query(
                    """
                    UPDATE tapefold.checkpoint SET next_offset = $5
                    WHERE view = $1 AND build = $2 AND lane = $3 AND topic = $4 AND next_offset < $5 RETURNING lane
                    """,
                    [
                        .text(build.view), .text(build.name), .int32(Int32(offsets.lane)), .text(topic), .int64(low),
                    ])
                if rows.rowCount > 0 { moved.append("\(topic)/\(offsets.lane)@\(low)") }
            }
        }
        return moved
    }
}
