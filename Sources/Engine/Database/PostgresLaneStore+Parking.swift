import Domain
import Events
import Postgres

extension PostgresLaneStore: ParkingDesk {
    func decisions(lane: Int) throws(LaneFailure) -> LaneDecisions {
        try attempt { () throws(PostgresError) in try DecisionCatalog(connection).lane(lane, of: view) }
    }

    func heed(_ claim: LaneClaim) throws(LaneFailure) -> LaneDecisions {
        let tooLate = try attempt { () throws(PostgresError) in
            try HeededDecisions.heed(claim, of: view.name, on: connection)
        }
        if let tooLate { throw .overruled(tooLate) }
        return try decisions(lane: claim.lane)
    }

    func requests(lane: Int, limit: Int) throws(LaneFailure) -> [LaneRequest] {
        try attempt { () throws(PostgresError) in
            let rows = try connection.cachedQuery(
                """
                SELECT request, action, parking_key, topic, log_offset, through_order, requested_by, requested_at, note,
                    dropped
                FROM tapefold.parking_request WHERE view = $1 AND lane = $2 AND finished_at IS NULL
                ORDER BY request LIMIT $3
                """, [.text(view.name), .int32(Int32(lane)), .int64(Int64(limit))])
            var requests: [LaneRequest] = []
            for row in 0..<rows.rowCount {
                guard let action = LaneRequest.Action(rawValue: try rows.text(row, 1)) else { continue }
                requests.append(
                    LaneRequest(
                        number: try rows.int64(row, 0), action: action, key: try rows.textIfPresent(row, 2),
                        topic: try rows.textIfPresent(row, 3), offset: try rows.int64IfPresent(row, 4),
                        throughOrder: try rows.int64IfPresent(row, 5), droppedBefore: Int(try rows.int64(row, 9)),
                        author: try rows.text(row, 6),
                        time: try rows.time(row, 7), note: try rows.textIfPresent(row, 8)))
            }
            return requests
        }
    }

    func parked(
        _ claim: LaneClaim, _ which: ParkedSelection, after order: Int64, limit: Int
    ) throws(LaneFailure) -> [ParkedRecord] {
        let (condition, values) = Self.condition(which)
        return try attempt { () throws(PostgresError) in
            let rows = try connection.cachedQuery(
                """
                SELECT park_order, topic, log_offset, parking_key, code, reason, record_key, record_value,
                    record_headers::text, record_time
                FROM tapefold.parked_event
                WHERE view = $1 AND build = $2 AND lane = $3 AND park_order > $4 \(condition)
                ORDER BY park_order LIMIT $5
                """,
                [
                    .text(view.name), .text(claim.build), .int32(Int32(claim.lane)), .int64(order),
                    .int64(Int64(limit)),
                ] + values)
            var records: [ParkedRecord] = []
            for row in 0..<rows.rowCount { records.append(try record(rows, row)) }
            return records
        }
    }

    private static func condition(_ which: ParkedSelection) -> (String, [PostgresParameter]) {
        switch which {
        case .all: ("", [])
        case .key(let key): ("AND parking_key = $6", [.text(key)])
        case .through(let key, let order): ("AND parking_key = $6 AND park_order <= $7", [.text(key), .int64(order)])
        case .place(let topic, let offset): ("AND topic = $6 AND log_offset = $7", [.text(topic), .int64(offset)])
        }
    }

    private func record(_ rows: PostgresResult, _ row: Int) throws(PostgresError) -> ParkedRecord {
        let topic = try rows.text(row, 1)
        let offset = try rows.int64(row, 2)
        guard let input = view.inputs.firstIndex(where: { $0.topic == topic }),
            let headers = HeaderList.headers(try rows.text(row, 8))
        else {
            throw .usage(
                "parked event \(topic)@\(offset) of view \(view.name) is of no topic of the view or its headers are broken"
            )
        }
        return ParkedRecord(
            order: try rows.int64(row, 0), input: input, offset: offset, key: try rows.textIfPresent(row, 3),
            code: try rows.text(row, 4), reason: try rows.text(row, 5),
            bytes: ParkedBytes(
                key: try rows.bytesIfPresent(row, 6), value: try rows.bytesIfPresent(row, 7), headers: headers,
                time: try rows.timeIfPresent(row, 9)))
    }
}
