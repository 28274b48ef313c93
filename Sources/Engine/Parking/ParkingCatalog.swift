import Domain
import Postgres

/// What is parked in the live build of one view, for operators to look at and decide on.
public struct ParkingCatalog {
    public let view: String
    public let connection: PostgresConnection

    public init(view: String, on connection: PostgresConnection) {
        self.view = view
        self.connection = connection
    }

    /// `$1` is the view.
    static let live = "(SELECT build FROM tapefold.build WHERE view = $1 AND status = 'live')"

    private static let isFirst = """
        (p.parking_key IS NULL OR NOT EXISTS (
            SELECT 1 FROM tapefold.parked_event e WHERE e.view = p.view AND e.build = p.build AND e.lane = p.lane
                AND e.parking_key = p.parking_key AND e.park_order < p.park_order))
        """

    private static let conditions = """
        p.view = $1 AND p.build = \(live)
            AND ($2::int IS NULL OR p.lane = $2) AND ($3::text IS NULL OR p.topic = $3)
            AND ($4::text IS NULL OR p.parking_key = $4) AND ($5::text IS NULL OR starts_with(p.parking_key, $5))
            AND ($6::text IS NULL OR p.code = $6) AND ($7::timestamptz IS NULL OR p.parked_at >= $7)
            AND ($8::bigint IS NULL OR p.log_offset = $8)
        """

    private func parameters(_ filter: ParkedFilter) -> [PostgresParameter] {
        let isPrefix = filter.key?.hasSuffix("*") == true
        return [
            .text(view), .int32(filter.place?.partition ?? filter.lane), .text(filter.place?.topic ?? filter.topic),
            .text(isPrefix ? nil : filter.key), .text(isPrefix ? filter.key.map { String($0.dropLast()) } : nil),
            .text(filter.code), .time(filter.since), .int64(filter.place?.offset),
        ]
    }

    /// The events that the filter lets through, in the order in which they were parked.
    public func list(_ filter: ParkedFilter, limit: Int? = nil) throws(PostgresError) -> [ParkedEvent] {
        let rows = try connection.query(
            """
            SELECT p.topic, p.lane, p.log_offset, p.parking_key, p.code, p.reason, p.event_time, p.parked_at,
                p.copied_at, p.park_order, (
                    SELECT count(*) FROM tapefold.parked_event f WHERE f.view = p.view AND f.build = p.build
                        AND f.lane = p.lane AND f.parking_key = p.parking_key AND f.park_order > p.park_order),
                \(Self.isFirst)
            FROM tapefold.parked_event p
            WHERE \(Self.conditions) \(filter.isFirstOnly ? "AND \(Self.isFirst)" : "")
            ORDER BY p.park_order LIMIT $9
            """, parameters(filter) + [.int64(limit.map(Int64.init))])
        var events: [ParkedEvent] = []
        for row in 0..<rows.rowCount { events.append(try Self.event(rows, row)) }
        return events
    }

    private static func event(_ rows: PostgresResult, _ row: Int) throws(PostgresError) -> ParkedEvent {
        ParkedEvent(
            place: EventPlace(
                topic: try rows.text(row, 0), partition: Int(try rows.int32(row, 1)), offset: try rows.int64(row, 2)),
            key: try rows.textIfPresent(row, 3), code: try rows.text(row, 4), reason: try rows.text(row, 5),
            eventTime: try rows.timeIfPresent(row, 6), parkedAt: try rows.time(row, 7),
            copiedAt: try rows.timeIfPresent(row, 8), order: try rows.int64(row, 9),
            waiting: Int(try rows.int64(row, 10)), isFirst: try rows.bool(row, 11))
    }

    /// The record of a parked event; nil when nothing is parked there.
    public func bytes(of place: EventPlace) throws(PostgresError) -> ParkedBytes? {
        let rows = try connection.query(
            """
            SELECT record_key, record_value, record_headers::text, record_time FROM tapefold.parked_event
            WHERE view = $1 AND build = \(Self.live) AND lane = $2 AND topic = $3 AND log_offset = $4
            """, [.text(view), .int32(place.partition), .text(place.topic), .int64(place.offset)])
        guard rows.rowCount == 1 else { return nil }
        let headers = try rows.text(0, 2)
        guard let list = HeaderList.headers(headers) else {
            throw .usage("the headers of parked event \(place) can't be read: \(headers)")
        }
        return ParkedBytes(
            key: try rows.bytesIfPresent(0, 0), value: try rows.bytesIfPresent(0, 1), headers: list,
            time: try rows.timeIfPresent(0, 3))
    }

    /// The event that the given one waits for; nil when it is the first of its key.
    public func first(before event: ParkedEvent) throws(PostgresError) -> ParkedEvent? {
        guard let key = event.key, !event.isFirst else { return nil }
        var filter = ParkedFilter()
        filter.key = key
        filter.lane = event.place.partition
        return try list(filter, limit: 1).first
    }

    /// Changes with everything that is retried or dropped in the live build, or decided.
    func mark() throws(PostgresError) -> String {
        try connection.query(
            """
            SELECT concat_ws(' ', count(*), sum(folded + dropped), max(finished_at),
                (SELECT count(*) FROM tapefold.decision WHERE view = $1))
            FROM tapefold.parking_request WHERE view = $1
            """, [.text(view)]
        ).text(0, 0)
    }

    /// Nil when the view has no live build.
    public func counts() throws(PostgresError) -> ParkedCounts? {
        let build = try connection.query(
            "SELECT build FROM tapefold.build WHERE view = $1 AND status = 'live'", [.text(view)])
        guard build.rowCount == 1 else { return nil }
        let rows = try connection.query(
            """
            SELECT code, count(*)::bigint, sum(events)::bigint FROM (
                SELECT (array_agg(p.code ORDER BY p.park_order))[1] AS code, count(*) AS events
                FROM tapefold.parked_event p WHERE p.view = $1 AND p.build = \(Self.live)
                GROUP BY p.lane, p.parking_key, CASE WHEN p.parking_key IS NULL THEN p.park_order END) keys
            GROUP BY code ORDER BY 3 DESC, 1
            """, [.text(view)])
        var codes: [ParkedCounts.Line] = []
        for row in 0..<rows.rowCount {
            codes.append(
                .init(
                    name: try rows.text(row, 0), events: Int(try rows.int64(row, 2)), keys: Int(try rows.int64(row, 1)))
            )
        }
        return ParkedCounts(
            build: try build.text(0, 0), events: codes.reduce(0) { $0 + $1.events },
            keys: codes.reduce(0) { $0 + $1.keys }, codes: codes)
    }
}
