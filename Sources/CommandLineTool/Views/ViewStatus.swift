import Kafka
import Postgres

/// How far a view's live build is, lane by lane.
struct ViewStatus: Encodable, Sendable {
    struct Partition: Encodable, Sendable {
        var topic: String
        var partition: Int
        /// The next record to fold.
        var offset: Int64
        /// Behind the topic's last record.
        var end: Int64
        var lag: Int64
        /// The worker that owns the lane; nil when none does.
        var owner: String?
    }

    var view: String
    var build: String
    var partitions: [Partition] = []
    /// Events that wait for someone to look at them.
    var parked: Int64 = 0
    /// A build that is being made beside the live one.
    var building: String?

    var lag: Int64 { partitions.reduce(0) { $0 + $1.lag } }

    /// Reads all views' checkpoints in one snapshot, then the topics' ends, so that no lag is below what it was.
    static func read(_ connection: PostgresConnection, _ admin: KafkaAdmin) throws -> [ViewStatus] {
        var views = try checkpoints(connection)
        for view in views.indices {
            for index in views[view].partitions.indices {
                let partition = views[view].partitions[index]
                let bounds = try admin.watermarks(
                    TopicPartition(topic: partition.topic, partition: Int32(partition.partition)),
                    timeoutMilliseconds: CommandLineLimits.connectTimeoutMilliseconds)
                views[view].partitions[index].end = bounds.high
                // A build that has not begun stands before the first record there is.
                let reached = max(partition.offset, bounds.low)
                views[view].partitions[index].lag = max(0, bounds.high - reached)
            }
        }
        return views
    }

    private static func checkpoints(_ connection: PostgresConnection) throws -> [ViewStatus] {
        let rows = try connection.query(
            """
            SELECT b.view, b.build, c.topic, c.lane, c.next_offset, l.owner,
                (SELECT count(*) FROM tapefold.parked_event p WHERE p.view = b.view AND p.build = b.build),
                (SELECT max(n.build) FROM tapefold.build n WHERE n.view = b.view AND n.status = 'building')
            FROM tapefold.build b
            JOIN tapefold.checkpoint c USING (view, build)
            JOIN tapefold.lane l USING (view, build, lane)
            WHERE b.status = 'live'
            ORDER BY b.view, c.topic, c.lane
            """)
        var views: [ViewStatus] = []
        for row in 0..<rows.rowCount {
            let name = try rows.text(row, 0)
            if views.last?.view != name {
                views.append(
                    ViewStatus(
                        view: name, build: try rows.text(row, 1), parked: try rows.int64(row, 6),
                        building: try rows.textIfPresent(row, 7)))
            }
            views[views.count - 1].partitions.append(
                Partition(
                    topic: try rows.text(row, 2), partition: Int(try rows.int32(row, 3)),
                    offset: try rows.int64(row, 4),
                    end: 0, lag: 0, owner: try rows.textIfPresent(row, 5)))
        }
        return views
    }
}
