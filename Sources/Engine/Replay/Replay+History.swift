import Kafka
import Postgres
import Projections

extension Replay {
    /// Takes over the live build's rows of days that the log no longer holds whole, with where that build stood, as one
    /// snapshot has them.
    func carryHistory(from live: Build, to build: Build, _ start: [LaneOffsets]) throws(EngineError) {
        guard let edge = try HistoryEdge(view, start: start, on: connection) else { return }
        let topics = view.inputs.filter { !$0.isComplete }.map(\.topic)
        let rows = try inDatabase { () throws(PostgresError) in
            try connection.transaction(.repeatableRead) { () throws(PostgresError) -> Int in
                // These read whole tables: not what a lane's settings are for.
                for setting in ["seqscan", "hashjoin", "mergejoin"] {
                    try connection.execute("SET LOCAL enable_\(setting) = on")
                }
                guard let firstDay = try edge.firstWholeDay(live) else { return 0 }
                var next: [Int: [String: Int64]] = [:]
                for lane in try catalog.checkpoints(of: live) {
                    next[lane.lane] = lane.next.filter { topics.contains($0.key) }
                }
                try CarriedHistory(firstDay: firstDay, next: next).write(build, on: connection)
                return try edge.carry(from: live, to: build, before: firstDay)
            }
        }
        Log.debug("carried", ["view": view.name, "build": build.name, "rows": "\(rows)"])
    }

    /// - Throws: `.build` when the first records of a topic are gone: a copy of an earlier state can't do without them.
    func requireWholeLog(_ start: [LaneOffsets]) throws(EngineError) {
        for lane in start {
            for input in view.inputs where !input.isComplete {
                let low = lane.next[input.topic] ?? 0
                guard low > 0 else { continue }
                throw EngineError(
                    .build,
                    "\(input.topic)/\(lane.lane) begins at offset \(low): retention removed what came before, so view "
                        + "\(view.name) can't be made as of an earlier point. Rows of earlier days are still in the live "
                        + "build, see schema api; to make such copies, keep the topic for longer (retention.ms)")
            }
        }
    }
}
