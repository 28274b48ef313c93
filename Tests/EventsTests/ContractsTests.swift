import Foundation
import Testing

@testable import Events

/// What people and tools read of the topics is what topology.json, the schemas and the decoder say.
@Suite struct ContractsTests {
    private struct SchemaFile: Decodable {
        struct Version: Decodable {
            var title: String?
            var required: [String]?
            var properties: [String: Property]?
        }
        struct Property: Decodable {
            var description: String?
        }
        let definitions: [String: Version]

        enum CodingKeys: String, CodingKey {
            case definitions = "$defs"
        }
    }

    private func data(_ topic: String) throws -> Data {
        try Data(contentsOf: TopologyTests.packageRoot.appending(path: "schemas/events/\(topic).json"))
    }

    private func versions(_ topic: String) throws -> [String: SchemaFile.Version] {
        try JSONDecoder().decode(SchemaFile.self, from: data(topic)).definitions
            .filter { $0.key.wholeMatch(of: /v[0-9]+/) != nil }
    }

    @Test(arguments: EventKind.allCases) func everyFieldOfEveryTopicHasAMeaning(kind: EventKind) throws {
        let versions = try versions(kind.topic)
        #expect(!versions.isEmpty)
        for (name, version) in versions {
            for (field, property) in try #require(version.properties) {
                #expect((property.description ?? "").count >= 8, "\(kind.topic) \(name): what does \(field) mean?")
            }
        }
    }

    /// Fields that the decoder reads are those of the schema, no more and no less.
    @Test(arguments: EventKind.allCases) func theSchemaHasTheDecodersFields(kind: EventKind) throws {
        let versions = try versions(kind.topic)
        let current = try #require(versions["v\(UpcasterRegistry.standard.currentVersion(of: kind))"])
        #expect(current.title == kind.type)
        #expect(Set(try #require(current.properties).keys) == Set(kind.keys.map { "\($0.name)" }))
        #expect(versions.count == UpcasterRegistry.standard.currentVersion(of: kind))
    }

    /// What `tapefold topics describe` shows; that its text is the schemas' the check of the documents says.
    @Test(arguments: EventKind.allCases) func theFieldsThatPeopleSeeAreTheDecoders(kind: EventKind) throws {
        let fields = kind.fields
        #expect(Set(fields.map(\.name)) == Set(kind.fieldNames))
        let current = try #require(try versions(kind.topic)["v\(UpcasterRegistry.standard.currentVersion(of: kind))"])
        #expect(Set(fields.filter(\.required).map(\.name)) == Set(try #require(current.required)))
        #expect(fields.allSatisfy { !$0.type.isEmpty && $0.meaning.count >= 8 })
    }

    @Test(arguments: EventKind.allCases) func everyExampleDecodes(kind: EventKind) throws {
        let document = try #require(try JSONSerialization.jsonObject(with: data(kind.topic)) as? [String: Any])
        let versions = try #require(document["$defs"] as? [String: Any])
        let decoder = EventDecoder()
        for (name, version) in versions where name.wholeMatch(of: /v[0-9]+/) != nil {
            let examples = try #require((version as? [String: Any])?["examples"] as? [Any], "\(kind.topic) \(name)")
            #expect(!examples.isEmpty)
            let type = kind.type.replacing(/v[0-9]+$/, with: name)
            for example in examples {
                let json = String(decoding: try JSONSerialization.data(withJSONObject: example), as: UTF8.self)
                let event = """
                    {"specversion":"1.0","id":"1","source":"/example","type":"\(type)",\
                    "time":"2026-01-05T04:12:07Z","data":\(json)}
                    """
                #expect(throws: Never.self) { try decoder.decode(kind, json: event) }
            }
        }
    }

    @Test func documentsAreAsTopologyAndSchemasSay() throws {
        guard let judge = try JudgeProcess.find() else { return }
        let script = TopologyTests.packageRoot.appending(path: "scripts/generate-contracts.py").path
        let answer = try judge.run(script, ["--check"])
        #expect(answer.status == 0, "\(answer.output)")
    }

    @Test func asyncapiIsValidAndComplete() throws {
        guard let judge = try JudgeProcess.find() else { return }
        let script = TopologyTests.packageRoot.appending(path: "Tests/EventsTests/judge/asyncapi.py").path
        let answer = try judge.run(script, [TopologyTests.packageRoot.path])
        #expect(answer.status == 0 && answer.output.isEmpty, "\(answer.output)")
    }
}
