import Kafka
import Postgres

/// Where a view's live build stands in each of its partitions.
public struct ViewStatus: Sendable {
    public struct Partition: Sendable {
        public let topic: String
        public let partition: Int
        /// The offset of the next record to fold.
        public let offset: Int64
        /// The first offset that the log still has.
        public let start: Int64
        /// The offset that the next record written will get.
        public let end: Int64
        public var lag: Int64 { max(0, end - offset) }
    }

    public struct Lane: Sendable {
        public let lane: Int
        public let owner: String?
        public let epoch: Int64
        public let parkedEvents: Int
        public let parkedKeys: Int
    }

    /// A rebuild in progress, or interrupted.
    public struct Rebuild: Sendable, Equatable {
        public let build: String
        /// As far as its checkpoints say, which move every few seconds.
        public let records: Int64
        /// Up to the live build's checkpoints.
        public let total: Int64
        /// A process works on it.
        public let isRunning: Bool

        public var fraction: Double { total > 0 ? min(1, Double(records) / Double(total)) : 1 }
    }

    public let view: String
    public let build: String
    public let rebuild: Rebuild?
    public let partitions: [Partition]
    public let lanes: [Lane]
    public let pauses: [LanePause]

    public var lag: Int64 { partitions.reduce(0) { $0 + $1.lag } }

    /// Reads the status of one view; nil when it has no live build.
    public static func read(
        _ view: String, on connection: PostgresConnection, admin: KafkaAdmin
    ) throws(EngineError) -> ViewStatus? {
        let catalog = BuildCatalog(connection)
        let builds = try inDatabase { () throws(PostgresError) in try catalog.builds(of: view) }
        guard let live = builds.first(where: { $0.status == .live }) else { return nil }
        let checkpoints = try inDatabase { () throws(PostgresError) in try catalog.checkpoints(of: live) }
        var partitions: [Partition] = []
        for lane in checkpoints {
            for (topic, offset) in lane.next.sorted(by: { $0.key < $1.key }) {
                let place = TopicPartition(topic: topic, partition: Int32(lane.lane))
                let bounds = try inKafka { () throws(KafkaError) in try admin.watermarks(place) }
                partitions.append(
                    Partition(topic: topic, partition: lane.lane, offset: offset, start: bounds.low, end: bounds.high))
            }
        }
        return try inDatabase { () throws(PostgresError) in
            let building = builds.first { $0.status == .building }
            return ViewStatus(
                view: view, build: live.name,
                rebuild: try building.map { (build) throws(PostgresError) in
                    try rebuild(build, beside: partitions, connection)
                }, partitions: partitions, lanes: try lanes(live, connection),
                pauses: try LanePause.all(of: view, on: connection))
        }
    }

    private static func rebuild(
        _ build: Build, beside live: [Partition], _ connection: PostgresConnection
    ) throws(PostgresError) -> Rebuild {
        var next: [Int: [String: Int64]] = [:]
        for lane in try BuildCatalog(connection).checkpoints(of: build) { next[lane.lane] = lane.next }
        var (records, total) = (Int64(0), Int64(0))
        for part in live {
            records += max(0, (next[part.partition]?[part.topic] ?? 0) - part.start)
            total += max(0, part.offset - part.start)
        }
        // A replay holds this advisory lock as long as its session lives.
        let rows = try connection.query(
            """
            SELECT count(*) FROM pg_locks
            WHERE locktype = 'advisory' AND granted AND objsubid = 1
                AND (classid::bigint << 32 | objid::bigint) = hashtextextended('tapefold.replay.' || $1, 0)
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """, [.text(build.view)])
        return Rebuild(build: build.name, records: records, total: total, isRunning: try rows.int64(0, 0) > 0)
    }

    private static func lanes(
        _ build: Build, _ connection: PostgresConnection
    ) throws(PostgresError) -> [Lane] {
        let rows = try connection.query(
            """
            SELECT l.lane, l.owner, l.owner_epoch, count(p.log_offset),
                count(DISTINCT p.parking_key) + count(p.log_offset) FILTER (WHERE p.parking_key IS NULL)
            FROM tapefold.lane l LEFT JOIN tapefold.parked_event p USING (view, build, lane)
            WHERE l.view = $1 AND l.build = $2 GROUP BY l.lane, l.owner, l.owner_epoch ORDER BY l.lane
            """, [.text(build.view), .text(build.name)])
        var lanes: [Lane] = []
        for row in 0..<rows.rowCount {
            lanes.append(
                Lane(
                    lane: Int(try rows.int32(row, 0)), owner: try rows.textIfPresent(row, 1),
                    epoch: try rows.int64(row, 2), parkedEvents: Int(try rows.int64(row, 3)),
                    parkedKeys: Int(try rows.int64(row, 4))))
        }
        return lanes
    }
}
