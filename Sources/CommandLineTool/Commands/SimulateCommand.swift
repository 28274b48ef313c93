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
                "kind", .choice(SimulatorOptions.Kind.allCases.map(\.rawValue)), "Which events.", default: "mixed"),
            OptionDefinition("days", .integer("D", 1...2_000), "Trading days they are spread over.", default: "5"),
            OptionDefinition("out", .text("FILE"), "Write JSON lines there (- for standard output), not to Kafka."),
            OptionDefinition("rate", .integer("R", 1...10_000_000), "At most R events a second."),
            OptionDefinition("duplicates", .integer("P", 0...1_000), "Send P in a thousand twice.", default: "0"),
            OptionDefinition("out-of-order", .integer("P", 0...1_000), "Send P in a thousand late.", default: "0"),
            .json, .dataDirectory,
        ],
        examples: [
            "tapefold simulate --events 100000 --users 1000 --symbols 50 --seed 7",
            "tapefold simulate --kind trades --events 1000000 --out trades.jsonl",
        ],
        run: run)

    private struct Report: Encodable {
        var events: Int
        var undelivered = 0
        var milliseconds: Int
    }

    private static func run(_ invocation: Invocation) throws -> ExitStatusCode {
        let options = options(invocation.arguments)
        if let fault = options.fault { throw UsageError(fault) }
        Interruption.shared.install()
        let started = ContinuousClock.now
        var pace = Pace(perSecond: invocation.arguments.integer("rate"))
        var report = Report(events: 0, milliseconds: 0)
        do {
            if let file = invocation.arguments.text("out") {
                report.events = try write(options, to: file, &pace)
            } else {
                try send(options, Connections(invocation), &pace, &report)
            }
        } catch is Interrupted {
            return .interrupted
        }
        report.milliseconds = Int((ContinuousClock.now - started) / .milliseconds(1))
        try tell(report, invocation)
        return report.undelivered == 0 ? .done : .failed
    }

    static func options(_ arguments: ParsedArguments) -> SimulatorOptions {
        SimulatorOptions(
            events: arguments.integer("events") ?? 100_000, users: arguments.integer("users") ?? 1_000,
            symbols: arguments.integer("symbols") ?? 50, seed: UInt64(arguments.integer("seed") ?? 1),
            kind: arguments.text("kind").flatMap(SimulatorOptions.Kind.init) ?? .mixed,
            duplicatesPerMille: arguments.integer("duplicates") ?? 0,
            outOfOrderPerMille: arguments.integer("out-of-order") ?? 0, days: arguments.integer("days") ?? 5)
    }

    private struct Interrupted: Error {}

    private static func write(_ options: SimulatorOptions, to path: String, _ pace: inout Pace) throws -> Int {
        var file = try LineFile(path)
        var simulator = Simulator(options)
        var count = 0
        var waiting = pace
        try simulator.run { (_, _, value) throws in
            if Interruption.shared.isRequested { throw Interrupted() }
            waiting.step()
            try file.append(value)
            count += 1
        }
        try file.finish()
        pace = waiting
        return count
    }

    private static func send(
        _ options: SimulatorOptions, _ connections: Connections, _ pace: inout Pace, _ report: inout Report
    ) throws {
        let topology = try connections.topology()
        _ = try connections.existingTopic("trades.executed", try connections.admin())
        let sender = try EventSender(try connections.kafka(), topology: topology)
        var simulator = Simulator(options)
        var number: UInt64 = 0
        var waiting = pace
        try simulator.run { (topic, key, value) throws in
            if Interruption.shared.isRequested { throw Interrupted() }
            waiting.step()
            number += 1
            try sender.send(topic: topic, key: key, value: value, number: number)
        }
        for failure in try sender.finish() {
            connections.console.note("event \(failure.number): not delivered: \(failure.error)")
        }
        report.undelivered = sender.failed
        report.events = sender.sent - sender.failed
        pace = waiting
    }

    private static func tell(_ report: Report, _ invocation: Invocation) throws {
        // Standard output may be the events' own.
        if invocation.arguments.text("out") == "-" { return }
        if invocation.wantsJSON { return try invocation.console.json(report) }
        let rate = report.events * 1_000 / max(1, report.milliseconds)
        invocation.console.line("\(report.events) events in \(report.milliseconds) ms (\(rate) a second)")
    }
}

/// Keeps a loop to so many steps a second, in bursts of a few milliseconds.
struct Pace {
    private let perSecond: Int?
    private let started = ContinuousClock.now
    private var steps = 0

    init(perSecond: Int?) {
        self.perSecond = perSecond
    }

    mutating func step() {
        guard let perSecond else { return }
        steps += 1
        let due = started + .microseconds(steps * 1_000_000 / perSecond)
        let early = due - ContinuousClock.now
        if early > .milliseconds(2) { usleep(UInt32(early / .microseconds(1))) }
    }
}
