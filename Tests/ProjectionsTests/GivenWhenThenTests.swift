import Events
import Foundation
import TestKit
import Testing

@testable import Projections

/// TestKit tells a wrong fold from a right one.
@Suite struct GivenWhenThenTests {
    /// Orders, but what it has not committed yet survives a crash of its worker.
    private final class Forgetful: ViewFold {
        static var schema: ViewSchema { OrdersFold.schema }
        private let fold: OrdersFold

        init(mode: FoldMode, lane: Int) { fold = OrdersFold(mode: mode, lane: lane) }

        var rememberedIdentities: Int { fold.rememberedIdentities }
        func reads(for events: ArraySlice<FoldEvent>) -> [ReadRequest] { fold.reads(for: events) }
        func absorb(_ request: ReadRequest, rows: any RowSource) throws(RowError) {
            try fold.absorb(request, rows: rows)
        }
        func fold(_ event: FoldEvent) -> FoldOutcome { fold.fold(event) }
        func followUps() throws(FoldFailure) -> [ReadRequest] { try fold.followUps() }
        func drain(into writes: WriteSet, state: Bool) { fold.drain(into: writes, state: state) }
        func committed() { fold.committed() }
        func forget() {}
        func parkingKey(of event: FoldEvent) -> String { fold.parkingKey(of: event) }
        static func parkingKey(of readable: ReadableKey, kind: EventKind) -> String? { nil }
        func finishRebuild(limit: Int) -> Bool { fold.finishRebuild(limit: limit) }
    }

    private var orders: [DecodedEvent] {
        get throws {
            try (0..<6).map { try executed("t\($0)", "B1@10", at: $0, orderId: "o1") }
        }
    }

    @Test func aFoldThatDoesNotForgetIsCaught() throws {
        try Given(orders).whenEveryWay(OrdersFold.self)
        #expect(throws: (any Error).self) { try Given(orders).whenEveryWay(Forgetful.self) }
        #expect(throws: (any Error).self) {
            let crashed = try Given(orders).crashed(after: 3).when(Forgetful.self)
            try crashed.thenSame(as: Given(orders).when(OrdersFold.self))
        }
    }

    @Test func rowsThatAreNotAsExpectedAreNamed() throws {
        let folded = try Given(orders).when(OrdersFold.self)
        try folded.then("orders", ["order_id": "o1", "filled_quantity_e8": "6"])
        let error = #expect(throws: Unexpected.self) {
            try folded.then("orders", ["order_id": "o1", "status": "OPEN"])
        }
        #expect(
            error?.description == """
                table orders is not as expected
                  lacks order_id=o1 status=OPEN
                  has   order_id=o1 status=PARTIALLY_FILLED
                """)
        #expect(throws: Unexpected.self) { try folded.then("orders") }
        #expect(throws: Unexpected.self) { try folded.thenRefused(1, "conflicting_duplicate") }
        #expect(throws: Unexpected.self) { try folded.thenOutcome(7, .folded) }
    }

    @Test func eventLinesComeBackAsTheyWere() throws {
        let events = try orders
        #expect(try EventLines.decode("# six\n\n" + EventLines.encode(events)) == events)
        let error = #expect(throws: Unexpected.self) { try EventLines.decode("\n{\"type\":\"x\"}") }
        #expect(error?.description.hasPrefix("line 2 is no CloudEvent of a type known") == true)
    }

    @Test func goldenRowsAreWrittenOnlyWhenAskedAndNeverPass() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tapefold-golden-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try EventLines.encode(orders).write(
            to: folder.appending(path: "events.jsonl"), atomically: true, encoding: .utf8)
        let rows = folder.appending(path: "rows.txt")
        #expect(throws: Unexpected.self) { try GoldenReplay(folder, environment: [:]).check(OrdersFold.self) }
        #expect(!FileManager.default.fileExists(atPath: rows.path))
        let write = GoldenReplay(folder, environment: [GoldenReplay.variable: "write"])
        #expect(throws: Unexpected.self) { try write.check(OrdersFold.self) }
        try GoldenReplay(folder, environment: [:]).check(OrdersFold.self)
        let changed = try String(contentsOf: rows, encoding: .utf8).replacing("o1", with: "o2")
        try changed.write(to: rows, atomically: true, encoding: .utf8)
        let error = #expect(throws: Unexpected.self) {
            try GoldenReplay(folder, environment: [:]).check(OrdersFold.self)
        }
        #expect(error?.description.contains("- user_id=u1 order_id=o2") == true)
    }
}
