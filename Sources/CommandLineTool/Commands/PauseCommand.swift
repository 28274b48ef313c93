import Engine
import Foundation
import Glibc
import Postgres

/// `tapefold pause` and `tapefold resume`.
enum PauseCommand {
    static let pause = Command(
        "pause", "Let a view, or one lane of it, stand still until it is resumed.",
        discussion: """
            Workers finish the batch in hand, keep their lanes and stay in their group; nothing is lost, lag grows. The \
            pause is kept in the database: it holds over restarts of everything, and over a replay's swap, which \
            itself goes on. Queries are answered as ever.
            """,
        positionals: PositionalDefinition("VIEW", "The view."),
        options: [
            .lane, OptionDefinition("reason", .text("TEXT"), "Why, for whoever looks at `tapefold status`."),
            OptionDefinition("by", .text("NAME"), "Who wants it.", default: "user@host"), .dataDirectory, .json,
        ],
        examples: [
            "tapefold pause positions --reason \"broker cleans up trades of today\"", "tapefold pause market --lane 2",
        ], run: runPause)

    static let resume = Command(
        "resume", "Let a paused view, or one lane of it, go on.",
        discussion: "Without --lane every pause of the view is taken back.",
        positionals: PositionalDefinition("VIEW", "The view."), options: [.lane, .dataDirectory, .json],
        examples: ["tapefold resume positions", "tapefold resume market --lane 2"], run: runResume)

    private struct Paused: Encodable {
        var view: String
        var lane: Int?
        var by: String
        var reason: String
    }

    private struct Resumed: Encodable {
        var view: String
        var lane: Int?
        var resumed: Int
    }

    private static func runPause(_ invocation: Invocation) throws -> ExitStatusCode {
        let connections = Connections(invocation)
        let (view, lane) = try place(invocation, connections)
        let by = invocation.arguments.text("by") ?? DlqRequests.author
        let reason = invocation.arguments.text("reason") ?? ""
        let connection = try connections.migratedDatabase()
        try LanePause.request(view: view, lane: lane, by: by, reason: reason, on: connection)
        if invocation.wantsJSON {
            try invocation.console.json(Paused(view: view, lane: lane, by: by, reason: reason))
        } else {
            invocation.console.line(
                "\(words(view, lane)) is paused; its workers stop folding within a second. "
                    + "`tapefold resume \(view)` lets it go on.")
        }
        return .done
    }

    private static func runResume(_ invocation: Invocation) throws -> ExitStatusCode {
        let connections = Connections(invocation)
        let (view, lane) = try place(invocation, connections)
        let connection = try connections.migratedDatabase()
        let whole = try LanePause.all(of: view, on: connection).first { $0.lane == nil }
        if let lane, let whole {
            throw CommandFailure(
                "the whole of view \(view) was paused by \(whole.by), not lane \(lane) alone",
                remedy: "Resume all of it: `tapefold resume \(view)`; then pause the lanes that are to stay so.")
        }
        let count = try LanePause.takeBack(view: view, lane: lane, on: connection)
        if invocation.wantsJSON {
            try invocation.console.json(Resumed(view: view, lane: lane, resumed: count))
        } else {
            invocation.console.line(count > 0 ? "\(words(view, lane)) goes on" : "\(words(view, lane)) was not paused")
        }
        return .done
    }

    private static func words(_ view: String, _ lane: Int?) -> String {
        lane.map { "lane \($0) of view \(view)" } ?? "view \(view)"
    }

    private static func place(
        _ invocation: Invocation, _ connections: Connections
    ) throws -> (view: String, lane: Int?) {
        let name = invocation.arguments.positionals[0]
        let views = connections.views
        guard views.names.contains(name) else {
            throw UsageError("there is no view \"\(name)\"; views: \(views.names.joined(separator: ", "))")
        }
        let lane = invocation.arguments.integer("lane")
        let lanes = try views.configuration(of: name, in: connections.topology()).lanes
        if let lane, lane >= lanes {
            throw UsageError("view \(name) has the lanes 0 to \(lanes - 1), not \(lane)")
        }
        return (name, lane)
    }
}

extension OptionDefinition {
    static let lane = OptionDefinition("lane", .integer("N", 0...1_023), "Only this lane.", default: "all")
}
