import Domain
import Events
import Postgres
import Projections
import Supervision
import Testing

@testable import Engine

/// What a lane's commits leave for live streams: whose rows changed, in order, for an hour.
@Suite struct ChangeBatchTests {
    private struct Lane {
        let view: ViewConfiguration
        let connection: PostgresConnection
        let store: PostgresLaneStore
        var claim: LaneClaim

        init() throws {
            view = try ViewRegistry.standard.configuration(of: "orders", in: Topology.standard())
            connection = try PostgresConnection.connect(
                try PostgresConfiguration(url: TemporaryPostgres.shared().freshDatabase()))
            try Migrations.run(on: connection)
            let topics = view.topics
            _ = try BuildCatalog(connection).ensureLiveBuild(
                of: view.definition, lanes: view.lanes,
                start: (0..<view.lanes).map { lane in
                    LaneOffsets(lane: lane, next: Dictionary(uniqueKeysWithValues: topics.map { ($0, 0) }))
                }, effectMarks: [])
            store = PostgresLaneStore(view, on: connection)
            guard case .claimed(let claim) = try store.claim(lane: 1, owner: "me", onlyIfOwned: false) else {
                throw EngineError(.build, "the lane is busy")
            }
            self.claim = claim
        }

        mutating func commit(_ users: String..., prunes: Bool = false, next: Int64) throws(LaneFailure) {
            let rows = RowBatch(columns: [Column(ChangedUsers.column, .text)], layout: .arrays)
            for user in users {
                rows.beginRow()
                rows.put(user)
            }
            var commit = LaneCommit(
                claim: claim, next: view.topics.map { _ in next },
                writes: WriteSet(view.definition, insertLayout: .arrays),
                parked: RowBatch(columns: ParkingLot.table.columns, layout: .arrays))
            commit.changes = UserChanges(users: rows, prunes: prunes)
            _ = try store.commit(commit)
            for topic in view.topics { claim.next[topic] = next }
        }

        func batches() throws -> [String] {
            let rows = try connection.query(
                """
                SELECT view || '/' || lane || ' ' || array_to_string(user_ids, ',') FROM tapefold.change_batch
                ORDER BY view, lane, seq
                """)
            return try (0..<rows.rowCount).map { try rows.text($0, 0) }
        }
    }

    @Test func aBatchTellsItsUsersAndWakesReaders() throws {
        var lane = try Lane()
        try lane.connection.listen(ChangeSQL.channel)
        try lane.commit("u1", "u2", next: 1)
        try lane.commit("u3", next: 2)
        #expect(try lane.batches() == ["orders/1 u1,u2", "orders/1 u3"])
        #expect(try lane.connection.waitForNotification(timeoutMilliseconds: 10_000) != nil)
    }

    @Test func oldBatchesGoButForTheLast() throws {
        var lane = try Lane()
        try lane.commit("u1", next: 1)
        try lane.commit("u2", next: 2)
        // Another lane's are its own owner's to remove.
        try lane.connection.execute(
            "INSERT INTO tapefold.change_batch (view, lane, user_ids) VALUES ('orders', 2, ARRAY['u9']), ('orders', 2, ARRAY['u8'])"
        )
        let aged = "UPDATE tapefold.change_batch SET changed_at = now() - make_interval(secs => "
        try lane.connection.execute(aged + "\(EngineLimits.viewChangeKeepSeconds - 60))")
        try lane.commit(prunes: true, next: 3)
        #expect(try lane.batches().count == 4)
        try lane.connection.execute(aged + "\(EngineLimits.viewChangeKeepSeconds + 1))")
        try lane.commit(prunes: true, next: 4)
        #expect(try lane.batches() == ["orders/1 u2", "orders/2 u9", "orders/2 u8"])
    }
}
