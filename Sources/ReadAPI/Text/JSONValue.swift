/// A small JSON document as a tree: for tokens, cursors and the served OpenAPI document, never for rows.
///
/// Numbers keep their text, so that nothing passes through binary floating point.
public indirect enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([JSONValue])
    /// Members in the order written; names are unique.
    case object([JSONMember])

    /// The member of an object, or nil for another name or another kind of value.
    public subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    public var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    public var integer: Int64? {
        if case .number(let text) = self { Int64(text) } else { nil }
    }

    public var elements: [JSONValue]? {
        if case .array(let values) = self { values } else { nil }
    }

    public var members: [JSONMember]? {
        if case .object(let members) = self { members } else { nil }
    }

    func write(to writer: inout JSONWriter) {
        switch self {
        case .null: writer.null()
        case .bool(let value): writer.bool(value)
        case .number(let text): Array(text.utf8).withUnsafeBytes { writer.raw($0) }
        case .string(let text): writer.string(text)
        case .array(let values):
            writer.array { inner in
                for value in values { value.write(to: &inner) }
            }
        case .object(let members):
            writer.object { inner in
                for member in members {
                    inner.key(text: member.name)
                    member.value.write(to: &inner)
                }
            }
        }
    }

    /// Compact JSON.
    public var text: String {
        var writer = JSONWriter()
        write(to: &writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

/// A member of a JSON object.
public struct JSONMember: Sendable, Hashable {
    public let name: String
    public let value: JSONValue

    public init(_ name: String, _ value: JSONValue) {
        self.name = name
        self.value = value
    }
}
