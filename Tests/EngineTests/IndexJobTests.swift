import Events
import Postgres
import Projections
import Supervision
import Testing

@testable import Engine

/// A rebuild adds newer versions of a state row behind the older ones; the indexes leave the last.
@Suite struct IndexJobTests {
    private func insert(_ id: String, _ offset: Int, _ build: Build, _ connection: PostgresConnection) throws {
        try connection.execute(
            """
            INSERT INTO \(build.schema).corrections
            VALUES ('s', '\(id)', 'u', 't', \(offset), now(), '\\x00', '\\x00', NULL)
            """)
    }

    @Test func theLastVersionOfAStateRowStays() throws {
        let url = try TemporaryPostgres.shared().freshDatabase()
        let configuration = try PostgresConfiguration(url: url)
        let connection = try PostgresConnection.connect(configuration)
        try Migrations.run(on: connection)
        let view = try ViewRegistry.standard.configuration(of: "positions", in: Topology.standard())
        let start = (0..<view.lanes).map { lane in
            LaneOffsets(lane: lane, next: Dictionary(uniqueKeysWithValues: view.topics.map { ($0, 0) }))
        }
        let build = try BuildCatalog(connection).makeBuild(
            of: view.definition, lanes: view.lanes, status: .building, start: start)
        // Offsets fall while versions rise: only the order of the transactions tells which is the last.
        for (id, offset) in [("once", 9), ("twice", 8), ("thrice", 7), ("twice", 6), ("thrice", 5), ("thrice", 4)] {
            try insert(id, offset, build, connection)
        }
        for table in view.definition.tables {
            // A second time, as a run does that goes on with an interrupted one.
            for job in [0, 1].flatMap({ _ in IndexJob.all(of: table, view.definition, schema: build.schema) }) {
                try job.run(configuration)
            }
        }
        let rows = try connection.query("SELECT event_id, log_offset FROM \(build.schema).corrections ORDER BY 1")
        let found = try (0..<rows.rowCount).map { "\(try rows.text($0, 0)) \(try rows.int64($0, 1))" }
        #expect(found == ["once 9", "thrice 4", "twice 6"])
        #expect(throws: PostgresError.self) { try insert("once", 1, build, connection) }
    }
}
