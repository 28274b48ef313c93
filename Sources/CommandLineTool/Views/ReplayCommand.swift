import Engine
import Events
import Foundation

/// `tapefold replay <view>`.
enum ReplayCommand {
    static let command = Command(
        "replay", "Build a view anew from its topics, beside the live one, and swap.",
        discussion: """
            Readers and workers go on with the live build until the new one has caught up; then both change over at once. An
            interrupted rebuild leaves the live build untouched and is gone on with by the next one.
            """,
        positionals: PositionalDefinition("view", "The view: \(ViewRegistry.names.joined(separator: ", "))."),
        options: [.flag("fresh", "Begin anew, not where an interrupted rebuild stopped."), .json, .dataDirectory],
        examples: ["tapefold replay positions"], run: run)

    struct Report: Encodable {
        var view: String
        var build: String
        var replaced: String?
        var records: Int
        var seconds: Double
        var resumed: Bool
        var parked: Int
    }

    private static func run(_ invocation: Invocation) throws -> ExitStatusCode {
        Interruption.shared.install()
        let name = invocation.arguments.positionals[0]
        guard ViewRegistry.names.contains(name) else {
            let hint = Suggestion.nearest(to: name, among: ViewRegistry.names).map { "; did you mean \($0)?" } ?? ""
            throw UsageError("there is no view \(name)\(hint)")
        }
        let progress = ProgressLine(invocation.console)
        let report: Report
        do {
            report = try replay(
                name, Connections(invocation), fresh: invocation.arguments.flag("fresh"), progress: progress)
        } catch {
            progress.finish()
            guard Interruption.shared.isRequested else { throw error }
            invocation.console.note("interrupted; the live build is as it was, the next replay goes on from here")
            return .interrupted
        }
        progress.finish()
        if invocation.wantsJSON {
            try invocation.console.json(report)
        } else {
            invocation.console.line(text(report))
        }
        return .done
    }

    static func text(_ report: Report) -> String {
        let seconds = String(format: "%.1f", report.seconds)
        let replaced = report.replaced.map { " for \($0)" } ?? ""
        let parked = report.parked == 0 ? "" : ", \(report.parked) parked"
        return "\(report.view) \(report.build) is live\(replaced): \(report.records) records in \(seconds) s\(parked)"
    }

    static func replay(
        _ view: String, _ connections: Connections, fresh: Bool, progress: ProgressLine
    ) throws -> Report {
        let configuration = try WorkerConfiguration.fromEnvironment(
            connections.settings.effectiveEnvironment, view: view)
        let summary = try ReplayRun.run(
            view: view, configuration: configuration,
            topology: try ViewRegistry.configuration(of: view, in: try connections.topology()), fresh: fresh,
            stop: EngineStop.signal()
        ) { progress.show($0) }
        return Report(
            view: summary.view, build: summary.build, replaced: summary.replaced, records: summary.records,
            seconds: summary.seconds, resumed: summary.wasResumed, parked: summary.parked)
    }
}

/// Hands an interruption on to the engine.
enum EngineStop {
    static func signal() -> StopSignal {
        let stop = StopSignal()
        Thread.detachNewThread {
            while !Interruption.shared.isRequested { Interruption.shared.pause(milliseconds: 1_000) }
            stop.set()
        }
        return stop
    }
}
