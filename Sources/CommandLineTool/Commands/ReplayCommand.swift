import Domain
import Engine
import Foundation

/// `tapefold replay VIEW`.
enum ReplayCommand {
    static let command = Command(
        "replay", "Rebuild a view from the topics, beside the live one, and swap.",
        discussion: """
            Folds the whole log into a new build while readers and workers go on with the live one, then makes it live in one
            transaction. Interrupted, it leaves the live build as it was; the next replay goes on where it stopped.

            With --as-of or --as-of-offsets it makes a named copy instead, which never goes live: the view as a part of its
            log makes it. Its relations are in schema api_<name>; `views list` shows it, `views drop` removes it.
            """,
        positionals: ViewArgument.definition,
        options: [
            .flag("fresh", "Start anew instead of going on with an interrupted replay."),
            .flag("no-swap", "Leave the build ready; `views promote` makes it live."),
            .flag("force", "Swap although no worker serves the view."),
            OptionDefinition(
                "keep", .integer("N", 0...100), "Builds that were live before and are kept.",
                default: "\(EngineLimits.keptBuilds)"),
            OptionDefinition("throttle", .integer("N", 1...100_000_000), "At most so many events a second."),
            OptionDefinition(
                "memory", .integer("MB", 1...1_048_576), "What it may remember before it goes on with indexes, slower.",
                default: "\(EngineLimits.rebuildMegabytes)"),
            OptionDefinition("as-of", .text("TIME"), "Copy: the events whose own time is not after this (RFC 3339)."),
            OptionDefinition(
                "as-of-offsets", .text("POSITIONS"),
                "Copy: the records before topic/partition@offset,… of all partitions."),
            OptionDefinition("as-of-offsets-file", .text("FILE"), "The same, from a file."),
            OptionDefinition("name", .text("N"), "The copy's name.", default: "made of the view and the point"),
            .dataDirectory, .json,
        ],
        examples: [
            "tapefold replay positions", "tapefold replay market --no-swap --throttle 20000",
            "tapefold replay positions --as-of 2026-01-15T10:00:00Z --name before_lunch",
        ], run: run)

    struct Result: Encodable {
        let view: String
        let build: String
        let replaced: String?
        let live: Bool
        let records: Int
        let seconds: Double
        let recordsPerSecond: Int
        let resumed: Bool
        let parked: Int
        let skipped: Int
        let spilled: Bool
        let heldLanes: Bool

        init(_ summary: ReplaySummary) {
            view = summary.view
            build = summary.build
            replaced = summary.replaced
            live = summary.isLive
            records = summary.records
            seconds = summary.seconds
            recordsPerSecond = summary.seconds > 0 ? Int(Double(summary.records) / summary.seconds) : 0
            resumed = summary.wasResumed
            parked = summary.parked
            skipped = summary.skipped
            spilled = summary.hasSpilled
            heldLanes = summary.hasHeldLanes
        }
    }

    private static func run(_ invocation: Invocation) throws -> ExitStatusCode {
        let cut = try CopyOptions(invocation.arguments)
        let options = try options(invocation.arguments, isCopy: cut != nil)
        let engine = try EngineRun(invocation)
        if let cut { return try copy(cut, options, engine) }
        return try engine {
            Result(
                try ReplayRun.run(
                    view: engine.view.name, of: engine.views, configuration: engine.configuration,
                    topology: engine.view,
                    options: options, stop: engine.stop, observer: engine.observer))
        } text: {
            [text($0)]
        }
    }

    private static func options(_ arguments: ParsedArguments, isCopy: Bool) throws -> ReplayOptions {
        let live = ["no-swap", "force"].filter(arguments.flag) + (arguments.text("keep") == nil ? [] : ["keep"])
        if isCopy, let first = live.first {
            throw UsageError("--\(first) is about builds that go live, and a copy never does")
        }
        var options = ReplayOptions()
        options.startsAnew = arguments.flag("fresh")
        options.goesLive = !arguments.flag("no-swap")
        options.needsWorker = !arguments.flag("force")
        options.keptBuilds = arguments.integer("keep") ?? options.keptBuilds
        options.eventsPerSecond = arguments.integer("throttle")
        options.memoryMegabytes = arguments.integer("memory") ?? options.memoryMegabytes
        return options
    }

    static func text(_ result: Result) -> String {
        var text = "view \(result.view): build \(result.build) is \(result.live ? "live" : "ready")"
        if let replaced = result.replaced { text += " in place of \(replaced)" }
        text +=
            "; \(result.records) records in \(String(format: "%.1f", result.seconds)) s (\(result.recordsPerSecond)/s)"
        if result.resumed { text += ", continued from an interrupted replay" }
        if result.spilled { text += ", in part with indexes: it would have taken more memory than --memory" }
        if result.heldLanes { text += "; live lanes were held for moments to overtake them" }
        if result.parked > 0 { text += "; \(result.parked) events parked" }
        if result.skipped > 0 { text += "; \(result.skipped) bad records skipped" }
        if !result.live { text += "; `tapefold views promote \(result.view) \(result.build)` makes it live" }
        return text
    }
}
