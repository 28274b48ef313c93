import Events
import Kafka
import Testing

@testable import Engine

/// What a lane leaves out, and the form in which headers wait in the database.
@Suite struct LaneDecisionsTests {
    private func hash(_ text: String) -> ContentHash {
        Array(text.utf8).withUnsafeBytes { ContentHash(record: $0) }
    }

    private func leavesOut(_ decisions: LaneDecisions, input: Int, offset: Int64, _ text: String) -> Bool {
        Array(text.utf8).withUnsafeBytes { decisions.leavesOut(input: input, offset: offset, value: $0) }
    }

    @Test func onlyTheRecordThatWasMeantIsLeftOut() {
        var decisions = LaneDecisions()
        #expect(decisions.isEmpty)
        decisions.insert(input: 1, offset: 7, hash: hash("bad"))
        decisions.insert(input: 0, offset: 9, hash: nil)
        #expect(leavesOut(decisions, input: 1, offset: 7, "bad"))
        #expect(!leavesOut(decisions, input: 1, offset: 7, "another"))
        #expect(!leavesOut(decisions, input: 0, offset: 7, "bad"))
        #expect(!leavesOut(decisions, input: 1, offset: 8, "bad"))
        #expect(leavesOut(decisions, input: 0, offset: 9, "whatever"))
        #expect(decisions.leavesOut(input: 0, offset: 9, value: nil))
    }

    @Test func hashesKeepTheirValueAsBytesAndDigits() throws {
        let hash = hash("x")
        #expect(ContentHash(hash.bytes) == hash)
        #expect(ContentHash(hexadecimal: hash.description) == hash)
        #expect(ContentHash([1, 2]) == nil)
        #expect(ContentHash(hexadecimal: "12") == nil)
        #expect(ContentHash(hexadecimal: String(repeating: "x", count: 32)) == nil)
    }

    @Test func headersKeepOrderNullsAndRepeatedNames() throws {
        let headers = [
            KafkaHeader("a", "1"), KafkaHeader(name: "b", value: nil), KafkaHeader("a", "2"),
            KafkaHeader(name: "ü", value: [0, 255]), KafkaHeader("", ""),
        ]
        #expect(HeaderList.headers(HeaderList.json(headers)) == headers)
        #expect(HeaderList.headers("[]") == [])
        for text in ["{}", "[1]", "[[\"a\"]]", "[[null,\"eA==\"]]", "[[\"a\",\"?\"]]"] {
            #expect(HeaderList.headers(text) == nil)
        }
    }
}
