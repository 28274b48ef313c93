import Engine
import Events
import Postgres
import Projections
import Supervision
import Testing

/// The first statement of every batch: what a worker that lost its lane sends cannot pass.
@Suite struct FenceTests {
    private struct Lane {
        let connection: PostgresConnection
        let topics = ["trades.executed", "trades.corrected"]

        init() throws {
            connection = try PostgresConnection.connect(
                try PostgresConfiguration(url: TemporaryPostgres.shared().freshDatabase()))
            try Migrations.run(on: connection)
            let view = try ViewRegistry.standard.configuration(of: "positions", in: Topology.standard())
            let start = (0..<view.lanes).map { lane in
                LaneOffsets(lane: lane, next: Dictionary(uniqueKeysWithValues: view.topics.map { ($0, 0) }))
            }
            _ = try BuildCatalog(connection).ensureLiveBuild(of: view.definition, lanes: view.lanes, start: start)
            try connection.execute("CREATE TABLE witness (place bigint)")
            try connection.execute("UPDATE tapefold.lane SET owner_epoch = 5 WHERE lane = 1")
        }

        /// A batch as a worker sends it: one pipeline, COMMIT and all.
        func commit(epoch: Int64, expected: [Int64], next: [Int64]) throws(PostgresError) {
            let arrays = [
                try PostgresArrayBuilder(.text), try PostgresArrayBuilder(.int64), try PostgresArrayBuilder(.int64),
            ]
            for topic in topics { arrays[0].append(text: topic) }
            for offset in expected { arrays[1].append(integer: offset) }
            for offset in next { arrays[2].append(integer: offset) }
            let parameters: [PostgresParameter] =
                [.text("positions"), .text("\(PositionsView.definition.foldNumber).1"), .int32(1), .int64(epoch)]
                + arrays.map { .array($0) }
            try connection.pipeline { (pipeline) throws(PostgresError) in
                _ = try pipeline.add("BEGIN")
                _ = try pipeline.add("SELECT tapefold.advance($1, $2, $3, $4, $5, $6, $7)", parameters)
                _ = try pipeline.add("INSERT INTO witness VALUES ($1)", [.int64(next[0])])
                _ = try pipeline.add("COMMIT")
            }
        }

        func offsets() throws -> [Int64] {
            let rows = try connection.query(
                "SELECT next_offset FROM tapefold.checkpoint WHERE lane = 1 AND build = '\(PositionsView.definition.foldNumber).1' ORDER BY topic DESC"
            )
            return try (0..<rows.rowCount).map { try rows.int64($0, 0) }
        }

        func witnesses() throws -> Int64 { try connection.query("SELECT count(*) FROM witness").int64(0, 0) }
    }

    @Test func ownerMovesItsOffsetsWithItsRows() throws {
        let lane = try Lane()
        try lane.commit(epoch: 5, expected: [0, 0], next: [10, 2])
        try lane.commit(epoch: 5, expected: [10, 2], next: [12, 2])
        #expect(try lane.offsets() == [12, 2])
        #expect(try lane.witnesses() == 2)
    }

    @Test func zombiesCommitDoesNotPass() throws {
        let lane = try Lane()
        try lane.commit(epoch: 5, expected: [0, 0], next: [10, 2])
        try lane.connection.execute("UPDATE tapefold.lane SET owner_epoch = 6 WHERE lane = 1")
        let error = #expect(throws: PostgresError.self) {
            try lane.commit(epoch: 5, expected: [10, 2], next: [20, 4])
        }
        #expect(error?.sqlState == "TF001")
        #expect(try lane.offsets() == [10, 2])
        #expect(try lane.witnesses() == 1)
    }

    /// As after a COMMIT whose answer was lost: the batch is there, and does not get there twice.
    @Test func batchThatIsThereDoesNotGetThereTwice() throws {
        let lane = try Lane()
        try lane.commit(epoch: 5, expected: [0, 0], next: [10, 2])
        let error = #expect(throws: PostgresError.self) { try lane.commit(epoch: 5, expected: [0, 0], next: [10, 2]) }
        #expect(error?.sqlState == "TF002")
        #expect(try lane.offsets() == [10, 2])
        #expect(try lane.witnesses() == 1)
    }

    @Test func oneTopicBehindStopsTheWholeBatch() throws {
        let lane = try Lane()
        let error = #expect(throws: PostgresError.self) { try lane.commit(epoch: 5, expected: [0, 1], next: [10, 2]) }
        #expect(error?.sqlState == "TF002")
        #expect(try lane.offsets() == [0, 0])
    }
}
