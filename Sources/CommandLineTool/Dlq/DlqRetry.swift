import Engine

/// `tapefold dlq retry`.
enum DlqRetry {
    static func run(_ invocation: Invocation) throws -> ExitStatusCode {
        let selection = try DlqSelection(invocation, Connections(invocation))
        let requests = DlqRequests(invocation: invocation, catalog: selection.catalog, verb: "retry")
        let events = try firsts(of: try selection.events(), selection.catalog)
        if invocation.arguments.flag("dry-run") { return try requests.plan(events, includesFollowing: true) }
        guard try requests.isConfirmed(events) else { return .failed }
        let made = try selection.catalog.request(.retry, events, by: DlqRequests.author, note: nil)
        return try requests.follow(made)
    }

    /// A key is tried from its first event on, whichever of its events was named.
    private static func firsts(of events: [ParkedEvent], _ catalog: ParkingCatalog) throws -> [ParkedEvent] {
        try events.map { try catalog.first(before: $0) ?? $0 }
    }
}
