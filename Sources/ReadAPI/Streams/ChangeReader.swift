import Domain
import Postgres

/// How far the changes have been read, and the queries that go on from there.
struct ChangeReader {
    /// What `tapefold.change_batch` is announced on.
    static let channel = "tapefold_view_change"

    private(set) var position = StreamPosition()
    /// The last reading was cut short by its limit.
    private(set) var hasMore = false
    private var hasBegun = false
    /// After a lost connection: whether what lay in between is all still there has to be looked at.
    private var checksGap = false

    /// Begins at what is there now; after a lost connection, goes on where it was.
    mutating func begin(_ connection: PostgresConnection) throws(PostgresError) {
        guard !hasBegun else {
            checksGap = true
            return
        }
        position.changes = try newest(connection)
        position.builds = try builds(connection).hash
        hasBegun = true
    }

    private func newest(_ connection: PostgresConnection) throws(PostgresError) -> [StreamPosition.Lane: Int64] {
        let rows = try connection.cachedQuery(
            """
            SELECT l.view, l.lane, c.seq FROM tapefold.lane l CROSS JOIN LATERAL (
                SELECT seq FROM tapefold.change_batch WHERE view = l.view AND lane = l.lane ORDER BY seq DESC LIMIT 1
            ) c WHERE l.live
            """)
        var places: [StreamPosition.Lane: Int64] = [:]
        for row in 0..<rows.rowCount { places[try lane(rows, row)] = try rows.int64(row, 2) }
        return places
    }

    private func lane(_ rows: PostgresResult, _ row: Int) throws(PostgresError) -> StreamPosition.Lane {
        StreamPosition.Lane(view: try rows.text(row, 0), lane: try rows.int32(row, 1))
    }

    private func builds(
        _ connection: PostgresConnection
    ) throws(PostgresError) -> (hash: UInt64, names: [(view: String, build: String)]) {
        let rows = try connection.cachedQuery("SELECT view, build FROM tapefold.build WHERE status = 'live'")
        var names: [(view: String, build: String)] = []
        for row in 0..<rows.rowCount { names.append((try rows.text(row, 0), try rows.text(row, 1))) }
        return (StreamPosition.hash(builds: names), names)
    }

    /// The batches behind the position, of every live lane; the position moves behind them. Nil when there are none.
    ///
    /// - Parameter users: false where nobody listens: the position alone is wanted.
    mutating func read(_ connection: PostgresConnection, users: Bool) throws(PostgresError) -> UserChangeSet? {
        var changes = UserChangeSet()
        // Nothing is noted before all of it has been read: what a query that fails had found is found again.
        var next = position
        if checksGap, try !isKnown(position, connection) {
            changes.lost = "changes were removed before they could be read"
            // Also where the database is an older one, whose numbers lie below those that were read.
            next.changes = try newest(connection)
        }
        let live = try builds(connection)
        if live.hash != position.builds {
            changes.everyone = Set(live.names.map(\.view))
            next.builds = live.hash
        }
        let (views, lanes, sequences) = try arrays(next.changes)
        let rows = try connection.cachedQuery(
            """
            SELECT l.view, l.lane, c.seq, CASE WHEN $4 THEN c.user_ids END
            FROM tapefold.lane l
            LEFT JOIN unnest($1::text[], $2::integer[], $3::bigint[]) AS k(view, lane, seq)
                ON k.view = l.view AND k.lane = l.lane
            CROSS JOIN LATERAL (
                SELECT b.seq, b.user_ids FROM tapefold.change_batch b
                WHERE b.view = l.view AND b.lane = l.lane AND b.seq > coalesce(k.seq, -1)
                ORDER BY b.seq LIMIT \(StreamLimits.changeBatches)
            ) c
            WHERE l.live ORDER BY l.view, l.lane, c.seq
            """, [.array(views), .array(lanes), .array(sequences), .bool(users)])
        var counts: [StreamPosition.Lane: Int] = [:]
        for row in 0..<rows.rowCount {
            let lane = try lane(rows, row)
            next.changes[lane] = try rows.int64(row, 2)
            counts[lane, default: 0] += 1
            guard users else { continue }
            for user in try Self.texts(rows, row, 3) { changes.users[user, default: []].insert(lane.view) }
        }
        position = next
        checksGap = false
        hasMore = counts.values.contains { $0 >= StreamLimits.changeBatches }
        guard rows.rowCount > 0 || changes.lost != nil || !changes.everyone.isEmpty else { return nil }
        changes.position = position
        return changes
    }

    private static func texts(_ rows: PostgresResult, _ row: Int, _ column: Int) throws(PostgresError) -> [String] {
        var array = try BinaryArray(rows.bytes(row, column))
        var texts: [String] = []
        texts.reserveCapacity(array.count)
        for _ in 0..<array.count { texts.append(String(decoding: try array.next(), as: UTF8.self)) }
        return texts
    }

    private func arrays(
        _ places: [StreamPosition.Lane: Int64]
    ) throws(PostgresError) -> (PostgresArrayBuilder, PostgresArrayBuilder, PostgresArrayBuilder) {
        let views = try PostgresArrayBuilder(.text)
        let lanes = try PostgresArrayBuilder(.int32)
        let sequences = try PostgresArrayBuilder(.int64)
        for (lane, sequence) in places {
            views.append(text: lane.view)
            lanes.append(integer: lane.lane)
            sequences.append(integer: sequence)
        }
        return (views, lanes, sequences)
    }

    /// Whether every place is still there: batches go oldest first, so nothing behind a place that is there is gone.
    private func isKnown(_ wanted: StreamPosition, _ connection: PostgresConnection) throws(PostgresError) -> Bool {
        try missing(Set(wanted.changes.map { Place(lane: $0.key, sequence: $0.value) }), connection).isEmpty
    }

    private struct Place: Hashable {
        let lane: StreamPosition.Lane
        let sequence: Int64
    }

    private func missing(_ places: Set<Place>, _ connection: PostgresConnection) throws(PostgresError) -> Set<Place> {
        let views = try PostgresArrayBuilder(.text)
        let lanes = try PostgresArrayBuilder(.int32)
        let sequences = try PostgresArrayBuilder(.int64)
        for place in places {
            views.append(text: place.lane.view)
            lanes.append(integer: place.lane.lane)
            sequences.append(integer: place.sequence)
        }
        let rows = try connection.cachedQuery(
            """
            SELECT k.view, k.lane, k.seq FROM unnest($1::text[], $2::integer[], $3::bigint[]) AS k(view, lane, seq)
            WHERE NOT EXISTS (
                SELECT FROM tapefold.change_batch b WHERE b.view = k.view AND b.lane = k.lane AND b.seq = k.seq)
            """, [.array(views), .array(lanes), .array(sequences)])
        var found: Set<Place> = []
        for row in 0..<rows.rowCount {
            found.insert(Place(lane: try lane(rows, row), sequence: try rows.int64(row, 2)))
        }
        return found
    }

    // MARK: Clients that come back

    /// What changed for each client since its position, up to this reader's: one query for all of them.
    func resume(
        _ requests: [StreamHub.ResumeRequest], _ connection: PostgresConnection
    ) throws(PostgresError) -> [StreamSession.Resumption] {
        let places = Set(requests.flatMap { $0.position.changes.map { Place(lane: $0.key, sequence: $0.value) } })
        let gone = try missing(places, connection)
        var first: [StreamPosition.Lane: Int64] = [:]
        for place in places where !gone.contains(place) {
            first[place.lane] = min(first[place.lane] ?? .max, place.sequence)
        }
        guard let newest = try newest(of: Set(requests.map { ExactText($0.user) }), behind: first, connection) else {
            return requests.map { _ in .unknown(reason: "too much has changed since") }
        }
        return requests.map { outcome($0, gone: gone, newest) }
    }

    private func outcome(
        _ request: StreamHub.ResumeRequest, gone: Set<Place>, _ newest: [ExactText: [StreamPosition.Lane: Int64]]
    ) -> StreamSession.Resumption {
        let wanted = request.position
        guard wanted.builds == position.builds else { return .unknown(reason: "a view was rebuilt since") }
        for (lane, sequence) in position.changes {
            guard let known = wanted.changes[lane] else {
                return .unknown(reason: "what changed since is no longer known")
            }
            guard known <= sequence || !gone.contains(Place(lane: lane, sequence: known)) else {
                return .unknown(reason: "the position is of another database")
            }
        }
        guard !wanted.changes.contains(where: { gone.contains(Place(lane: $0.key, sequence: $0.value)) }) else {
            return .unknown(reason: "what changed since is no longer known")
        }
        var views: Set<String> = []
        for (lane, sequence) in newest[ExactText(request.user)] ?? [:] {
            if let known = wanted.changes[lane], sequence > known { views.insert(lane.view) }
        }
        return .changed(views)
    }

    /// By user and lane, the newest batch with rows of that user, from behind `first` to this reader's own place; what lies
    /// behind that is told with the next reading. Nil when there are more than ``StreamLimits/resumeBatches`` to look through.
    private func newest(
        of users: Set<ExactText>, behind first: [StreamPosition.Lane: Int64], _ connection: PostgresConnection
    ) throws(PostgresError) -> [ExactText: [StreamPosition.Lane: Int64]]? {
        let (views, lanes, sequences) = try arrays(first)
        let names = try PostgresArrayBuilder(.text)
        for user in users { names.append(text: user.wrappedValue) }
        let places = try PostgresArrayBuilder(.int64)
        for lane in first.keys { places.append(integer: position.changes[lane] ?? -1) }
        // The users are picked out there: a batch may have thousands.
        let rows = try connection.cachedQuery(
            """
            WITH behind AS MATERIALIZED (
                SELECT b.view, b.lane, b.seq, b.user_ids
                FROM unnest($1::text[], $2::integer[], $3::bigint[], $4::bigint[]) AS k(view, lane, seq, upto)
                JOIN tapefold.change_batch b ON b.view = k.view AND b.lane = k.lane AND b.seq > k.seq AND b.seq <= k.upto
                LIMIT \(StreamLimits.resumeBatches + 1)
            )
            SELECT '' AS view, 0 AS lane, count(*) AS seq, '' AS user_id FROM behind
            UNION ALL
            SELECT b.view, b.lane, max(b.seq), u.user_id
            FROM behind b CROSS JOIN LATERAL unnest(b.user_ids) AS u(user_id)
            WHERE u.user_id = ANY($5::text[]) GROUP BY b.view, b.lane, u.user_id
            """, [.array(views), .array(lanes), .array(sequences), .array(places), .array(names)])
        var found: [ExactText: [StreamPosition.Lane: Int64]] = [:]
        for row in 0..<rows.rowCount {
            let lane = try lane(rows, row)
            let sequence = try rows.int64(row, 2)
            guard !lane.view.isEmpty else {
                guard sequence <= Int64(StreamLimits.resumeBatches) else { return nil }
                continue
            }
            found[ExactText(try rows.text(row, 3)), default: [:]][lane] = sequence
        }
        return found
    }
}
