import Events
import Foundation
import Postgres
import Projections
import Supervision
import Testing

@testable import Engine

/// What reactors do in place of a rebuild.
@Suite struct ReactorUpkeepTests {
    private let view: ViewConfiguration
    private let catalog: BuildCatalog

    init() throws {
        view = try ViewRegistry.standard.configuration(of: "rules", in: Topology.standard())
        let connection = try PostgresConnection.connect(
            try PostgresConfiguration(url: TemporaryPostgres.shared().freshDatabase()))
        try Migrations.run(on: connection)
        catalog = BuildCatalog(connection)
    }

    private func offsets(_ lanes: Int, _ offset: Int64) -> [LaneOffsets] {
        (0..<lanes).map { lane in
            LaneOffsets(lane: lane, next: Dictionary(uniqueKeysWithValues: view.topics.map { ($0, offset) }))
        }
    }

    @Test func aRebuildIsRefusedWithWhatToDo() throws {
        let error = #expect(throws: EngineError.self) { try view.requireRebuildable() }
        #expect(error?.message.contains("rules is a reactor") == true)
        #expect(error?.message.contains("rebuild the views") == true)
        try ViewRegistry.standard.configuration(of: "cart", in: Topology.standard()).requireRebuildable()
    }

    @Test func ticksAreSkippedAndDefinitionsParked() {
        #expect(view.inputs.indices.map(view.policy(ofInput:)) == [.park, .park, .skip])
    }

    @Test func aReactorListedAsAViewIsRefused() throws {
        let text = try Topology.text(environment: [:]) { _ in nil }
        var file = try #require(JSONSerialization.jsonObject(with: text) as? [String: Any])
        file["views"] = (file["views"] as? [Any] ?? []) + (file["reactors"] as? [Any] ?? [])
        file["reactors"] = []
        let topology = try Topology.parse(JSONSerialization.data(withJSONObject: file), place: "test")
        let error = #expect(throws: EngineError.self) {
            try ViewRegistry.standard.configuration(of: "rules", in: topology)
        }
        #expect(error?.message.contains("move it to reactors") == true)
    }

    /// The reactor as the fold before had it: without the columns that came with fold 2.
    private var before: ViewSchema {
        let tables = view.definition.tables.map { table in
            TableDefinition(
                table.name, role: table.role,
                columns: table.columns.filter { !["defined_by", "rearmed_by"].contains($0.name) }, key: table.key)
        }
        return ViewSchema(name: view.name, foldNumber: 1, tables: tables, isReactor: true, presentation: [])
    }

    /// What fired stays fired: nothing is folded again, and the lanes go on where they were.
    @Test func anotherFoldTakesTheStateOverAsItIs() throws {
        let connection = catalog.connection
        let old = try catalog.ensureLiveBuild(of: before, lanes: 2, start: offsets(2, 7), effectMarks: offsets(2, 5))
        try connection.execute(
            """
            INSERT INTO rules_1_1.watches VALUES
                ('NSE', 'A', 'u1', 'r1', 1, 2, 3, false, '2026-01-15 03:45:00+00', true);
            INSERT INTO rules_1_1.last_ticks VALUES ('NSE', 'A', 5, NULL, '2026-01-15 03:45:00+00');
            INSERT INTO tapefold.parked_event (view, build, lane, topic, log_offset, parking_key, code, reason)
            VALUES ('rules', '1.1', 1, 'rules.changed', 3, 'u1|r9', 'bad', 'bad');
            UPDATE tapefold.lane SET owner = 'w', owner_epoch = 4;
            """)
        let new = try catalog.carryReactor(view.definition, from: old, keeping: 1)
        #expect(new.name == "2.1" && new.status == .live && new.isIndexed)
        #expect(try catalog.checkpoints(of: new) == offsets(2, 7))
        #expect(try catalog.parkedCount(of: new) == 1)
        let rows = try connection.query(
            "SELECT is_fresh, is_spent, defined_by IS NULL, (SELECT count(*) FROM rules_2_1.last_ticks) FROM rules_2_1.watches"
        )
        #expect(
            try rows.rowCount == 1 && !rows.bool(0, 0) && rows.bool(0, 1) && rows.bool(0, 2) && rows.int64(0, 3) == 1)
        let lanes = try connection.query(
            "SELECT DISTINCT live, build FROM tapefold.lane WHERE owner_epoch >= 5 ORDER BY live")
        #expect(try lanes.rowCount == 2 && lanes.text(0, 1) == "1.1" && lanes.text(1, 1) == "2.1")
        let back = try catalog.carryReactor(before, from: new, keeping: 1)
        #expect(back.name == "1.2")
        #expect(try catalog.builds(of: view.name).map(\.name).sorted() == ["1.2", "2.1"])
        #expect(try connection.query("SELECT watch_id FROM rules_1_2.watches").text(0, 0) == "r1")
    }

    @Test func aFoldThatNeedsWhatWasNeverKeptIsRefused() throws {
        let old = try catalog.ensureLiveBuild(of: before, lanes: 2, start: offsets(2, 7))
        let tables = before.tables.map { table in
            TableDefinition(
                table.name, role: table.role, columns: table.columns + [Column("needed", .text)], key: table.key)
        }
        let after = ViewSchema(name: view.name, foldNumber: 2, tables: tables, isReactor: true, presentation: [])
        let error = #expect(throws: PostgresError.self) { try catalog.carryReactor(after, from: old, keeping: 1) }
        #expect(error?.description.contains("no value for column needed") == true)
        #expect(try catalog.liveBuild(of: view.name) == old)
        #expect(try catalog.builds(of: view.name) == [old])
    }

    @Test func lanesAreAddedOnceAndOldOnesStay() throws {
        let build = try catalog.ensureLiveBuild(of: view.definition, lanes: 2, start: offsets(2, 7))
        let grown = try catalog.addLanes(to: build, count: 4, start: offsets(4, 1))
        #expect(grown.lanes == 4)
        #expect(try catalog.checkpoints(of: grown) == offsets(2, 7) + offsets(4, 1).suffix(2))
        #expect(try catalog.addLanes(to: build, count: 4, start: offsets(4, 1)) == grown)
        #expect(try catalog.checkpoints(of: grown).count == 4)
    }

    @Test func whatRetentionRemovedIsSkippedInPassingTopicsAlone() throws {
        let build = try catalog.ensureLiveBuild(of: view.definition, lanes: 2, start: offsets(2, 7))
        #expect(
            try catalog.skipLost(of: build, topics: ["market.updates"], start: offsets(2, 9)) == [
                "market.updates/0@9", "market.updates/1@9",
            ])
        #expect(try catalog.skipLost(of: build, topics: ["market.updates"], start: offsets(2, 8)).isEmpty)
        let next = try catalog.checkpoints(of: build)[0].next
        #expect(next == ["market.updates": 9, "rules.changed": 7, "rules.rearmed": 7])
    }
}
