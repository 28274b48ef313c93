import Postgres

/// What a worker reads of its view in the control schema from time to time.
struct WatchedFigures: Sendable, Equatable {
    var parkedEvents = 0
    var parkedKeys = 0
    /// How far a rebuild in progress is, in millionths of the live build's position; nil without one.
    var replayMillionths: Int64?
    /// By exchange, of a view of a feed.
    var feeds: [FeedFigure] = []

    static func read(_ view: String, on connection: PostgresConnection) throws(PostgresError) -> WatchedFigures {
        var figures = WatchedFigures()
        let parked = try connection.cachedQuery(
            """
            SELECT count(*),
                count(DISTINCT (p.lane, p.parking_key)) FILTER (WHERE p.parking_key IS NOT NULL)
                    + count(*) FILTER (WHERE p.parking_key IS NULL)
            FROM tapefold.parked_event p JOIN tapefold.build b USING (view, build)
            WHERE p.view = $1 AND b.status = 'live'
            """, [.text(view)])
        figures.parkedEvents = Int(try parked.int64(0, 0))
        figures.parkedKeys = Int(try parked.int64(0, 1))
        let progress = try connection.cachedQuery(
            """
            SELECT coalesce(sum(c.next_offset) FILTER (WHERE b.status = 'building'), 0)::bigint,
                coalesce(sum(c.next_offset) FILTER (WHERE b.status = 'live'), 0)::bigint,
                count(*) FILTER (WHERE b.status = 'building')
            FROM tapefold.checkpoint c JOIN tapefold.build b USING (view, build)
            WHERE c.view = $1 AND b.status IN ('building', 'live')
            """, [.text(view)])
        if try progress.int64(0, 2) > 0 {
            let (done, total) = (try progress.int64(0, 0), try progress.int64(0, 1))
            figures.replayMillionths = total > 0 ? min(1_000_000, done * 1_000_000 / total) : 0
        }
        return figures
    }
}
