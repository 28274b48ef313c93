import Foundation
import Testing

@testable import Events

@Suite struct TopologyTests {
    static let packageRoot = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test func builtInCopyEqualsTheFile() throws {
        let file = try String(contentsOf: Self.packageRoot.appending(path: "topology/topology.json"), encoding: .utf8)
        #expect(Topology.standardJSON + "\n" == file, "copy the file into Topology+Standard.swift")
    }

    @Test func answersLookUps() throws {
        let topology = try Topology.standard()
        #expect(topology.topics.count == 17)
        let trades = try #require(topology.topic(named: "trades.executed"))
        #expect(trades.kind == .tradeExecuted)
        #expect(trades.identity == .fields(["userId", "tradeId"]))
        #expect(topology.homeView(of: trades.index)?.name == "positions")
        let orders = try #require(topology.view(named: "orders"))
        #expect(topology.inputs(of: orders).map(\.name).last == "trades.executed")
        #expect(orders.partitions == 4)
        let market = try #require(topology.topic(of: .marketUpdated))
        #expect(market.history == .window(retentionMilliseconds: 168 * 3_600_000))
        let payments = try #require(topology.topic(named: "payments.received"))
        #expect(topology.homeView(of: payments.index)?.name == "cash")
        #expect(topology.creations.count == 17 + topology.views.reduce(0) { $0 + $1.inputs.count })
        for kind in EventKind.allCases { #expect(topology.topic(of: kind) != nil) }
    }

    @Test(arguments: [
        (
            "\"partitions\": 4, \"history\": \"window\"", "\"partitions\": 0, \"history\": \"window\"",
            "topics.market.updates.partitions"
        ),
        ("\"userId+tradeId\"", "\"userId+orderId\"", "topics.trades.executed.identity"),
        ("\"source+id\"", "\"source\"", "topics.orders.updated.identity"),
        (
            "\"key\": \"symbol\", \"identity\": null", "\"key\": \"exchange\", \"identity\": null",
            "topics.market.updates.key"
        ),
        ("\"window\", \"retentionHours\": 168", "\"window\"", "topics.market.updates.retentionHours"),
        ("\"history\": \"window\"", "\"history\": \"complete\"", "topics.market.updates.retentionHours"),
        ("\"history\": \"window\"", "\"history\": \"some\"", "topics.market.updates.history"),
        ("\"name\": \"orders.cancelled\"", "\"name\": \"orders.placed\"", "topics.orders.placed"),
        ("\"name\": \"payments.received\"", "\"name\": \"payments/received\"", "topics.payments/received"),
        ("\"inputs\": [\"market.updates\"]", "\"inputs\": [\"market.ticks\"]", "views.market.inputs"),
        ("\"inputs\": [\"market.updates\"]", "\"inputs\": []", "views.market.inputs"),
        (
            "\"inputs\": [\"market.updates\"]", "\"inputs\": [\"market.updates\", \"market.updates\"]",
            "views.market.inputs"
        ),
        ("\"market.updates.market.dlq\"", "\"market.dlq\"", "views.market.deadLetters"),
        ("\"policy\": \"skip\"", "\"policy\": \"shrug\"", "test"),
        ("\"topics\": [", "\"topics\": [,", "test"),
    ])
    func mistakesAreNamed(old: String, new: String, place: String) throws {
        let json = Topology.standardJSON
        let start = try #require(json.range(of: old))
        let changed = json.replacingCharacters(in: start, with: new)
        let error = #expect(throws: TopologyError.self) { try Topology.parse(Data(changed.utf8), place: "test") }
        #expect(error?.place == place)
        #expect(error?.remedy.isEmpty == false)
    }

    @Test func lanesNeedEqualPartitionCounts() throws {
        let old =
            "\"trades.corrected\", \"key\": \"userId\", \"identity\": \"source+id\", \"partitioner\": \"murmur2\", \"partitions\": 4"
        let json = Topology.standardJSON.replacing(old, with: old.dropLast() + "8")
        try #require(json != Topology.standardJSON)
        let error = #expect(throws: TopologyError.self) { try Topology.parse(Data(json.utf8), place: "test") }
        #expect(error?.reason.contains("trades.executed 4, trades.corrected 8") == true)
    }

    @Test func theEnvironmentMayNameAnotherFile() throws {
        let path = Self.packageRoot.appending(path: "topology/topology.json").path
        #expect(try Topology.inForce(environment: [Topology.environmentVariable: path]) == Topology.standard())
        #expect(try Topology.inForce(environment: [:]) == Topology.standard())
        let error = #expect(throws: TopologyError.self) {
            try Topology.inForce(environment: [Topology.environmentVariable: "/nowhere.json"])
        }
        #expect(error?.place == "/nowhere.json")
    }

    @Test func codeAndFileAgreeOnIdentity() throws {
        for kind in EventKind.allCases {
            let topic = try #require(try Topology.standard().topic(of: kind))
            #expect((topic.identity == .none) == (kind.identity == .none))
        }
    }
}
