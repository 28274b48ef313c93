import Events

/// `tapefold produce <topic> [--file F]`.
enum ProduceCommand {
    static let command = Command(
        "produce", "Send events from JSON lines to a topic.",
        discussion: """
            Each line is a bare data object or a whole CloudEvent. Every line is checked against the topic's schema; a bad
            one is reported with its number and the rest is sent. Ends when all are acknowledged; exit code 1 if any was bad.
            """,
        positionals: PositionalDefinition("topic", "The topic to send to."),
        options: [
            OptionDefinition("file", .text("F"), "JSON lines to send.", default: "standard input"),
            OptionDefinition(
                "source", .eventText("S", .source), "The source of events made of bare data objects.",
                default: "/cli/produce"),
            .flag("dry-run", "Check the lines and send nothing."),
            .json, .dataDirectory,
        ],
        examples: [
            "tapefold produce trades.executed --file trades.jsonl",
            #"echo '{"tradeId":"t1","userId":"demo","symbol":"INFY","exchange":"NSE","side":"BUY","quantity":"10","price":"1500"}' \"#,
            "  | tapefold produce trades.executed",
        ],
        run: run)

    private struct Report: Encodable {
        var topic: String
        var lines = 0
        var sent = 0
        var bad = 0
        var undelivered = 0
    }

    private static func run(_ invocation: Invocation) throws -> ExitStatusCode {
        let connections = Connections(invocation)
        let topology = try connections.topology()
        let (topic, kind) = try knownTopic(invocation.arguments.positionals[0], topology)
        let isDry = invocation.arguments.flag("dry-run")
        let sender = isDry ? nil : try sender(connections, topology, topic.name)
        Interruption.shared.install()
        let checker = ProducedLine(kind, source: invocation.arguments.text("source") ?? "/cli/produce")
        var reader = try LineReader(path: invocation.arguments.text("file"))
        var report = Report(topic: topic.name)
        while !Interruption.shared.isRequested, let line = try reader.next() {
            if case .text(let bytes) = line, bytes.allSatisfy({ $0 == 32 || $0 == 9 }) { continue }
            report.lines += 1
            do {
                let event = try checker.event(line)
                try sender?.send(topic: topic.name, key: event.key, value: event.value, number: reader.number)
            } catch let refusal as ProducedLine.Refusal {
                report.bad += 1
                tell(invocation.console, "line \(reader.number): \(refusal.message)", report.bad)
            }
        }
        try finish(sender, &report, invocation.console)
        try summarise(report, isDry, invocation)
        if Interruption.shared.isRequested { return .interrupted }
        return report.bad + report.undelivered == 0 ? .done : .failed
    }

    /// A topic that this build can check events of.
    private static func knownTopic(_ name: String, _ topology: Topology) throws -> (TopicDefinition, EventKind) {
        let names = EventKind.allCases.map(\.topic)
        guard let topic = topology.topic(named: name) else {
            let hint = Suggestion.nearest(to: name, among: topology.topics.map(\.name))
            throw UsageError("there is no topic \(name) in the topology" + (hint.map { "; did you mean \($0)?" } ?? ""))
        }
        guard let kind = topic.kind else {
            throw CommandFailure(
                "this build has no schema for \(name), so it cannot check events of it",
                remedy: "It takes events of: \(names.joined(separator: ", ")).")
        }
        return (topic, kind)
    }

    private static func sender(
        _ connections: Connections, _ topology: Topology, _ topic: String
    ) throws -> EventSender {
        _ = try connections.existingTopic(topic, try connections.admin())
        return try EventSender(try connections.kafka(), topology: topology)
    }

    private static func finish(_ sender: EventSender?, _ report: inout Report, _ console: Console) throws {
        guard let sender else { return }
        for failure in try sender.finish() { console.note("line \(failure.number): not delivered: \(failure.error)") }
        report.undelivered = sender.failed
        report.sent = sender.sent - sender.failed
    }

    private static func tell(_ console: Console, _ text: String, _ count: Int) {
        if count <= CommandLineLimits.reportedProblems { console.note(text) }
        if count == CommandLineLimits.reportedProblems { console.note("further bad lines are counted, not shown") }
    }

    private static func summarise(_ report: Report, _ isDry: Bool, _ invocation: Invocation) throws {
        if invocation.wantsJSON { return try invocation.console.json(report) }
        let bad = report.bad == 0 ? "" : ", \(report.bad) bad"
        let lost = report.undelivered == 0 ? "" : ", \(report.undelivered) not delivered"
        let done = isDry ? "\(report.lines - report.bad) good" : "\(report.sent) sent to \(report.topic)"
        invocation.console.line("\(counted(report.lines, "line")): \(done)\(bad)\(lost)")
    }
}
