import Events
import Foundation
import Postgres
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
