import Domain
import Postgres

/// An operator's wish that a lane, or a whole view, stands still: kept in the control schema until it is taken back.
public struct LanePause: Sendable, Equatable {
    public let view: String
    /// nil: every lane of the view.
    public let lane: Int?
    public let by: String
    public let reason: String
    public let at: Timestamp

    private static let everyLane: Int32 = -1

    /// The pauses of one view, or of all.
    public static func all(of view: String? = nil, on connection: PostgresConnection) throws(PostgresError)
        -> [LanePause]
    {
        let filter = view == nil ? "" : " WHERE view = $1"
        let rows = try connection.cachedQuery(
            "SELECT view, lane, paused_by, reason, paused_at FROM tapefold.pause\(filter) ORDER BY view, lane",
            view.map { [.text($0)] } ?? [])
        var pauses: [LanePause] = []
        for row in 0..<rows.rowCount {
            let lane = try rows.int32(row, 1)
            pauses.append(
                LanePause(
                    view: try rows.text(row, 0), lane: lane == everyLane ? nil : Int(lane), by: try rows.text(row, 2),
                    reason: try rows.text(row, 3),
                    at: Timestamp(microseconds: try rows.timestamptzIfPresent(row, 4) ?? 0)))
        }
        return pauses
    }

    /// Asks for a pause; one that is there already keeps its time and gets the new reason.
    public static func request(
        view: String, lane: Int?, by: String, reason: String, on connection: PostgresConnection
    ) throws(PostgresError) {
        try connection.query(
            """
            INSERT INTO tapefold.pause (view, lane, paused_by, reason) VALUES ($1, $2, $3, $4)
            ON CONFLICT (view, lane) DO UPDATE SET paused_by = excluded.paused_by, reason = excluded.reason
            """,
            [.text(view), .int32(lane.map(Int32.init) ?? everyLane), .text(by), .text(reason)])
    }

    /// Takes back the pause of one lane, or with nil every pause of the view.
    /// - Returns: how many there were.
    public static func takeBack(
        view: String, lane: Int?, on connection: PostgresConnection
    ) throws(PostgresError) -> Int {
        guard let lane else {
            return try connection.query("DELETE FROM tapefold.pause WHERE view = $1", [.text(view)]).commandTuples
        }
        return try connection.query(
            "DELETE FROM tapefold.pause WHERE view = $1 AND lane = $2", [.text(view), .int32(Int32(lane))]
        ).commandTuples
    }
}

extension [LanePause] {
    /// Which of a view's lanes they hold.
    public func lanes(of view: String, count: Int) -> Set<Int> {
        var held: Set<Int> = []
        for pause in self where pause.view == view {
            if let lane = pause.lane { held.insert(lane) } else { held.formUnion(0..<count) }
        }
        return held
    }

    public func pause(of view: String, lane: Int) -> LanePause? {
        first { $0.view == view && ($0.lane == nil || $0.lane == lane) }
    }
}
