import Domain
import Events
import Importers

/// `tapefold import tradebook|nse-history`.
enum ImportCommand {
    static let tradebook = Command(
        "import tradebook", "Import Zerodha Console tradebooks (CSV) as executions.",
        discussion: """
            Ids come from the rows: importing a file again, or one that overlaps it, adds nothing. A bad row is reported with
            line, column, value and remedy, a file that can't be read with the reason; the rest is sent and the exit code is 1.
            With --strict nothing is sent then.
            """,
        positionals: files,
        options: [
            OptionDefinition("user", .eventText("U", .identifier), "Whose trades these are.", default: "demo"),
            OptionDefinition("account", .eventText("A", .label), "Which of the user's accounts.", default: "main"),
        ] + common,
        examples: [
            "tapefold import tradebook tradebook-EQ.csv --user asha",
            "tapefold import tradebook *.csv --user asha --dry-run",
        ],
        run: {
            try run($0, .tradebook(user: $0.arguments.text("user") ?? "demo", account: $0.arguments.text("account")))
        })

    static let history = Command(
        "import nse-history", "Import price histories (CSV, minutes or days) as ticks.",
        discussion: """
            Reads Code,Date,Open,High,Low,Close,Volume with times in Asia/Kolkata, and NSE's daily layout. A bar becomes four
            ticks; the last carries its volume. Bad rows are treated as by `import tradebook`.
            """,
        positionals: files,
        options: [
            OptionDefinition("exchange", .eventText("E", .exchange), "Where the symbols trade.", default: "NSE"),
            OptionDefinition(
                "bar-minutes", .integer("M", 1...375), "How long an intraday bar is.",
                default: "the smallest step in the file"),
        ] + common,
        examples: ["tapefold import nse-history INFY.csv TCS.csv"],
        run: {
            try run(
                $0,
                .history(
                    exchange: $0.arguments.text("exchange") ?? InstrumentKey.defaultExchange,
                    barMinutes: $0.arguments.integer("bar-minutes")))
        })

    private static let files = PositionalDefinition("FILE", "CSV files.", count: 1...10_000)
    private static let common: [OptionDefinition] = [
        .flag("strict", "Send nothing if any file or any row is bad."),
        .flag("dry-run", "Read and check, send nothing."),
        .json, .dataDirectory,
    ]

    private static func run(_ invocation: Invocation, _ kind: ImportKind) throws -> ExitStatusCode {
        let files = invocation.arguments.positionals
        let isDry = invocation.arguments.flag("dry-run")
        Interruption.shared.install()
        var report = ImportReport(files: [])
        if isDry || invocation.arguments.flag("strict") {
            report = try FileImport.read(files, kind, invocation.console) { _ in }
            if isDry || report.rejected + report.unreadable > 0 {
                report.isStrictRefusal = !isDry
                return try finish(report, invocation)
            }
        }
        let connections = Connections(invocation)
        let topology = try connections.topology()
        _ = try connections.existingTopic(kind.topic, try connections.admin())
        let sender = try EventSender(try connections.kafka(), topology: topology)
        var number: UInt64 = 0
        report = try FileImport.read(files, kind, invocation.console) { event in
            number += 1
            try sender.send(topic: event.topic, key: event.key, value: event.value, number: number)
        }
        for failure in try sender.finish() {
            invocation.console.note("event \(failure.number): not delivered: \(failure.error)")
        }
        report.undelivered = sender.failed
        report.sent = sender.sent - sender.failed
        return try finish(report, invocation)
    }

    private static func finish(_ report: ImportReport, _ invocation: Invocation) throws -> ExitStatusCode {
        if invocation.wantsJSON {
            try invocation.console.json(report)
        } else {
            for file in report.files {
                invocation.console.line(
                    "\(file.file): \(counted(file.accepted, "row")) accepted, \(file.rejected) rejected"
                        + (file.failure == nil ? "" : ", the rest unread"))
            }
            let refusal = report.isStrictRefusal ? " (--strict: correct what stands above, or leave --strict out)" : ""
            let lost = report.undelivered == 0 ? "" : ", \(report.undelivered) not delivered"
            invocation.console.line("\(counted(report.sent, "event")) sent\(lost)\(refusal)")
        }
        if Interruption.shared.isRequested { return .interrupted }
        return report.rejected + report.unreadable + report.undelivered == 0 ? .done : .failed
    }
}
