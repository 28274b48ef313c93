import Postgres
import Projections
import Testing

@testable import Engine

/// What a lane's commits leave for live streams: whose rows changed, in order, for an hour.
@Suite struct ChangeBatchTests {
    @Test func aBatchTellsItsUsersAndWakesReaders() throws {
        let lane = try OrdersLane()
        try lane.connection.listen(ChangeSQL.channel)
        try lane.commit("u1", "u2", next: 1)
        try lane.commit("u3", next: 2)
        #expect(try lane.batches() == ["orders/1 u1,u2", "orders/1 u3"])
        #expect(try lane.connection.waitForNotification(timeoutMilliseconds: 10_000) != nil)
    }

    @Test func oldBatchesGoButForTheLast() throws {
        let lane = try OrdersLane()
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

extension OrdersLane {
    fileprivate func commit(_ users: String..., prunes: Bool = false, next: Int64) throws(LaneFailure) {
        let rows = RowBatch(columns: [Column(ChangedUsers.column, .text)], layout: .arrays)
        for user in users {
            rows.beginRow()
            rows.put(user)
        }
        try commit(changes: UserChanges(users: rows, prunes: prunes), next: next)
    }

    fileprivate func batches() throws -> [String] {
        let rows = try connection.query(
            """
            SELECT view || '/' || lane || ' ' || array_to_string(user_ids, ',') FROM tapefold.change_batch
            ORDER BY view, lane, seq
            """)
        return try (0..<rows.rowCount).map { try rows.text($0, 0) }
    }
}
