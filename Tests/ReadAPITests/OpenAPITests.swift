import Foundation
import Testing

@testable import ReadAPI

/// The document, its compiled-in copy and the routes are the same thing said three times.
@Suite struct OpenAPITests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func yaml() throws -> JSONValue {
        try YAMLSubset.parse(
            String(contentsOf: root.appendingPathComponent("schemas/openapi.yaml"), encoding: .utf8))
    }

    /// Members of the first three levels on lines of their own, so that a change shows as one.
    private static func generated(_ document: JSONValue) -> String {
        var lines = [
            "// swift-format-ignore-file",
            "// Made from schemas/openapi.yaml by scripts/generate-openapi.sh. Do not edit.",
            "extension OpenAPIDocument {", "    static let json = #\"\"\"",
        ]
        lines += render(document, depth: 0).map { "        " + $0 }
        return (lines + ["        \"\"\"#", "}", ""]).joined(separator: "\n")
    }

    private static func render(_ value: JSONValue, depth: Int) -> [String] {
        guard depth < 3, case .object(let members) = value, !members.isEmpty else { return [value.text] }
        var lines = ["{"]
        for (index, member) in members.enumerated() {
            var inner = render(member.value, depth: depth + 1)
            inner[0] = JSONValue.string(member.name).text + ":" + inner[0]
            if index < members.count - 1 { inner[inner.count - 1] += "," }
            lines += inner.map { " " + $0 }
        }
        return lines + ["}"]
    }

    @Test func compiledCopyIsTheDocument() throws {
        let document = try Self.yaml()
        let path = Self.root.appendingPathComponent("Sources/ReadAPI/OpenAPI/OpenAPIDocument+Generated.swift")
        if ProcessInfo.processInfo.environment["TAPEFOLD_REGENERATE"] == "1" {
            try Self.generated(document).write(to: path, atomically: true, encoding: .utf8)
            return
        }
        let isSame = try JSONValue(parsing: OpenAPIDocument.json) == document
        #expect(isSame, "run scripts/generate-openapi.sh")
        #expect(
            try String(contentsOf: path, encoding: .utf8) == Self.generated(document), "run scripts/generate-openapi.sh"
        )
    }

    /// Unit and meaning of each field, not of its type alone.
    @Test func everyFieldHasAMeaning() throws {
        let schemas = try #require(try Self.yaml()["components"]?["schemas"]?.members)
        var count = 0
        for schema in schemas {
            for field in schema.value["properties"]?.members ?? [] {
                count += 1
                let text = field.value["description"]?.string ?? ""
                #expect(text.count >= 5, "schemas/openapi.yaml: what is \(schema.name).\(field.name)?")
            }
        }
        #expect(count > 400)
    }

    @Test func everyRouteIsDocumentedAndNothingElse() throws {
        let document = try Self.yaml()
        let documented = (document["paths"]?.members ?? []).flatMap { path in
            (path.value.members ?? []).map { "\($0.name) \(path.name)" }
        }
        #expect(documented.sorted() == RouteTable.routes.map { "\($0.method.documented) \($0.path)" }.sorted())
        #expect(Set(RouteTable.routes.map(\.operation)).count == RouteTable.routes.count)
    }

    @Test(arguments: RouteTable.routes.map(\.operation))
    func parametersAndAccessAreAsDocumented(_ name: String) throws {
        let document = try Self.yaml()
        let route = try #require(RouteTable.routes.first { $0.operation == name })
        let path = route.path.description
        let operation = try #require(document["paths"]?[path]?[route.method.documented])
        let body = operation["requestBody"]?["content"]?.members?.map(\.name)
        #expect(body == route.body?.contentTypes)
        #expect(operation["operationId"] == .string(route.operation))
        #expect((operation["security"] == .array([])) == (route.access == .open))
        let documented = try (operation["parameters"]?.elements ?? []).map { try Self.resolve($0, in: document) }
        let described = try documented.map { parameter in
            ParameterFacts(
                name: parameter["name"]?.string ?? "", place: parameter["in"]?.string ?? "",
                isRequired: parameter["required"] == .bool(true),
                schema: try Self.resolve(try #require(parameter["schema"]), in: document))
        }
        let declared = route.parameters.map { parameter in
            ParameterFacts(
                name: parameter.name, place: parameter.place.rawValue, isRequired: parameter.place == .path,
                schema: parameter.kind.schema)
        }
        #expect(described == declared)
        for name in route.path.segments.compactMap({ if case .parameter(let name) = $0 { name } else { nil } }) {
            #expect(route.parameter(name, .path) != nil, "\(path) does not declare \(name)")
        }
    }

    @Test func everyReferenceLeadsSomewhere() throws {
        let document = try Self.yaml()
        var references: Set<String> = []
        func collect(_ value: JSONValue) {
            switch value {
            case .array(let values): values.forEach(collect)
            case .object(let members):
                for member in members {
                    if member.name == "$ref", let text = member.value.string { references.insert(text) }
                    collect(member.value)
                }
            default: break
            }
        }
        collect(document)
        #expect(!references.isEmpty)
        for reference in references {
            #expect(throws: Never.self) {
                try Self.resolve(.object([JSONMember("$ref", .string(reference))]), in: document)
            }
        }
        for kind in ["schemas", "parameters", "responses"] {
            for member in document["components"]?[kind]?.members ?? [] {
                #expect(references.contains("#/components/\(kind)/\(member.name)"), "\(member.name) is used nowhere")
            }
        }
    }

    /// What the code can answer and what the document says it may are the same.
    @Test func everyProblemIsDocumented() throws {
        let folder = Self.root.appendingPathComponent("Sources/ReadAPI")
        var kinds: Set<String> = []
        for case let file as URL in try #require(
            FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
        where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(of: /(?:kind: |unavailable\(\s*)"([a-z-]+)"/) { kinds.insert(String(match.1)) }
        }
        let documented = try Self.yaml()["components"]?["schemas"]?["ProblemType"]?["enum"]?.elements ?? []
        #expect(Set(documented) == Set(kinds.map { .string("urn:tapefold:problem:\($0)") }))
    }

    private struct ParameterFacts: Equatable {
        let name: String
        let place: String
        let isRequired: Bool
        let schema: JSONValue
    }

    private static func resolve(_ value: JSONValue, in document: JSONValue) throws -> JSONValue {
        guard let reference = value["$ref"]?.string else { return value }
        var found: JSONValue? = document
        for part in reference.split(separator: "/").dropFirst() { found = found?[String(part)] }
        return try #require(found, "\(reference) leads nowhere")
    }
}
