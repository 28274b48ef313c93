import Postgres

extension PostgresLaneStore {
    func claim(lane: Int, owner: String, onlyIfOwned: Bool) throws(LaneFailure) -> LaneClaim.Outcome {
        do throws(PostgresError) {
            return try connection.transaction { () throws(PostgresError) in
                try connection.execute("SET LOCAL lock_timeout = \(EngineLimits.claimLockMilliseconds)")
                if onlyIfOwned, let other = try otherOwner(lane, owner) { return .taken(by: other) }
                return try raise(lane, owner)
            }
        } catch {
            guard error.sqlState == PostgresError.lockNotAvailable else { throw .from(error) }
            return .busy
        }
    }

    private func otherOwner(_ lane: Int, _ owner: String) throws(PostgresError) -> String? {
        let rows = try connection.query(
            "SELECT owner FROM tapefold.lane WHERE view = $1 AND lane = $2 AND live",
            [.text(view.name), .int32(Int32(lane))])
        guard rows.rowCount == 1, let current = try rows.textIfPresent(0, 0), current != owner else { return nil }
        return current
    }

    /// The lanes of a build of another fold are left alone: whoever serves it goes on undisturbed.
    private func raise(_ lane: Int, _ owner: String) throws(PostgresError) -> LaneClaim.Outcome {
        let rows = try connection.query(
            """
            UPDATE tapefold.lane l SET owner = $3, owner_epoch = owner_epoch + 1, claimed_at = now()
            FROM tapefold.build b
            WHERE l.view = $1 AND l.lane = $2 AND l.live AND b.view = l.view AND b.build = l.build
                AND b.fold = $4
            RETURNING l.build, b.schema_name, b.fold, l.owner_epoch, b.lanes
            """,
            [.text(view.name), .int32(Int32(lane)), .text(owner), .int32(Int32(view.definition.foldNumber))])
        guard rows.rowCount == 1 else {
            let live = try BuildCatalog(connection).liveBuild(of: view.name)
            guard let live, live.fold != view.definition.foldNumber else { return .busy }
            return .otherFold(live.fold)
        }
        let lanes = Int(try rows.int32(0, 4))
        guard lanes == view.lanes else {
            throw .usage(
                "build \(try rows.text(0, 0)) of view \(view.name) was made from \(lanes) partitions, this worker's topology "
                    + "has \(view.lanes): start it with the topology of now (TAPEFOLD_TOPOLOGY)")
        }
        let claim = LaneClaim(
            build: try rows.text(0, 0), schema: try rows.text(0, 1), fold: Int(try rows.int32(0, 2)), lane: lane,
            epoch: try rows.int64(0, 3), next: [:])
        return .claimed(try claim.withOffsets(view: view.name, on: connection))
    }
}

extension LaneClaim {
    /// Takes a lane of a build that is not live, for a rebuild.
    static func take(
        _ build: Build, lane: Int, owner: String, on connection: PostgresConnection
    ) throws(PostgresError) -> LaneClaim {
        let rows = try connection.query(
            """
            UPDATE tapefold.lane SET owner = $4, owner_epoch = owner_epoch + 1, claimed_at = now()
            WHERE view = $1 AND build = $2 AND lane = $3 AND NOT live RETURNING owner_epoch
            """, [.text(build.view), .text(build.name), .int32(Int32(lane)), .text(owner)])
        guard rows.rowCount == 1 else { throw .usage("build \(build.name) of \(build.view) went live or away") }
        let claim = LaneClaim(
            build: build.name, schema: build.schema, fold: build.fold, lane: lane, epoch: try rows.int64(0, 0),
            next: [:])
        return try claim.withOffsets(view: build.view, on: connection)
    }

    fileprivate func withOffsets(
        view: String, on connection: PostgresConnection
    ) throws(PostgresError) -> LaneClaim {
        var claim = self
        let offsets = try connection.query(
            "SELECT topic, next_offset FROM tapefold.checkpoint WHERE view = $1 AND build = $2 AND lane = $3",
            [.text(view), .text(build), .int32(Int32(lane))])
        for row in 0..<offsets.rowCount { claim.next[try offsets.text(row, 0)] = try offsets.int64(row, 1) }
        return claim
    }
}
