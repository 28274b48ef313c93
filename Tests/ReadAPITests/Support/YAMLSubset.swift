@testable import ReadAPI

/// Reads the part of YAML that schemas/openapi.yaml keeps to: block mappings and sequences, flow sequences, plain and
/// double-quoted scalars, folded text (`>-`). Anything else is an error, so that the file stays readable by all parsers alike.
struct YAMLSubset {
    struct Failure: Error, CustomStringConvertible {
        let line: Int
        let reason: String

        var description: String { "line \(line): \(reason)" }
    }

    private struct Line {
        let number: Int
        let indent: Int
        var text: Substring
    }

    private var lines: [Line]
    private var index = 0

    static func parse(_ text: String) throws -> JSONValue {
        var lines: [Line] = []
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let content = line.drop { $0 == " " }
            guard !content.isEmpty, !content.hasPrefix("#") else { continue }
            lines.append(Line(number: number + 1, indent: line.count - content.count, text: content))
        }
        var parser = YAMLSubset(lines: lines)
        let value = try parser.block(indent: 0)
        guard parser.index == parser.lines.count else { throw parser.failure("unexpected indentation") }
        return value
    }

    private init(lines: [Line]) {
        self.lines = lines
    }

    private var current: Line? { index < lines.count ? lines[index] : nil }

    private func failure(_ reason: String) -> Failure {
        Failure(line: current?.number ?? lines.last?.number ?? 0, reason: reason)
    }

    private mutating func block(indent: Int) throws -> JSONValue {
        guard let line = current, line.indent == indent else { throw failure("expected indentation \(indent)") }
        return line.text.hasPrefix("- ") ? try sequence(indent: indent) : try mapping(indent: indent)
    }

    private mutating func sequence(indent: Int) throws -> JSONValue {
        var values: [JSONValue] = []
        while let line = current, line.indent == indent, line.text.hasPrefix("- ") {
            // The entry is a block two columns further in.
            lines[index] = Line(number: line.number, indent: indent + 2, text: line.text.dropFirst(2))
            if Self.key(of: lines[index].text) != nil {
                values.append(try mapping(indent: indent + 2))
            } else {
                values.append(try scalar(lines[index].text))
                index += 1
            }
        }
        return .array(values)
    }

    private mutating func mapping(indent: Int) throws -> JSONValue {
        var members: [JSONMember] = []
        while let line = current, line.indent == indent, !line.text.hasPrefix("- ") {
            guard let (name, rest) = Self.key(of: line.text) else { throw failure("expected a key") }
            guard !members.contains(where: { $0.name == name }) else { throw failure("duplicate key \(name)") }
            index += 1
            members.append(JSONMember(name, try value(after: rest, indent: indent)))
        }
        return .object(members)
    }

    private mutating func value(after rest: Substring, indent: Int) throws -> JSONValue {
        if rest == ">-" { return .string(folded(deeperThan: indent)) }
        if !rest.isEmpty { return try scalar(rest) }
        guard let next = current, next.indent > indent else { throw failure("expected a value") }
        return try block(indent: next.indent)
    }

    private mutating func folded(deeperThan indent: Int) -> String {
        var parts: [Substring] = []
        while let line = current, line.indent > indent {
            parts.append(line.text)
            index += 1
        }
        return parts.joined(separator: " ")
    }

    /// `name: rest` or `"name": rest`; nil where the text is no key.
    private static func key(of text: Substring) -> (String, Substring)? {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let after = text[text.index(after: colon)...]
        guard after.isEmpty || after.hasPrefix(" ") else { return nil }
        let name = text[..<colon]
        let bare = name.hasPrefix("\"") ? name.dropFirst().dropLast() : name
        guard !bare.contains(" "), !bare.contains("\"") else { return nil }
        return (String(bare), after.drop { $0 == " " })
    }

    private func scalar(_ text: Substring) throws -> JSONValue {
        if text.hasPrefix("[") {
            guard text.hasSuffix("]") else { throw failure("a flow sequence ends on its line") }
            return .array(try flow(text.dropFirst().dropLast()).map { try scalar($0) })
        }
        if text.hasPrefix("\"") {
            do { return try JSONValue(parsing: String(text)) } catch { throw failure("\(error)") }
        }
        guard !text.hasPrefix("{"), !text.hasPrefix("'"), !text.hasPrefix("&"), !text.hasPrefix("*"),
            !text.hasPrefix("|"),
            !text.contains(" #"), !text.contains(": ")
        else { throw failure("\"\(text)\" is outside the subset") }
        switch text {
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "null": return .null
        default: return text.allSatisfy(\.isNumber) ? .number(String(text)) : .string(String(text))
        }
    }

    private func flow(_ text: Substring) -> [Substring] {
        var parts: [Substring] = []
        var start = text.startIndex
        var isQuoted = false
        for index in text.indices {
            if text[index] == "\"" { isQuoted.toggle() }
            guard text[index] == ",", !isQuoted else { continue }
            parts.append(text[start..<index])
            start = text.index(after: index)
        }
        parts.append(text[start...])
        return parts.map { $0.drop { $0 == " " } }.filter { !$0.isEmpty }
    }
}
