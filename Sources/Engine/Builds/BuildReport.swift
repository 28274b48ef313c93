import Domain
import Kafka
import Postgres

/// What there is to say of a build.
public struct BuildReport: Sendable {
    public let build: Build
    public let bytes: Int64
    /// Records between its checkpoints and the ends of its topics; nil for a copy, which is not meant to follow.
    public let lag: Int64?
    public let positions: LogPositions
    public let createdAt: Timestamp
    public let liveAt: Timestamp?
    public let retiredAt: Timestamp?
    public let parkedEvents: Int
    /// Rows of days before this one, since 1970, were taken over from another build.
    public let carriedBeforeDay: Int32?

    /// All builds of a view, or of all views.
    public static func read(
        _ view: String?, on connection: PostgresConnection, admin: KafkaAdmin
    ) throws(EngineError) -> [BuildReport] {
        let catalog = BuildCatalog(connection)
        var ends: [TopicPartition: Int64] = [:]
        var reports: [BuildReport] = []
        for build in try inDatabase({ () throws(PostgresError) in try catalog.builds(of: view) }) {
            let positions = LogPositions(
                try inDatabase { () throws(PostgresError) in try catalog.checkpoints(of: build) })
            var lag: Int64?
            if build.copy == nil {
                for place in positions.offsets.keys where ends[place] == nil {
                    ends[place] = try inKafka { () throws(KafkaError) in try admin.watermarks(place) }.high
                }
                lag = positions.offsets.reduce(0) { $0 + max(0, (ends[$1.key] ?? 0) - $1.value) }
            }
            reports.append(
                try inDatabase { () throws(PostgresError) in
                    try BuildReport(build, lag: lag, positions: positions, connection)
                })
        }
        return reports
    }

    private init(
        _ build: Build, lag: Int64?, positions: LogPositions, _ connection: PostgresConnection
    ) throws(PostgresError) {
        self.build = build
        self.lag = lag
        self.positions = positions
        let rows = try connection.query(
            """
            SELECT b.created_at, b.live_at, b.retired_at,
                (SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c
                    JOIN pg_namespace n ON n.oid = c.relnamespace
                    WHERE n.nspname = b.schema_name AND c.relkind = 'r'),
                (SELECT count(*) FROM tapefold.parked_event p WHERE p.view = b.view AND p.build = b.build)
            FROM tapefold.build b WHERE b.view = $1 AND b.build = $2
            """, [.text(build.view), .text(build.name)])
        guard rows.rowCount == 1 else { throw .usage("build \(build.name) of view \(build.view) went away") }
        createdAt = Timestamp(microseconds: try rows.timestamptz(0, 0))
        liveAt = try rows.timestamptzIfPresent(0, 1).map(Timestamp.init(microseconds:))
        retiredAt = try rows.timestamptzIfPresent(0, 2).map(Timestamp.init(microseconds:))
        bytes = try rows.int64(0, 3)
        parkedEvents = Int(try rows.int64(0, 4))
        carriedBeforeDay = try CarriedHistory.read(build, on: connection)?.firstDay
    }
}
