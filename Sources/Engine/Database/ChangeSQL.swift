import Postgres
import Projections

/// The statements that tell live streams whose rows a batch changed.
enum ChangeSQL {
    /// What readers of changes LISTEN to. The notification carries nothing: it only says that there is something to read.
    static let channel = "tapefold_view_change"

    /// One row a batch.
    private static let record = "INSERT INTO tapefold.change_batch (view, lane, user_ids) VALUES ($1, $2, $3::text[])"

    /// A transaction that notifies holds a lock of the whole database through its COMMIT. Behind the batch's COMMIT, where
    /// there is nothing to flush, that is a moment; within it, all views would write to the disk one after the other.
    static func wake(_ commit: LaneCommit, through pipeline: PostgresPipeline) throws(PostgresError) -> Int {
        guard let changes = commit.changes, changes.users.rowCount > 0 else { return 0 }
        _ = try pipeline.addCached("SELECT pg_notify('\(channel)', '')")
        return 1
    }

    /// A lane's last row stays: a position in it can then be told from one whose followers are gone.
    private static let prune = """
        DELETE FROM tapefold.change_batch
        WHERE view = $1 AND lane = $2 AND changed_at < now() - make_interval(secs => $3::bigint)
            AND seq < (SELECT max(seq) FROM tapefold.change_batch WHERE view = $1 AND lane = $2)
        """

    /// Each lane's owner prunes as it changes rows; this is for lanes that stand still, and for views that nobody serves any more.
    /// - Returns: how many rows went, or would go.
    static func pruneAll(on connection: PostgresConnection, isDryRun: Bool) throws(PostgresError) -> Int64 {
        let old = """
            FROM tapefold.change_batch c WHERE c.changed_at < now() - make_interval(secs => $1::bigint)
                AND EXISTS (SELECT 1 FROM tapefold.change_batch n WHERE n.view = c.view AND n.lane = c.lane AND n.seq > c.seq)
            """
        let kept: [PostgresParameter] = [.int64(Int64(EngineLimits.viewChangeKeepSeconds))]
        guard isDryRun else { return Int64(try connection.query("DELETE \(old)", kept).commandTuples) }
        return try connection.query("SELECT count(*) \(old)", kept).int64(0, 0)
    }

    /// Adds what a batch tells of its users to the batch's pipeline; returns how many statements that took.
    static func add(
        _ changes: UserChanges, _ commit: LaneCommit, view: String, to pipeline: PostgresPipeline
    ) throws(PostgresError) -> Int {
        let place: [PostgresParameter] = [.text(view), .int32(Int32(commit.claim.lane))]
        var statements = 0
        if changes.users.rowCount > 0 {
            _ = try pipeline.addCached(record, place + changes.users.parameters)
            statements += 1
        }
        if changes.prunes {
            _ = try pipeline.addCached(prune, place + [.int64(Int64(EngineLimits.viewChangeKeepSeconds))])
            statements += 1
        }
        return statements
    }
}
