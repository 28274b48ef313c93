import Kafka
import Testing

@testable import Engine

/// Positions as the read API prints them, and what is no position.
@Suite struct LogPositionsTests {
    @Test func readsWhatTheReadAPISays() throws {
        let positions = try LogPositions(parsing: "b/1@20,a.x/0@0\n b/0@7 ")
        #expect(positions.offsets[TopicPartition(topic: "b", partition: 1)] == 20)
        #expect(positions.description == "a.x/0@0,b/0@7,b/1@20")
        #expect(try LogPositions(parsing: positions.description) == positions)
    }

    @Test(arguments: ["", " , ", "a", "a/0", "a@1", "/0@1", "a/0@", "a/-1@2", "a/0@-2", "a/0@1@2", "a/0@1,a/0@2"])
    func refuses(text: String) {
        #expect(throws: EngineError.self) { try LogPositions(parsing: text) }
    }

    @Test(arguments: ["", "Noon", "a-b", "a b", String(repeating: "a", count: 41), "é"])
    func refusesNamesThatAreNoSchemas(name: String) {
        #expect(throws: EngineError.self) { try CopyRun.check(name: name) }
    }

    @Test func holdsLanesOnceRoundsGainNothing() {
        var rounds = CatchUpRounds()
        for distance: Int64 in [1_000_000, 400_000, 150_000, 60_000] { rounds.note(distance: distance) }
        #expect(!rounds.mustHold)
        for distance: Int64 in [50_000, 49_000] { rounds.note(distance: distance) }
        #expect(!rounds.mustHold)
        rounds.noteFailedSwap()
        #expect(rounds.mustHold)
    }
}
