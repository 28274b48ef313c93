import Foundation
import Testing

@testable import Events

@Suite struct TopologyTests {
    static let packageRoot = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test func builtInCopyEqualsTheFile() throws {
        let file = try String(contentsOf: Self.packageRoot.appending(path: "topology/topology.json"), encoding: .utf8)
        #expect(Topology.standardJSON + "\n" == file, "run scripts or copy the file into Topology+Standard.swift")
    }

    @Test func answersLookUps() throws {
        let topology = try Topology.standard()
        #expect(topology.topics.count == 16)
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
        #expect(topology.homeView(of: payments.index) == nil)
        #expect(topology.creations.count == 16 + 7)
        for kind in EventKind.allCases { #expect(topology.topic(of: kind) != nil) }
    }
}
