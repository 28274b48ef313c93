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
            UPDATE tapefold.build SET status = 'retired', retired_at = now()
            WHERE view = $1 AND build = $2 AND build <> $3
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
        // Lanes that the build before did not have, after its topics got more partitions.
        try connection.query(
            """
            UPDATE tapefold.lane SET live = true, owner_epoch = owner_epoch + 1
            WHERE view = $1 AND build = $3 AND build <> $2 AND NOT live
            """, names)
        try connection.query(
            """
            INSERT INTO tapefold.effect_mark (view, topic, partition, next_offset)
            SELECT c.view, c.topic, c.lane, c.next_offset FROM tapefold.checkpoint c
            WHERE c.view = $1 AND c.build = $3 AND c.build <> $2
                AND EXISTS (SELECT 1 FROM tapefold.effect_mark m WHERE m.view = c.view)
            ON CONFLICT DO NOTHING
            """, names)
        try connection.query(
            """
            INSERT INTO tapefold.outbox_lane (view, lane)
            SELECT l.view, l.lane FROM tapefold.lane l WHERE l.view = $1 AND l.build = $3 AND l.build <> $2
                AND EXISTS (SELECT 1 FROM tapefold.outbox_lane o WHERE o.view = l.view)
            ON CONFLICT DO NOTHING
            """, names)
        try connection.query(
            "UPDATE tapefold.lane SET live = false, owner_epoch = owner_epoch + 1 WHERE view = $1 AND build = $2 AND build <> $3",
            names)
        try connection.query(OwedCopies.keepBehindSwap, names)
        try HeededDecisions.addAll(of: build.view, to: live.name, on: connection)
        try BuildPublication.publish(build, over: live, view, on: connection)
    }
}
