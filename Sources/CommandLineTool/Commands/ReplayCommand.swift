import Engine
import Foundation

/// `tapefold replay VIEW`.
enum ReplayCommand {
    static let command = Command(
        "replay", "Rebuild a view from the topics, beside the live one, and swap.",
        discussion: """
            Folds the whole log into a new build while readers and workers go on with the live one, then makes it live in one
            transaction. Interrupted, it leaves the live build as it was; the next replay goes on where it stopped.
            """,
        positionals: ViewArgument.definition,
        options: [
            .flag("fresh", "Start anew instead of going on with an interrupted replay."), .dataDirectory, .json,
        ],
        examples: ["tapefold replay positions", "tapefold replay market --json"], run: run)

    struct Result: Encodable {
        let view: String
        let build: String
        let replaced: String?
        let records: Int
        let seconds: Double
        let recordsPerSecond: Int
        let resumed: Bool
        let parked: Int

        init(_ summary: ReplaySummary) {
            view = summary.view
            build = summary.build
            replaced = summary.replaced
            records = summary.records
            seconds = summary.seconds
            recordsPerSecond = summary.seconds > 0 ? Int(Double(summary.records) / summary.seconds) : 0
            resumed = summary.wasResumed
            parked = summary.parked
        }
    }

    private static func run(_ invocation: Invocation) throws -> ExitStatusCode {
        StopSignal.catchSignals()
        let (configuration, view) = try Connections(invocation).worker(try ViewArgument.read(invocation))
        let progress = ProgressLine(invocation.console, isQuiet: invocation.wantsJSON)
        defer { progress.end() }
        return try orInterrupted(invocation, note: "the live build is as it was; the next replay goes on") {
            let summary = try ReplayRun.run(
                view: view.name, of: invocation.views, configuration: configuration, topology: view,
                fresh: invocation.arguments.flag("fresh"), stop: StopSignal(), observer: { progress.show($0) })
            progress.end()
            return try print(Result(summary), invocation)
        }
    }

    private static func print(_ result: Result, _ invocation: Invocation) throws -> ExitStatusCode {
        if invocation.wantsJSON {
            try invocation.console.json(result)
        } else {
            invocation.console.line(text(result))
        }
        return .done
    }

    static func text(_ result: Result) -> String {
        var text = "view \(result.view): build \(result.build) is live"
        if let replaced = result.replaced { text += " in place of \(replaced)" }
        text +=
            "; \(result.records) records in \(String(format: "%.1f", result.seconds)) s (\(result.recordsPerSecond)/s)"
        if result.resumed { text += ", continued from an interrupted replay" }
        if result.parked > 0 { text += "; \(result.parked) events parked" }
        return text
    }
}
