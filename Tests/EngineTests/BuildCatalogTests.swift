import Engine
import Events
import Postgres
import Projections
import Supervision
import Testing

/// Builds come, go live once a view, and go with their tables.
@Suite struct BuildCatalogTests {
    private func connect() throws -> PostgresConnection {
        let url = try TemporaryPostgres.shared().freshDatabase()
        let connection = try PostgresConnection.connect(try PostgresConfiguration(url: url))
        try Migrations.run(on: connection)
        return connection
    }

    private func start(_ view: ViewConfiguration) -> [LaneOffsets] {
        (0..<view.lanes).map { lane in
            LaneOffsets(lane: lane, next: Dictionary(uniqueKeysWithValues: view.topics.map { ($0, 0) }))
        }
    }

    @Test(arguments: ViewRegistry.standard.names) func everyViewsFirstBuildIsLiveAndPublished(name: String) throws {
        let connection = try connect()
        let view = try ViewRegistry.standard.configuration(of: name, in: Topology.standard())
        let catalog = BuildCatalog(connection)
        let build = try catalog.ensureLiveBuild(of: view.definition, lanes: view.lanes, start: start(view))
        #expect(try catalog.ensureLiveBuild(of: view.definition, lanes: view.lanes, start: start(view)) == build)
        #expect(build.name == "\(view.definition.foldNumber).1")
        for relation in view.definition.presentation {
            let rows = try connection.query("SELECT count(*) FROM api.\(relation.name)")
            #expect(try rows.int64(0, 0) == 0)
        }
        let checkpoints = try catalog.checkpoints(of: build)
        #expect(checkpoints == start(view))
    }

    @Test func droppedBuildLeavesNothing() throws {
        let connection = try connect()
        let view = try ViewRegistry.standard.configuration(of: "positions", in: Topology.standard())
        let catalog = BuildCatalog(connection)
        _ = try catalog.ensureLiveBuild(of: view.definition, lanes: view.lanes, start: start(view))
        let second = try catalog.makeBuild(
            of: view.definition, lanes: view.lanes, status: .building, start: start(view))
        #expect(second.name == "2.2")
        try catalog.drop(second)
        #expect(try catalog.builds(of: "positions").map(\.name) == ["2.1"])
        let schemas = try connection.query("SELECT count(*) FROM pg_namespace WHERE nspname = 'positions_2_2'")
        #expect(try schemas.int64(0, 0) == 0)
    }

    @Test func liveBuildIsNeverDropped() throws {
        let connection = try connect()
        let view = try ViewRegistry.standard.configuration(of: "orders", in: Topology.standard())
        let catalog = BuildCatalog(connection)
        let live = try catalog.ensureLiveBuild(of: view.definition, lanes: view.lanes, start: start(view))
        #expect(throws: PostgresError.self) { try catalog.drop(live) }
        #expect(try catalog.liveBuild(of: "orders") == live)
        #expect(try connection.query("SELECT count(*) FROM api.orders").int64(0, 0) == 0)
    }
}
