import Foundation
import Synchronization
import Testing

@testable import Engine

/// Work that is shared out among threads.
@Suite struct LaneCrewTests {
    @Test func eachLaneIsDoneOnceAndNoMoreAreAtWorkThanAllowed() throws {
        let seen = Seen()
        try LaneCrew.run(Array(0..<12), atOnce: 3, halt: StopSignal(), watch: {}) { (lane) throws(LaneFailure) in
            seen.begin(lane)
            // Until three are at work, or nobody is left to come.
            seen.waitFor(3, until: 10)
            seen.end()
        }
        #expect(seen.lanes.sorted() == Array(0..<12))
        #expect(seen.most == 3)
    }

    @Test func lanesThatHaveNotBegunAreLeftOutBehindAFailure() {
        let seen = Seen()
        let halt = StopSignal()
        #expect(throws: LaneFailure.self) {
            try LaneCrew.run(Array(0..<4), atOnce: 1, halt: halt, watch: {}) { (lane) throws(LaneFailure) in
                seen.begin(lane)
                if lane == 1 { throw .stored("full") }
            }
        }
        #expect(seen.lanes == [0, 1])
        #expect(halt.isSet)
    }

    @Test func nothingBeginsBehindAStop() throws {
        let seen = Seen()
        let halt = StopSignal()
        halt.set()
        try LaneCrew.run([0, 1], halt: halt, watch: {}) { (lane) throws(LaneFailure) in seen.begin(lane) }
        #expect(seen.lanes.isEmpty)
    }
}

/// Who was at work, and how many at once.
private final class Seen: Sendable {
    private let state = Mutex<(lanes: [Int], atWork: Int, most: Int)>(([], 0, 0))

    var lanes: [Int] { state.withLock { $0.lanes } }
    var most: Int { state.withLock { $0.most } }

    func begin(_ lane: Int) {
        state.withLock { state in
            state.lanes.append(lane)
            state.atWork += 1
            state.most = max(state.most, state.atWork)
        }
    }

    func end() { state.withLock { $0.atWork -= 1 } }

    /// Returns when so many were at work at once, or so many lanes have begun, and any further thread had its turn.
    func waitFor(_ count: Int, until begun: Int) {
        while !state.withLock({ $0.most >= count || $0.lanes.count >= begun }) { sched_yield() }
        for _ in 0..<1_000 { sched_yield() }
    }
}
