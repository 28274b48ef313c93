/// `tapefold config show|check`.
enum ConfigCommand {
    static let show = Command(
        "config show", "Print the settings in force and where each came from, secrets hidden.",
        options: [.json, .dataDirectory], examples: ["tapefold config show"], run: runShow)

    static let check = Command(
        "config check", "Check the settings: can everything be reached, does it promise what it must?",
        discussion:
            "Prints the settings like `config show`, then what Kafka and PostgreSQL promise, each with its remedy. "
            + "Exit code 1 on an error; a warning is none.",
        options: [.json, .dataDirectory], examples: ["tapefold config check"], run: runCheck)

    private struct Entry: Encodable {
        var name: String
        var value: String
        var origin: String
    }

    private struct Report: Encodable {
        var settings: [Entry]
        var checks: [PromiseCheck]?
    }

    private static func runShow(_ invocation: Invocation) throws -> ExitStatusCode {
        let entries = entries(Settings(invocation))
        if invocation.wantsJSON {
            try invocation.console.json(Report(settings: entries))
        } else {
            printEntries(entries, invocation.console)
        }
        return .done
    }

    private static func runCheck(_ invocation: Invocation) throws -> ExitStatusCode {
        let connections = Connections(invocation)
        let entries = entries(connections.settings)
        let checks = ConfigCheck(connections: connections).run()
        if invocation.wantsJSON {
            try invocation.console.json(Report(settings: entries, checks: checks))
        } else {
            printEntries(entries, invocation.console)
            for line in checks.flatMap(\.lines) { invocation.console.line(line) }
        }
        return checks.allSatisfy(\.passed) ? .done : .failed
    }

    private static func entries(_ settings: Settings) -> [Entry] {
        var entries = [
            Entry(name: "data directory", value: settings.dataDirectory.value, origin: settings.dataDirectory.origin)
        ]
        func add(_ name: String, _ setting: Setting?, hidden: Bool = false) {
            let value = setting.map { hidden ? "(hidden)" : Redacted.url($0.value) } ?? "(not set)"
            entries.append(Entry(name: name, value: value, origin: setting?.origin ?? "-"))
        }
        add("KAFKA_BROKERS", settings.kafkaBrokers)
        add("DATABASE_URL", settings.databaseURL)
        add("read API", settings.api)
        let effective = settings.effectiveEnvironment
        if settings.variable("TAPEFOLD_JWT_SECRET") != nil {
            add("TAPEFOLD_JWT_SECRET", settings.variable("TAPEFOLD_JWT_SECRET"), hidden: true)
        } else {
            let own = settings.variable("TAPEFOLD_JWT_SECRET_FILE")
            add(
                "TAPEFOLD_JWT_SECRET_FILE",
                own ?? effective["TAPEFOLD_JWT_SECRET_FILE"].map { Setting($0, from: settings.runFilePath) })
        }
        for name in settings.environment.keys.sorted() where isFurther(name) {
            add(name, settings.variable(name), hidden: isSecret(name))
        }
        return entries
    }

    private static let shown: Set<String> = ["TAPEFOLD_JWT_SECRET", "TAPEFOLD_JWT_SECRET_FILE", "TAPEFOLD_DATA_DIR"]

    private static func isFurther(_ name: String) -> Bool { name.hasPrefix("TAPEFOLD_") && !shown.contains(name) }

    private static func isSecret(_ name: String) -> Bool {
        !name.hasSuffix("_FILE")
            && ["PASSWORD", "SECRET", "KEY", "TOKEN", "SASL_JAAS", "OAUTHBEARER_CONFIG"].contains { name.contains($0) }
    }

    private static func printEntries(_ entries: [Entry], _ console: Console) {
        for entry in entries { console.line("\(entry.name) = \(entry.value)  [\(entry.origin)]") }
    }
}
