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
        try connection.query(
            "UPDATE tapefold.lane SET live = false, owner_epoch = owner_epoch + 1 WHERE view = $1 AND build = $2 AND build <> $3",
            names)
        try publish(build, view, on: connection)
    }

    /// Schema `api` never loses a column: one that an older fold does not have is null there.
    private static func publish(
        _ build: Build, _ view: ViewSchema, on connection: PostgresConnection
    ) throws(PostgresError) {
        for relation in view.presentation {
            let missing = try connection.query(
                """
                SELECT quote_ident(a.attname), format_type(a.atttypid, a.atttypmod) FROM pg_attribute a
                WHERE a.attrelid = to_regclass('api.' || $1) AND a.attnum > 0 AND NOT a.attisdropped
                    AND NOT EXISTS (SELECT 1 FROM pg_attribute b WHERE b.attrelid = to_regclass($2)
                        AND b.attname = a.attname AND b.attnum > 0)
                ORDER BY a.attnum
                """, [.text(relation.name), .text("\(build.schema).api_\(relation.name)")])
            var columns = "*"
            for row in 0..<missing.rowCount {
                columns += ", NULL::\(try missing.text(row, 1)) AS \(try missing.text(row, 0))"
            }
            try connection.execute(
                "CREATE OR REPLACE VIEW api.\(relation.name) AS SELECT \(columns) FROM \(build.schema).api_\(relation.name)"
            )
        }
    }
}
