import Engine

/// The first positional argument of commands on a view.
enum ViewArgument {
    static func read(_ invocation: Invocation) throws -> String {
        let name = invocation.arguments.positionals[0]
        guard ViewRegistry.names.contains(name) else {
            let hint = Suggestion.nearest(to: name, among: ViewRegistry.names).map { "; did you mean \($0)?" } ?? ""
            throw UsageError("there is no view \"\(name)\"\(hint) Views: \(ViewRegistry.names.joined(separator: ", "))")
        }
        return name
    }
}
