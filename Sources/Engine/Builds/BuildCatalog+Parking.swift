import Postgres

extension BuildCatalog {
    /// What the live build has copied to the dead-letter topics needs no second copy when the other goes live.
    func carryCopies(from live: Build, to build: Build) throws(PostgresError) {
        try connection.query(
            """
            UPDATE tapefold.parked_event n SET copied_at = o.copied_at FROM tapefold.parked_event o
            WHERE n.view = $1 AND n.build = $2 AND n.copied_at IS NULL AND o.view = $1 AND o.build = $3
                AND o.lane = n.lane AND o.topic = n.topic AND o.log_offset = n.log_offset AND o.copied_at IS NOT NULL
            """, [.text(build.view), .text(build.name), .text(live.name)])
    }

    func parkedCount(of build: Build) throws(PostgresError) -> Int {
        let rows = try connection.query(
            "SELECT count(*) FROM tapefold.parked_event WHERE view = $1 AND build = $2",
            [.text(build.view), .text(build.name)])
        return Int(try rows.int64(0, 0))
    }
}
