import Engine

/// `tapefold views list|promote|rollback|drop`.
enum ViewsCommand {
    static let list = Command(
        "views list", "List the builds and copies of views.",
        discussion: """
            A build is one set of a view's tables, made by one fold: live (what readers see), building, ready (waits for
            `views promote`), retired (was live), copy (made by `replay --as-of`, in schema api_<name>) or scratch (a verify's).
            """,
        positionals: PositionalDefinition("VIEW", "Only these views.", count: 0...16),
        options: [.dataDirectory, .json], examples: ["tapefold views list", "tapefold views list positions --json"],
        run: runList)

    static let promote = Command(
        "views promote", "Make a finished build live: catch up, then swap as a replay does.",
        positionals: PositionalDefinition(
            "VIEW", "The view, and a build's name if not the newest one that is ready.", count: 1...2),
        options: swapOptions,
        examples: ["tapefold views promote positions", "tapefold views promote positions 1.3 --yes"],
        run: runPromote)

    static let rollback = Command(
        "views rollback", "Make the build live again that was live before.",
        discussion: """
            It is behind: what was folded since is folded into it first, then both swap as in a replay. The build that was live
            is kept, so a second rollback undoes the first. Effects are sent once, whichever build is live.
            """,
        positionals: PositionalDefinition("VIEW", "The view."), options: swapOptions,
        examples: ["tapefold views rollback positions"], run: runRollback)

    static let drop = Command(
        "views drop", "Remove builds that are not live, or copies, with their tables.",
        positionals: PositionalDefinition("VIEW BUILD", "The view, then names of its builds or copies.", count: 2...64),
        options: [Confirmation.option, .dataDirectory, .json],
        examples: ["tapefold views drop positions 1.2", "tapefold views drop positions before_lunch --yes"],
        run: runDrop)

    private static let swapOptions: [OptionDefinition] = [
        Confirmation.option, .flag("force", "Also when no worker serves the view."),
        OptionDefinition("throttle", .integer("N", 1...100_000_000), "At most so many events a second."),
        .dataDirectory, .json,
    ]

    private static func runPromote(_ invocation: Invocation) throws -> ExitStatusCode {
        let build = invocation.arguments.positionals.dropFirst().first
        return try promote(
            .ready(build), "make \(build.map { "build \($0)" } ?? "the build that is ready") live", invocation)
    }

    private static func runRollback(_ invocation: Invocation) throws -> ExitStatusCode {
        try promote(.previous, "make the build live that was live before", invocation)
    }

    private static func promote(
        _ chosen: PromotedBuild, _ action: String, _ invocation: Invocation
    ) throws -> ExitStatusCode {
        let view = try ViewArgument.read(invocation)
        guard try Confirmation.ask("\(action) in view \(view)", invocation) else { return .failed }
        let engine = try EngineRun(invocation)
        var options = ReplayOptions()
        options.needsWorker = !invocation.arguments.flag("force")
        options.eventsPerSecond = invocation.arguments.integer("throttle")
        return try engine {
            ReplayCommand.Result(
                try ReplayRun.promote(
                    chosen, view: view, of: engine.views, configuration: engine.configuration, topology: engine.view,
                    options: options,
                    stop: engine.stop, observer: engine.observer))
        } text: {
            [ReplayCommand.text($0)]
        }
    }

    private struct Dropped: Encodable {
        let view: String
        let dropped: [String]
    }

    private static func runDrop(_ invocation: Invocation) throws -> ExitStatusCode {
        let view = try ViewArgument.read(invocation)
        let connection = try Connections(invocation).database()
        let names = Array(invocation.arguments.positionals.dropFirst())
        let builds = try names.map { try BuildRemoval.find($0, of: view, on: connection) }
        let what = zip(names, builds).map { "\($1.copy == nil ? "build" : "copy") \($0)" }.joined(separator: ", ")
        guard try Confirmation.ask("drop \(what) of view \(view) with all tables", invocation) else { return .failed }
        for build in builds { try BuildRemoval.run(build, on: connection) }
        if invocation.wantsJSON {
            try invocation.console.json(Dropped(view: view, dropped: names))
        } else {
            invocation.console.line("dropped \(what) of view \(view)")
        }
        return .done
    }
}
