import HTTPServing
import Testing

@testable import ReadAPI

@Suite struct StreamPositionTests {
    @Test func textComesBackAsItWas() throws {
        var position = StreamPosition()
        position.builds = StreamPosition.hash(builds: [("positions", "1.2"), ("market", "1.1")])
        position.changes[.init(view: "positions", lane: 3)] = 12_345_678
        position.changes[.init(view: "positions", lane: 0)] = 0
        position.changes[.init(view: "orders", lane: 1)] = .max
        position.tape = [0: 5, 11: 99]
        let text = position.text
        #expect(
            text.utf8.allSatisfy { ($0 > 0x60 && $0 < 0x7b) || ($0 > 0x2f && $0 < 0x3a) || ".~_".utf8.contains($0) })
        #expect(StreamPosition(parsing: text) == position)
        #expect(StreamPosition(parsing: StreamPosition().text) == StreamPosition())
    }

    @Test func theHashDependsOnNamesAndNotOnTheirOrder() {
        let one = StreamPosition.hash(builds: [("a", "1.1"), ("b", "1.1")])
        #expect(one == StreamPosition.hash(builds: [("b", "1.1"), ("a", "1.1")]))
        #expect(one != StreamPosition.hash(builds: [("a", "1.1"), ("b", "1.2")]))
    }

    @Test(arguments: [
        "", "x", "b", "b-1", "b1~a.1", "b1~.1.1", "b1~a.1.-5", "b1~a.!.1", "b1~~_",
        "b" + String(repeating: "z", count: 40),
    ]) func whatIsNoPosition(_ text: String) {
        #expect(StreamPosition(parsing: text) == nil)
    }

    @Test func aPositionIsNotLongerThanAllowed() {
        #expect(StreamPosition(parsing: "b1~" + String(repeating: "a", count: StreamLimits.positionBytes)) == nil)
    }

    /// The largest that a server makes comes back in a URL.
    @Test func sixtyFourLanesOfTenViewsFit() {
        var position = StreamPosition()
        position.builds = .max - 1  // A hash has an even value.
        for view in ViewName.allCases.map(\.rawValue).prefix(10) {
            for lane in 0..<64 { position.changes[.init(view: view, lane: Int32(lane))] = 1_000_000_000 }
        }
        for partition in 0..<64 { position.tape[Int32(partition)] = 1_000_000_000 }
        #expect(position.text.utf8.count <= StreamLimits.positionBytes, "\(position.text.utf8.count)")
        #expect(position.text.utf8.count + 1_000 < HTTPLimits.requestTargetBytes)
        #expect(position.shown.flatMap { StreamPosition(parsing: $0) } == position)
        // What would not come back is not given out.
        for lane in 64..<200 { position.changes[.init(view: "positions", lane: Int32(lane))] = 1_000_000_000 }
        #expect(StreamPosition(parsing: position.text) == nil)
        #expect(position.shown == nil)
    }

    @Test func coveredMeansNothingBeforeTheStartIsWanted() throws {
        var position = StreamPosition()
        position.tape = [0: 10, 1: 20]
        #expect(position.isCovered(byTapeFrom: [0: 10, 1: 5]))
        #expect(!position.isCovered(byTapeFrom: [0: 11, 1: 5]))
        #expect(!position.isCovered(byTapeFrom: [0: 1, 1: 1, 2: 0]))
    }
}
