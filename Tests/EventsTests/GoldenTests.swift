import Domain
import Foundation
import Testing

@testable import Events

/// What is on the wire and in ledgers must be read, written and hashed the same way by every later release.
@Suite struct GoldenTests {
    static let folder = TopologyTests.packageRoot.appending(path: "Tests/Golden/events")

    private static func text(_ name: String) throws -> String {
        try String(contentsOf: folder.appending(path: name), encoding: .utf8).trimmingCharacters(in: .newlines)
    }

    @Test(arguments: EventKind.allCases)
    func goldenEventsAreReadWrittenAndHashedAsBefore(kind: EventKind) throws {
        let golden = try Self.text("\(kind.topic).json")
        let event = try EventDecoder().decode(kind, json: golden)
        #expect(String(decoding: EventEncoder().structured(event), as: UTF8.self) == golden)
        let hashes = try JSONDecoder().decode(
            [String: String].self, from: Data(contentsOf: Self.folder.appending(path: "content-hashes.json")))
        #expect(hashes[kind.topic] == event.payload.contentHash.description, "\(kind.topic)")
        let givenFields = try Set(JSONMembers.names(ofDataIn: golden)).subtracting(["depth"])
        #expect(
            givenFields == Set(kind.keys.map { "\($0.name)" }).subtracting(["depth"]), "a field is not in the sample")
    }
}

enum JSONMembers {
    static func names(ofDataIn json: String) throws -> [String] {
        struct Event: Decodable {
            struct Anything: Decodable {}
            let data: [String: Anything]
        }
        return Array(try JSONDecoder().decode(Event.self, from: Data(json.utf8)).data.keys)
    }
}
