import Domain
import Foundation

/// The texts of a message.
public struct RenderedText: Sendable, Equatable {
    public var title: String
    public var body: String
    /// For channels that show it.
    public var html: String?
}

/// Texts with `{{name}}` for what an event's data says.
struct Template: Sendable, Equatable {
    var title: String
    var body: String
    var html: String?

    /// What is sent where no file says otherwise.
    static let standard = Template(
        title: "{{title}}", body: "{{body}}\n\n{{actionUrl}}",
        html: "<!doctype html><html><body><h1>{{title}}</h1><p>{{body}}</p><p>{{actionUrl}}</p></body></html>")

    func rendered(_ values: [String: String]) -> RenderedText {
        RenderedText(
            title: Self.fill(title, values) { String($0.map { $0.isNewline ? " " : $0 }) }
                .trimmingCharacters(in: .whitespacesAndNewlines),
            body: Self.fill(body, values) { $0 }.trimmingCharacters(in: .whitespacesAndNewlines),
            html: html.map { Self.fill($0, values, Self.escaped) })
    }

    /// Puts values in place; a name without a value leaves nothing. What a value holds is never read as a placeholder.
    static func fill(_ text: String, _ values: [String: String], _ escape: (String) -> String) -> String {
        var result = ""
        var rest = text[...]
        while let open = rest.range(of: "{{") {
            result += rest[..<open.lowerBound]
            guard let close = rest[open.upperBound...].range(of: "}}") else { return result + rest[open.lowerBound...] }
            let name = rest[open.upperBound..<close.lowerBound].trimmingCharacters(in: .whitespaces)
            result += values[name].map(escape) ?? ""
            rest = rest[close.upperBound...]
        }
        return result + rest
    }

    /// For text and attributes of HTML.
    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.append(character)
            }
        }
        return result
    }
}
