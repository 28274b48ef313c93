import Kafka

/// `tapefold status`.
enum StatusCommand {
    static let command = Command(
        "status", "Show how far each view is, lane by lane.",
        options: [
            .flag("watch", "Print again every second, with rates, until interrupted."), .json, .dataDirectory,
        ],
        examples: ["tapefold status", "tapefold status --watch", "tapefold status --json"], run: run)

    private struct Report: Encodable {
        var views: [ViewStatus]
    }

    private static func run(_ invocation: Invocation) throws -> ExitStatusCode {
        let connections = Connections(invocation)
        let admin = try connections.admin()
        let connection = try connections.database()
        guard invocation.arguments.flag("watch") else {
            try show(try ViewStatus.read(connection, admin), before: nil, invocation)
            return .done
        }
        Interruption.shared.install()
        var before: [ViewStatus]?
        while !Interruption.shared.isRequested {
            let now = try ViewStatus.read(connection, admin)
            try show(now, before: before, invocation)
            before = now
            Interruption.shared.pause(milliseconds: CommandLineLimits.statusIntervalMilliseconds)
        }
        return Interruption.shared.exitCode
    }

    private static func show(_ views: [ViewStatus], before: [ViewStatus]?, _ invocation: Invocation) throws {
        if invocation.wantsJSON { return try invocation.console.json(Report(views: views)) }
        if views.isEmpty { invocation.console.note("no view has been built yet; start its processor") }
        for view in views {
            let parked = view.parked == 0 ? "" : ", \(view.parked) parked"
            let building = view.building.map { ", building \($0)" } ?? ""
            let rate = before.flatMap { Self.rate(of: view, since: $0) }.map { ", \($0) a second" } ?? ""
            invocation.console.line("\(view.view) \(view.build): lag \(view.lag)\(rate)\(parked)\(building)")
            for partition in view.partitions {
                invocation.console.line(
                    "  \(partition.topic)/\(partition.partition)  \(partition.offset) of \(partition.end)  "
                        + "lag \(partition.lag)  \(partition.owner ?? "no owner")")
            }
        }
    }

    private static func rate(of view: ViewStatus, since before: [ViewStatus]) -> Int64? {
        guard let earlier = before.first(where: { $0.view == view.view && $0.build == view.build }) else { return nil }
        func total(_ status: ViewStatus) -> Int64 { status.partitions.reduce(0) { $0 + $1.offset } }
        return (total(view) - total(earlier)) * 1_000 / Int64(CommandLineLimits.statusIntervalMilliseconds)
    }
}
