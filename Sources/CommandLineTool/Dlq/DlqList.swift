import Engine

/// `tapefold dlq list`.
enum DlqList {
    private struct Code: Encodable {
        let code: String
        let events: Int
        let keys: Int
    }

    private struct Result: Encodable {
        let view: String
        let build: String
        /// Of the whole view, whatever the filters.
        let events: Int
        let keys: Int
        let codes: [Code]
        let items: [DlqItem]
    }

    static func run(_ invocation: Invocation) throws -> ExitStatusCode {
        var selection = try DlqSelection(invocation, Connections(invocation))
        if invocation.arguments.flag("all") { selection.filter.isFirstOnly = false }
        guard let counts = try selection.catalog.counts() else {
            throw CommandFailure(
                "view \(selection.view) has no live build yet", remedy: "Start its processor, or `tapefold up`.")
        }
        let most = selection.limit ?? CommandLineLimits.dlqListLines
        let items = try selection.catalog.list(selection.filter, limit: most).map(DlqItem.init)
        let result = Result(
            view: selection.view, build: counts.build, events: counts.events, keys: counts.keys,
            codes: counts.codes.map { Code(code: $0.name, events: $0.events, keys: $0.keys) }, items: items)
        if invocation.wantsJSON {
            try invocation.console.json(result)
        } else {
            for line in text(result, most) { invocation.console.line(line) }
        }
        return .done
    }

    private static func text(_ result: Result, _ most: Int) -> [String] {
        guard result.events > 0 else { return ["\(result.view)  build \(result.build)  nothing is parked"] }
        var lines = [
            "\(result.view)  build \(result.build)  "
                + "\(counted(result.events, "event")) of \(counted(result.keys, "key")) parked"
        ]
        lines += result.codes.map { "  \($0.code)  \(counted($0.keys, "key")), \(counted($0.events, "event"))" }
        lines += result.items.map(\.line)
        if result.items.isEmpty { lines.append("none of them is as the filters say") }
        if result.items.count == most { lines.append("the first \(most); --limit shows more") }
        return lines
    }
}
