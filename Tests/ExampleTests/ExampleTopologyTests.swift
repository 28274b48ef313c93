import Engine
import Events
import Foundation
import Projections
import Testing

@testable import custom_view
@testable import custom_view_fold_2

/// The example's files fit the package's.
@Suite struct ExampleTopologyTests {
    private func topology() throws -> Topology {
        try Topology.load(
            path: URL(filePath: #filePath).deletingLastPathComponent()
                .appending(path: "../../examples/custom-view/topology.json").standardized.path)
    }

    @Test func isThePackagesWithOneViewMore() throws {
        let (own, standard) = (try topology(), try Topology.standard())
        #expect(own.topics == standard.topics, "copy topology/topology.json and add the view again")
        #expect(Array(own.views.dropLast()) == standard.views)
        #expect(own.views.last?.name == Turnover1.name)
    }

    @Test func bothVersionsAreTheSameViewWithAColumnAppended() throws {
        let old = try configuration(KeyedFold<Turnover1>.self)
        let new = try configuration(KeyedFold<Turnover2>.self)
        #expect([old.groupId, new.groupId] == ["tapefold.turnover.v1", "tapefold.turnover.v2"])
        #expect(Array(new.definition.tables[0].columns.dropLast()) == old.definition.tables[0].columns)
        #expect(!old.inputs.contains { $0.isHome }, "the package's own views see to misplaced records")
    }

    private func configuration(_ fold: any ViewFold.Type) throws -> ViewConfiguration {
        try ViewRegistry.standard.adding(fold).configuration(of: "turnover", in: topology())
    }

    @Test func aViewThatTheTopologyDoesNotWireIsRefused() throws {
        let views = ViewRegistry.standard.adding(KeyedFold<Turnover1>.self)
        #expect(views.names == ["market", "positions", "orders", "analytics", "turnover"])
        #expect(views.adding(KeyedFold<Turnover2>.self).names == views.names)
        let error = #expect(throws: EngineError.self) {
            try views.configuration(of: "turnover", in: Topology.standard())
        }
        #expect(error?.message.contains("TAPEFOLD_TOPOLOGY") == true)
    }
}

private typealias Turnover1 = custom_view.Turnover
private typealias Turnover2 = custom_view_fold_2.Turnover
