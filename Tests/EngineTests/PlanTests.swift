import Events
import Postgres
import Projections
import Supervision
import Testing

@testable import Engine

/// A lane's statements are planned once, most often over tables that have no statistics yet.
@Suite struct PlanTests {
    struct Reading: Sendable, CustomTestStringConvertible {
        let view: String
        let table: String
        let columns: [String]
        let index: String

        init(_ view: String, _ table: String, by columns: [String], _ index: String) {
            self.view = view
            self.table = table
            self.columns = columns
            self.index = index
        }

        var testDescription: String { "\(view).\(table) by \(columns.joined(separator: ", "))" }
    }

    static let readings = [
        Reading("positions", "trades", by: ["user_id", "trade_id"], "trades_key"),
        Reading("positions", "trades", by: ["user_id", "account", "instrument"], "trades_book"),
        Reading("positions", "positions", by: ["user_id", "account", "instrument"], "positions_key"),
        Reading("positions", "corrections", by: ["source", "event_id", "user_id"], "corrections_key"),
        Reading("positions", "corrections", by: ["waiting_lane"], "corrections_waiting"),
        Reading("analytics", "trades", by: ["user_id", "trade_id"], "trades_key"),
        Reading("analytics", "trades", by: ["user_id", "account", "instrument"], "trades_book"),
        Reading("orders", "orders", by: ["user_id", "order_id"], "orders_key"),
        Reading("orders", "order_fills", by: ["user_id", "trade_id"], "order_fills_key"),
    ]

    @Test(arguments: readings)
    func emptyTablesAreReadByTheRightIndex(_ reading: Reading) throws {
        let view = try ViewRegistry.standard.configuration(of: reading.view, in: Topology.standard())
        let url = try TemporaryPostgres.shared().freshDatabase()
        let worker = WorkerConfiguration(
            kafka: .init(brokers: "none:1", clientId: "plans"), database: try PostgresConfiguration(url: url),
            owner: "plans")
        let connection = try PostgresConnection.connect(worker.laneDatabase)
        try Migrations.run(on: connection)
        let start = (0..<view.lanes).map { lane in
            LaneOffsets(lane: lane, next: Dictionary(uniqueKeysWithValues: view.topics.map { ($0, 0) }))
        }
        let build = try BuildCatalog(connection).ensureLiveBuild(of: view.definition, lanes: view.lanes, start: start)
        let table = try #require(view.definition.tables.first { $0.name == reading.table })
        let request = ReadRequest(table, by: reading.columns)
        try connection.execute("PREPARE reading AS \(TableStatements.select(request, schema: build.schema))")
        let nulls = reading.columns.map { _ in "NULL" }.joined(separator: ", ")
        let plan = try connection.query("EXPLAIN EXECUTE reading(\(nulls))")
        let lines = try (0..<plan.rowCount).map { try plan.text($0, 0) }
        #expect(lines.contains { $0.contains("using \(reading.index) on") }, "\(lines.joined(separator: "\n"))")
    }

    @Test(arguments: ViewRegistry.standard.names)
    func aKeysIndexHasTheKeysColumns(_ name: String) throws {
        let view = try ViewRegistry.standard.configuration(of: name, in: Topology.standard())
        for table in view.definition.tables {
            #expect(table.keyIndex.sorted() == table.key.sorted(), "\(name).\(table.name)")
        }
    }
}
