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
        #expect(own.views.filter { $0.name != Turnover1.name } == standard.views)
        #expect(own.views.map(\.name).contains(Turnover1.name))
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

    @Test func upFoldsItsOwnViewsItself() {
        let views = ViewRegistry.standard.adding(KeyedFold<Turnover1>.self)
        let all = Processor.standard.map(\.name)
        let needed = Processor.needed(for: views)
        #expect(needed.packaged.map(\.name) == all)
        #expect(needed.own == ["turnover"])
        // One that was changed takes its processor's other views along.
        let changed = Processor.needed(for: views.adding(ChangedInstruments.self))
        #expect(changed.packaged.map(\.name) == all.filter { $0 != "market-processor" })
        #expect(Set(changed.own) == ["market", "instruments", "turnover"])
    }

    @Test func aViewThatTheTopologyDoesNotWireIsRefused() throws {
        let views = ViewRegistry.standard.adding(KeyedFold<Turnover1>.self)
        #expect(views.names == ViewRegistry.standard.names + ["turnover"])
        #expect(views.adding(KeyedFold<Turnover2>.self).names == views.names)
        let error = #expect(throws: EngineError.self) {
            try views.configuration(of: "turnover", in: Topology.standard())
        }
        #expect(error?.message.contains("TAPEFOLD_TOPOLOGY") == true)
    }
}

/// Another fold under a name of the package's.
private final class ChangedInstruments: ViewFold {
    static var schema: ViewSchema { KeyedFold<InstrumentsView>.schema }
    private let base: KeyedFold<InstrumentsView>

    init(mode: FoldMode, lane: Int) { base = KeyedFold(mode: mode, lane: lane) }
    func reads(for events: ArraySlice<FoldEvent>) -> [ReadRequest] { base.reads(for: events) }
    func absorb(_ request: ReadRequest, rows: any RowSource) throws(RowError) { try base.absorb(request, rows: rows) }
    func fold(_ event: FoldEvent) -> FoldOutcome { base.fold(event) }
    func followUps() throws(FoldFailure) -> [ReadRequest] { try base.followUps() }
    func drain(into writes: WriteSet, state: Bool) { base.drain(into: writes, state: state) }
    var rememberedIdentities: Int { base.rememberedIdentities }
    func committed() { base.committed() }
    func forget() { base.forget() }
    func parkingKey(of event: FoldEvent) -> String { base.parkingKey(of: event) }
    static func parkingKey(of readable: ReadableKey, kind: EventKind) -> String? {
        KeyedFold<InstrumentsView>.parkingKey(of: readable, kind: kind)
    }
    func finishRebuild(limit: Int) -> Bool { base.finishRebuild(limit: limit) }
}

private typealias Turnover1 = custom_view.Turnover
private typealias Turnover2 = custom_view_fold_2.Turnover
