import Domain
import Events
import Postgres

/// The decisions that every build of a view obeys.
public struct DecisionCatalog {
    let connection: PostgresConnection

    public init(_ connection: PostgresConnection) { self.connection = connection }

    private static let columns = """
        view, topic, partition, log_offset, code, reason, event_source, event_id, record_hash, decided_by, decided_at, note
        """

    /// - Parameter view: nil for those of all views.
    public func list(view: String? = nil) throws(PostgresError) -> [Decision] {
        let rows = try connection.query(
            """
            SELECT \(Self.columns) FROM tapefold.decision WHERE $1::text IS NULL OR view = $1
            ORDER BY view, topic, partition, log_offset
            """, [.text(view)])
        var decisions: [Decision] = []
        for row in 0..<rows.rowCount {
            decisions.append(
                Decision(
                    view: try rows.text(row, 0),
                    place: EventPlace(
                        topic: try rows.text(row, 1), partition: Int(try rows.int32(row, 2)),
                        offset: try rows.int64(row, 3)),
                    code: try rows.text(row, 4), reason: try rows.text(row, 5),
                    eventSource: try rows.textIfPresent(row, 6), eventId: try rows.textIfPresent(row, 7),
                    recordHash: try rows.bytesIfPresent(row, 8).flatMap { ContentHash($0) },
                    author: try rows.text(row, 9), time: try rows.time(row, 10), note: try rows.textIfPresent(row, 11)))
        }
        return decisions
    }

    /// What one lane leaves out. Topics that are no inputs of the view are passed over.
    func lane(_ lane: Int, of view: ViewConfiguration) throws(PostgresError) -> LaneDecisions {
        let rows = try connection.cachedQuery(
            "SELECT topic, log_offset, record_hash FROM tapefold.decision WHERE view = $1 AND partition = $2",
            [.text(view.name), .int32(Int32(lane))])
        var decisions = LaneDecisions()
        for row in 0..<rows.rowCount {
            let topic = try rows.text(row, 0)
            guard let input = view.inputs.firstIndex(where: { $0.topic == topic }) else { continue }
            decisions.insert(
                input: input, offset: try rows.int64(row, 1),
                hash: try rows.bytesIfPresent(row, 2).flatMap { ContentHash($0) })
        }
        return decisions
    }

    static let insert = """
        INSERT INTO tapefold.decision (\(columns)) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        ON CONFLICT DO NOTHING
        """

    static func parameters(_ decision: Decision) -> [PostgresParameter] {
        [
            .text(decision.view), .text(decision.place.topic), .int32(Int32(decision.place.partition)),
            .int64(decision.place.offset), .text(decision.code), .text(decision.reason), .text(decision.eventSource),
            .text(decision.eventId), .bytes(decision.recordHash?.bytes), .text(decision.author), .time(decision.time),
            .text(decision.note),
        ]
    }
}
