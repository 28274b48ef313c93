/// The JSON object that a request brings.
extension WorkCall {
    /// The body's members. Throws a 400 that names the byte for what is no JSON object.
    func object() throws(Problem) -> [JSONMember] {
        let value: JSONValue
        do throws(JSONSyntaxError) {
            value = try JSONValue(parsing: request.body)
        } catch {
            throw .malformedBody("the body is not JSON: \(error)")
        }
        guard let members = value.members else { throw .malformedBody("the body is not a JSON object") }
        return members
    }

    /// Exactly these members, each a text of one character at least.
    func texts(_ names: [String]) throws(Problem) -> [String] {
        let members = try object()
        if let other = members.first(where: { !names.contains($0.name) }) {
            throw .invalidField(
                other.name, value: nil, reason: "is not known here; send \(names.joined(separator: ", "))")
        }
        var texts: [String] = []
        for name in names {
            guard let text = members.first(where: { $0.name == name })?.value.string, !text.isEmpty else {
                throw .invalidField(name, value: nil, reason: "must be a text that is not empty")
            }
            texts.append(text)
        }
        return texts
    }
}

extension Problem {
    static func malformedBody(_ detail: String) -> Problem {
        Problem(kind: "malformed-body", title: "Malformed body", status: 400, detail: detail)
    }

    /// A member of the body that breaks its rules.
    static func invalidField(_ field: String, value: String?, reason: String) -> Problem {
        let shown = value.map { $0.count > 80 ? $0.prefix(80) + "…" : $0 }
        var members = [JSONMember("field", .string(String(field.prefix(80))))]
        if let shown { members.append(JSONMember("value", .string(shown))) }
        members.append(JSONMember("reason", .string(reason)))
        return Problem(
            kind: "invalid-field", title: "Invalid field", status: 422,
            detail: "\(field.prefix(80))\(shown.map { " (\($0))" } ?? "") \(reason)", members: members)
    }
}
