import Postgres
import Projections

/// Makes one build live in place of another, inside the caller's transaction, with the live lanes locked.
enum BuildSwap {
    static func promote(
        _ build: Build, over live: Build, _ view: ViewSchema, on connection: PostgresConnection
    ) throws(PostgresError) {
        let names: [PostgresParameter] = [.text(build.view), .text(live.name), .text(build.name)]
        try connection.query(
            """
            UPDATE tapefold.build SET status = 'retired' WHERE view = $1 AND build = $2 AND build <> $3
            """, names)
        try connection.query(
            "UPDATE tapefold.build SET status = 'live', live_at = now() WHERE view = $1 AND build = $3 AND build <> $2",
            names)
        try connection.query(
            """
            UPDATE tapefold.lane n
            SET live = true, owner = o.owner, owner_epoch = greatest(o.owner_epoch, n.owner_epoch) + 1
            FROM tapefold.lane o
            WHERE n.view = $1 AND n.build = $3 AND o.view = $1 AND o.build = $2 AND o.lane = n.lane
            """, names)
        try connection.query(
            "UPDATE tapefold.lane SET live = false, owner_epoch = owner_epoch + 1 WHERE view = $1 AND build = $2 AND build <> $3",
            names)
        try connection.execute(BuildSQL.publish(build, view))
    }
}
