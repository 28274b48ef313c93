import Engine
import Foundation
import Glibc
import Telemetry

/// `tapefold status`.
enum StatusCommand {
    static let command = Command(
        "status", "Show where each view stands: build, offsets, lag, owners, parked keys, pauses, replays.",
        discussion: """
            Lag is in records and, in brackets, in seconds between the times of the newest event and of the last one \
            folded. A rate needs two readings: --watch and --over take them, a single look shows none. Partitions are \
            listed of views that are named; of others only those with lag, without an owner or paused.
            """,
        positionals: PositionalDefinition("VIEW", "Only these views.", count: 0...16),
        options: [
            .flag("watch", "Show it again every second until Ctrl-C; lines where the output is no terminal."),
            OptionDefinition(
                "over", .integer("SECONDS", 1...600), "Look twice, so many seconds apart, and show rates between."),
            .dataDirectory, .json,
        ],
        examples: [
            "tapefold status", "tapefold status --watch", "tapefold status --over 10",
            "tapefold status positions --json",
        ], run: run)

    private struct Result: Encodable {
        let views: [StatusView]
        /// Processes of a running `up`, with the addresses of their metrics.
        let processes: [MetricsAddress]
    }

    private static func run(_ invocation: Invocation) throws -> ExitStatusCode {
        let connections = Connections(invocation)
        var reader = try StatusReader(try names(invocation), connections)
        Interruption.shared.install()
        if invocation.arguments.flag("watch") { return try watch(&reader, invocation) }
        var views = try reader.read()
        if let seconds = invocation.arguments.integer("over") {
            Interruption.shared.pause(milliseconds: seconds * 1_000)
            if Interruption.shared.isRequested { return Interruption.shared.exitCode }
            views = try reader.read()
        }
        let processes = MetricsAddress.all(connections.settings)
        if invocation.wantsJSON {
            try invocation.console.json(Result(views: views, processes: processes))
        } else {
            for line in lines(views, processes, invocation) { invocation.console.line(line) }
        }
        return .done
    }

    private static func names(_ invocation: Invocation) throws -> [String] {
        let views = invocation.views.names
        for name in invocation.arguments.positionals where !views.contains(name) {
            throw UsageError("there is no view \"\(name)\"; views: \(views.joined(separator: ", "))")
        }
        return invocation.arguments.positionals.isEmpty ? views : invocation.arguments.positionals
    }

    private static func lines(
        _ views: [StatusView], _ processes: [MetricsAddress], _ invocation: Invocation
    ) -> [String] {
        guard !views.isEmpty else { return ["no view has a live build yet; start its processor"] }
        let isNamed = !invocation.arguments.positionals.isEmpty
        return views.flatMap { $0.lines(isWhole: isNamed) } + processes.map { "metrics of \($0.name): \($0.metrics)" }
    }

    /// Reads on through restarts of broker and database: to see them come back is what one watches for.
    private static func watch(_ reader: inout StatusReader, _ invocation: Invocation) throws -> ExitStatusCode {
        let screen = StatusScreen(invocation.console)
        while !Interruption.shared.isRequested, !invocation.console.isOutputLost {
            do {
                let views = try reader.read()
                let processes = MetricsAddress.all(Settings(invocation))
                if invocation.wantsJSON {
                    try invocation.console.json(Result(views: views, processes: processes))
                } else {
                    screen.show(lines(views, processes, invocation), brief: views.map(\.head))
                }
            } catch {
                let text = CommandFailure.text(error)
                if invocation.wantsJSON { invocation.console.note(text) } else { screen.show([text], brief: [text]) }
            }
            Interruption.shared.pause(milliseconds: CommandLineLimits.statusMilliseconds)
        }
        screen.end()
        return Interruption.shared.exitCode
    }
}

/// A terminal that is drawn over, or lines with their time where there is none.
private struct StatusScreen {
    private let console: Console
    private let isTerminal = isatty(STDOUT_FILENO) == 1

    init(_ console: Console) { self.console = console }

    func show(_ lines: [String], brief: [String]) {
        guard isTerminal else {
            for line in brief { console.line("\(LogLine.now())  \(line)") }
            return
        }
        // Home, each line cleared to its end, then whatever stood below: no flicker.
        let text = lines.map { "\($0)\u{1B}[K\n" }.joined()
        console.write(Array("\u{1B}[H\(text)\u{1B}[J".utf8))
    }

    func end() {
        if isTerminal { console.write(Array("\n".utf8)) }
    }
}
