import Projections
import Testing

@testable import Engine

/// A lane's commit of few rows, which go as arrays, and of many, which go by COPY.
@Suite struct CommitTests {
    static let sizes = [1, EngineLimits.leastCopiedRows - 1, EngineLimits.leastCopiedRows, 20_000]

    @Test(arguments: sizes)
    func allRowsAreThereWithTheCheckpoint(_ count: Int) throws {
        let lane = try OrdersLane()
        #expect(try lane.commit(Array(1...count), next: 5) == 4)
        let last = String(count, radix: 16)
        #expect(
            try lane.stored() == [
                "\(count) \(min(count, 7)) \(String(repeating: "0", count: 16 - last.count))\(last)", "5",
            ])
        #expect(!lane.store.isInTransaction)
    }

    @Test(arguments: sizes.dropFirst())
    func nothingStaysOfACommitThatFails(_ count: Int) throws {
        let lane = try OrdersLane()
        _ = try lane.commit([count], next: 1)
        let before = try lane.stored()
        let failure = #expect(throws: LaneFailure.self) { _ = try lane.commit(Array(1...count), next: 2) }
        #expect(failure?.eventFailure?.code == "sqlstate_23505")
        #expect(!lane.store.isInTransaction)
        #expect(try lane.stored() == before)
        // The same session goes on.
        _ = try lane.commit(Array(1..<count), next: 3)
        #expect(try lane.stored().last == "3")
    }

    @Test(arguments: sizes.dropFirst(2))
    func aFencedLaneStoresNothing(_ count: Int) throws {
        let lane = try OrdersLane()
        try lane.connection.execute("UPDATE tapefold.lane SET owner_epoch = owner_epoch + 1 WHERE lane = 1")
        let failure = #expect(throws: LaneFailure.self) { _ = try lane.commit(Array(1...count), next: 2) }
        guard case .fenced = failure else { Issue.record("\(String(describing: failure))"); return }
        #expect(!lane.store.isInTransaction)
        #expect(try lane.stored() == ["0 0 ", "0"])
    }

    @Test func aTransactionOfTheCallersStaysOpen() throws {
        let lane = try OrdersLane()
        try lane.connection.begin()
        #expect(try lane.commit(Array(1...EngineLimits.leastCopiedRows), next: 2) == 2)
        #expect(lane.store.isInTransaction)
        try lane.connection.rollback()
        #expect(try lane.stored() == ["0 0 ", "0"])
    }
}

extension OrdersLane {
    /// One row of `order_facts` for each number.
    @discardableResult
    fileprivate func commit(_ numbers: [Int], next: Int64) throws(LaneFailure) -> Int {
        let writes = WriteSet(view.definition, insertLayout: .arrays)
        let rows = writes.tables[2].inserts
        for number in numbers {
            rows.beginRow()
            for text in ["source", "event \(number)", "user", "order \(number % 7)"] { rows.put(text) }
            withUnsafeBytes(of: number.bigEndian) { rows.put($0) }
        }
        return try commit(writes, next: next)
    }

    fileprivate func stored() throws -> [String] {
        let rows = try connection.query(
            """
            SELECT count(*) || ' ' || count(DISTINCT order_id) || ' ' || coalesce(max(encode(content_hash, 'hex')), '')
            FROM \(claim.schema).order_facts
            """)
        let reached = try connection.query(
            "SELECT max(next_offset) FROM tapefold.checkpoint WHERE view = 'orders' AND lane = 1")
        return [try rows.text(0, 0), String(try reached.int64(0, 0))]
    }
}
