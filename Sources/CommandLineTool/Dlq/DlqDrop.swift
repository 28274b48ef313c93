import Engine

/// `tapefold dlq drop`.
enum DlqDrop {
    static func run(_ invocation: Invocation) throws -> ExitStatusCode {
        guard DlqSelection.filters.contains(where: { invocation.arguments.text($0) != nil }) else {
            throw UsageError("say what to drop: --event, --key, --code, --topic, --lane or --since")
        }
        let connections = Connections(invocation)
        let selection = try DlqSelection(invocation, connections)
        let requests = DlqRequests(invocation: invocation, catalog: selection.catalog, verb: "drop")
        let events = try selection.events()
        if events.isEmpty, let place = selection.filter.place {
            return try DlqDropAhead(invocation, connections, selection).run(place)
        }
        let takesFollowing = invocation.arguments.flag("following")
        if invocation.arguments.flag("dry-run") { return try requests.plan(events, includesFollowing: takesFollowing) }
        guard try requests.isConfirmed(events) else { return .failed }
        let made = try selection.catalog.request(
            .drop(following: takesFollowing), events, by: DlqRequests.author,
            note: invocation.arguments.text("reason"))
        return try requests.follow(made)
    }
}
