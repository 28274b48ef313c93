/// Which members of an answer's objects are written: `fields=`.
struct FieldSelection: Sendable, Equatable {
    let names: Set<String>
    /// How deep the objects lie whose members are chosen: 1 for the answer itself, 3 for the items of a list.
    let depth: Int
}

/// The fields of each operation's answer, as the OpenAPI document has them: a route that is documented has `fields=`.
enum FieldCatalog {
    private struct Entry {
        let names: [String]
        let depth: Int
    }

    private static let entries: [String: Entry] = {
        var entries: [String: Entry] = [:]
        guard let document = try? JSONValue(parsing: OpenAPIDocument.json) else { return entries }
        for path in document["paths"]?.members ?? [] {
            guard let operation = path.value["get"], let name = operation["operationId"]?.string,
                let schema = operation["responses"]?["200"]?["content"]?["application/json"]?["schema"]
            else { continue }
            let properties = Self.properties(of: schema, in: document)
            if let list = properties.first(where: { $0.name == "items" }), let items = list.value["items"] {
                entries[name] = Entry(names: Self.properties(of: items, in: document).map(\.name), depth: 3)
            } else {
                entries[name] = Entry(names: properties.map(\.name), depth: 1)
            }
        }
        return entries
    }()

    static func names(of operation: String) -> [String] { entries[operation]?.names ?? [] }

    /// Nil where all fields are wanted.
    static func selection(_ wanted: [String]?, of operation: String) throws(Problem) -> FieldSelection? {
        guard let wanted else { return nil }
        let entry = entries[operation] ?? Entry(names: [], depth: 1)
        for name in wanted where !entry.names.contains(name) {
            throw .invalidParameter(
                "fields", value: name,
                reason: "is no field of this answer; it has \(entry.names.joined(separator: ", "))")
        }
        return FieldSelection(names: Set(wanted), depth: entry.depth)
    }

    /// The properties of an object's schema, those of `allOf` included.
    private static func properties(of schema: JSONValue, in document: JSONValue) -> [JSONMember] {
        var found = schema
        if let reference = schema["$ref"]?.string {
            for (index, part) in reference.split(separator: "/").enumerated() {
                found = index == 0 ? document : found[String(part)] ?? .null
            }
        }
        let inherited = (found["allOf"]?.elements ?? []).flatMap { properties(of: $0, in: document) }
        return inherited + (found["properties"]?.members ?? [])
    }
}
