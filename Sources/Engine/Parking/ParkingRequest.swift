import Postgres

/// What became of one thing that an operator asked of a lane.
public struct ParkingOutcome: Sendable {
    public let request: Int64
    public let lane: Int
    /// The parking key; for an event without one its place.
    public let subject: String
    public let folded: Int
    public let dropped: Int
    /// Events still parked under the key.
    public let remaining: Int
    /// Why the first of them still is; nil when none is.
    public let code: String?
    public let reason: String?
    /// The lane's owner has not come to it yet.
    public let isQueued: Bool
}

extension ParkingCatalog {
    public enum Action: Sendable, Equatable {
        /// Fold the keys' events again, in order.
        case retry
        /// Never fold these events, and fold what waits behind them; `following` drops all of the key's events.
        case drop(following: Bool)
    }

    /// Asks the lanes' owners to do something with the keys of `events`; returns the requests' numbers.
    ///
    /// - Parameters:
    ///   - events: for a retry the first of each key, for a drop those to drop.
    ///   - author: who asks.
    ///   - note: why.
    public func request(
        _ action: Action, _ events: [ParkedEvent], by author: String, note: String?
    ) throws(PostgresError) -> [Int64] {
        try forgetOldRequests()
        let lanes = try PostgresArrayBuilder(.int32)
        let keys = try PostgresArrayBuilder(.text)
        let topics = try PostgresArrayBuilder(.text)
        let offsets = try PostgresArrayBuilder(.int64)
        for event in events {
            lanes.append(integer: Int32(event.place.partition))
            if let key = event.key { keys.append(text: key) } else { keys.appendNull() }
            topics.append(text: event.place.topic)
            offsets.append(integer: event.place.offset)
        }
        let rows = try connection.query(
            """
            INSERT INTO tapefold.parking_request (view, lane, action, parking_key, topic, log_offset, through_order,
                requested_by, note)
            SELECT $1, r.lane, $2, r.parking_key, r.topic, r.log_offset, CASE WHEN $8 THEN (
                SELECT max(p.park_order) FROM tapefold.parked_event p WHERE p.view = $1 AND p.build = \(Self.live)
                    AND p.lane = r.lane AND p.parking_key = r.parking_key) END, $3, $9
            FROM unnest($4::int[], $5::text[], $6::text[], $7::bigint[]) AS r(lane, parking_key, topic, log_offset)
            RETURNING request
            """,
            [
                .text(view), .text(action == .retry ? "retry" : "drop"), .text(author), .array(lanes), .array(keys),
                .array(topics), .array(offsets), .bool(action == .drop(following: true)), .text(note),
            ])
        var requests: [Int64] = []
        for row in 0..<rows.rowCount { requests.append(try rows.int64(row, 0)) }
        return requests
    }

    private func forgetOldRequests() throws(PostgresError) {
        try connection.query(
            "DELETE FROM tapefold.parking_request WHERE finished_at < now() - make_interval(days => $1)",
            [.int32(Int32(EngineLimits.parkingRequestDays))])
    }

    /// What became of requests, in their order.
    public func outcomes(of requests: [Int64]) throws(PostgresError) -> [ParkingOutcome] {
        let numbers = try PostgresArrayBuilder(.int64)
        for request in requests { numbers.append(integer: request) }
        let rows = try connection.query(
            """
            SELECT request, lane, coalesce(parking_key, topic || '/' || lane || '@' || log_offset), folded, dropped,
                coalesce(remaining, 0), code, reason, finished_at IS NULL
            FROM tapefold.parking_request WHERE request = ANY ($1) ORDER BY request
            """, [.array(numbers)])
        var outcomes: [ParkingOutcome] = []
        for row in 0..<rows.rowCount {
            outcomes.append(
                ParkingOutcome(
                    request: try rows.int64(row, 0), lane: Int(try rows.int32(row, 1)),
                    subject: try rows.text(row, 2), folded: Int(try rows.int64(row, 3)),
                    dropped: Int(try rows.int64(row, 4)), remaining: Int(try rows.int64(row, 5)),
                    code: try rows.textIfPresent(row, 6), reason: try rows.textIfPresent(row, 7),
                    isQueued: try rows.bool(row, 8)))
        }
        return outcomes
    }

    /// How many of the requests no owner has finished yet.
    public func openCount(of requests: [Int64]) throws(PostgresError) -> Int {
        let numbers = try PostgresArrayBuilder(.int64)
        for request in requests { numbers.append(integer: request) }
        let rows = try connection.query(
            "SELECT count(*) FROM tapefold.parking_request WHERE request = ANY ($1) AND finished_at IS NULL",
            [.array(numbers)])
        return Int(try rows.int64(0, 0))
    }
}
