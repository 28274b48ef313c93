import Domain
import Foundation
import Importers

/// `tapefold simulate`.
enum SimulateCommand {
    static let command = Command(
        "simulate", "Make realistic events, the same for the same seed, to topics or a file.",
        options: [
            OptionDefinition("events", .integer("N", 0...10_000_000_000), "How many.", default: "100000"),
            OptionDefinition(
                "users", .integer("U", 1...ImportersLimits.maximumSimulatedUsers), "How many users.", default: "1000"),
            OptionDefinition(
                "symbols", .integer("S", 1...ImportersLimits.maximumSimulatedSymbols), "How many symbols.",
                default: "50"),
            OptionDefinition("seed", .integer("X", 0...Int.max), "Another seed, other events.", default: "1"),
            OptionDefinition(
                "kind", .choice(SimulatorOptions.Kind.allCases.map(\.rawValue)),
                "Which events: days is all that people and exchanges do.", default: "days"),
            OptionDefinition("days", .integer("D", 1...2_000), "Trading days they are spread over.", default: "5"),
            OptionDefinition("first-day", .text("DATE"), "The first of them.", default: "2026-01-05"),
            OptionDefinition(
                "ticks", .integer("P", 0...1_000), "Of kind days: P in a thousand events of open markets are ticks.",
                default: "600"),
            OptionDefinition("to", .choice(["topics", "file"]), "Where they go.", default: "topics"),
            OptionDefinition("out", .text("FILE"), "The file of JSON lines (- for standard output); means --to file."),
            OptionDefinition("rate", .integer("R", 1...10_000_000), "At most R events a second."),
            OptionDefinition(
                "speed", .text("60x"), "Send by the events' own clock, so many times as fast as real; nights are cut."),
            OptionDefinition(
                "disorder", .choice(SimulatedDisorder.presets.map(\.name)),
                "How much is sent twice, late or to the wrong partition; the next four set each.", default: "none"),
            OptionDefinition("duplicates", .integer("P", 0...1_000), "Send P in a thousand twice."),
            OptionDefinition("out-of-order", .integer("P", 0...1_000), "Send P in a thousand a little late."),
            OptionDefinition("late", .integer("P", 0...1_000), "Send P in a thousand much too late."),
            OptionDefinition("misplaced", .integer("P", 0...1_000), "Send P in a thousand under a wrong key."),
            .json, .dataDirectory,
        ],
        examples: [
            "tapefold simulate --events 100000 --users 1000 --symbols 50 --seed 7",
            "tapefold simulate --events 200000 --days 1 --speed 60x",
            "tapefold simulate --kind trades --events 1000000 --out trades.jsonl",
        ],
        run: run)

    private struct Report: Encodable {
        var events: Int
        var undelivered = 0
        var milliseconds: Int
    }

    private static func run(_ invocation: Invocation) throws -> ExitStatusCode {
        let options = try options(invocation.arguments)
        if let fault = options.fault { throw UsageError(fault) }
        let file = try file(invocation.arguments)
        Interruption.shared.install()
        let started = ContinuousClock.now
        var pace = SimulatedPace(
            perSecond: invocation.arguments.integer("rate"), speed: try speed(invocation.arguments),
            progress: SimulateProgress(
                invocation.console, total: options.events, isQuiet: invocation.wantsJSON || file == "-"))
        var report = Report(events: 0, milliseconds: 0)
        do {
            if let file {
                report.events = try write(options, to: file, &pace)
            } else {
                try send(options, Connections(invocation), &pace, &report)
            }
        } catch is SimulatedPace.Interrupted {
            pace.progress.end()
            return Interruption.shared.exitCode
        } catch is ReaderLeft {
            return .done
        }
        pace.progress.end()
        report.milliseconds = Int((ContinuousClock.now - started) / .milliseconds(1))
        try tell(report, invocation, file)
        return report.undelivered == 0 ? .done : .failed
    }

    static func options(_ arguments: ParsedArguments) throws(UsageError) -> SimulatorOptions {
        var options = SimulatorOptions(
            events: arguments.integer("events") ?? 100_000, users: arguments.integer("users") ?? 1_000,
            symbols: arguments.integer("symbols") ?? 50, seed: UInt64(arguments.integer("seed") ?? 1),
            kind: arguments.text("kind").flatMap(SimulatorOptions.Kind.init) ?? .days,
            ticksPerMille: arguments.integer("ticks") ?? 600, days: arguments.integer("days") ?? 5)
        if let text = arguments.text("first-day") {
            guard let day = CivilDate(parsing: text) else {
                throw UsageError("--first-day \"\(text)\" is no day: write it as 2026-01-05")
            }
            options.firstDay = day
        }
        options.disorder = disorder(arguments)
        return options
    }

    private static func disorder(_ arguments: ParsedArguments) -> SimulatedDisorder {
        var disorder = SimulatedDisorder.presets.first { $0.name == arguments.text("disorder") }?.value ?? .none
        if let part = arguments.integer("duplicates") { disorder.duplicatesPerMille = part }
        if let part = arguments.integer("out-of-order") { disorder.outOfOrderPerMille = part }
        if let part = arguments.integer("late") { disorder.latePerMille = part }
        if let part = arguments.integer("misplaced") { disorder.misplacedPerMille = part }
        return disorder
    }

    /// Where to write, nil for topics.
    private static func file(_ arguments: ParsedArguments) throws(UsageError) -> String? {
        let out = arguments.text("out")
        switch arguments.text("to") {
        case "topics"? where out != nil: throw UsageError("--to topics has no --out: say one of the two")
        case "file"?: return out ?? "-"
        default: return out
        }
    }

    private static func speed(_ arguments: ParsedArguments) throws(UsageError) -> Int? {
        guard let text = arguments.text("speed") else { return nil }
        let digits = text.hasSuffix("x") ? String(text.dropLast()) : text
        guard let speed = Int(digits), CommandLineLimits.simulatedSpeeds.contains(speed) else {
            let limits = CommandLineLimits.simulatedSpeeds
            throw UsageError(
                "--speed \"\(text)\" is no speed: say how many times as fast as real, \(limits.lowerBound)x to "
                    + "\(limits.upperBound)x")
        }
        return speed
    }

    private static func write(
        _ options: SimulatorOptions, to path: String, _ pace: inout SimulatedPace
    ) throws -> Int {
        var file = try LineFile(path)
        var simulator = Simulator(options)
        var count = 0
        var waiting = pace
        try simulator.runTimed { (now, _, _, value) throws in
            try waiting.step(now)
            try file.append(value)
            count += 1
        }
        try file.finish()
        pace = waiting
        return count
    }

    private static func send(
        _ options: SimulatorOptions, _ connections: Connections, _ pace: inout SimulatedPace, _ report: inout Report
    ) throws {
        let topology = try connections.topology()
        _ = try connections.existingTopic("trades.executed", try connections.admin())
        let sender = try EventSender(try connections.kafka(), topology: topology)
        var simulator = Simulator(options)
        var number: UInt64 = 0
        var waiting = pace
        var interrupted = false
        do {
            try simulator.runTimed { (now, topic, key, value) throws in
                try waiting.step(now)
                number += 1
                try sender.send(topic: topic, key: key, value: value, number: number)
            }
        } catch is SimulatedPace.Interrupted {
            // What was handed over already is still delivered: an interrupted run is the beginning of a whole one.
            interrupted = true
        }
        for failure in try sender.finish() {
            connections.console.note("event \(failure.number): not delivered: \(failure.error)")
        }
        report.undelivered = sender.failed
        report.events = sender.sent - sender.failed
        pace = waiting
        if interrupted {
            connections.console.note("interrupted behind \(report.events) events; the same command adds the rest")
            throw SimulatedPace.Interrupted()
        }
    }

    private static func tell(_ report: Report, _ invocation: Invocation, _ file: String?) throws {
        // Standard output may be the events' own.
        if file == "-" { return }
        if invocation.wantsJSON { return try invocation.console.json(report) }
        let rate = report.events * 1_000 / max(1, report.milliseconds)
        invocation.console.line("\(report.events) events in \(report.milliseconds) ms (\(rate) a second)")
    }
}
