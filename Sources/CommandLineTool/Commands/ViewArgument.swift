import Engine

/// The first positional argument of commands on a view.
enum ViewArgument {
    static let definition = PositionalDefinition("VIEW", "The view's name; `tapefold status` lists the live ones.")

    static func read(_ invocation: Invocation) throws -> String {
        let name = invocation.arguments.positionals[0]
        let views = invocation.views.names
        guard views.contains(name) else {
            let hint = Suggestion.nearest(to: name, among: views).map { "; did you mean \($0)?" } ?? "."
            throw UsageError("there is no view \"\(name)\"\(hint) Views: \(views.joined(separator: ", "))")
        }
        return name
    }
}
