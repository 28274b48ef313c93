import Engine
import Events
import Kafka
import Postgres
import ReadAPI

/// `tapefold config show|check`.
enum ConfigCommand {
    static let show = Command(
        "config show", "Print the settings in force and where each came from, secrets hidden.",
        options: [.json, .dataDirectory], examples: ["tapefold config show"], run: runShow)

    static let check = Command(
        "config check", "Check the settings: can everything be reached, is it as it must be?",
        discussion: "Prints the settings like `config show`, then one line a check. Exit code 1 when any fails.",
        options: [.json, .dataDirectory], examples: ["tapefold config check"], run: runCheck)

    private struct Entry: Encodable {
        var name: String
        var value: String
        var origin: String
    }

    private struct Check: Encodable {
        var check: String
        var passed: Bool
        var detail: String
    }

    private struct Report: Encodable {
        var settings: [Entry]
        var checks: [Check]?
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
        let checks = [
            check("topology") { "\(try connections.topology().topics.count) topics" },
            check("token secret") { try secret(connections.settings) },
            check("Kafka") { try kafka(connections) },
            check("topics") { try topics(connections) },
            check("database") { try database(connections) },
            check("migrations") { try migrations(connections) },
        ]
        if invocation.wantsJSON {
            try invocation.console.json(Report(settings: entries, checks: checks))
        } else {
            printEntries(entries, invocation.console)
            for check in checks {
                invocation.console.line("\(check.passed ? "ok  " : "FAIL") \(check.check): \(check.detail)")
            }
            invocation.console.line(
                "Kafka must keep acknowledged events: replication 3, min.insync.replicas 2, "
                    + "unclean.leader.election.enable=false (the embedded broker is one node and fsyncs).")
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
        !name.hasSuffix("_FILE") && ["PASSWORD", "SECRET", "KEY", "TOKEN", "SASL_JAAS"].contains { name.contains($0) }
    }

    private static func printEntries(_ entries: [Entry], _ console: Console) {
        for entry in entries { console.line("\(entry.name) = \(entry.value)  [\(entry.origin)]") }
    }

    private static func check(_ name: String, _ body: () throws -> String) -> Check {
        do {
            return Check(check: name, passed: true, detail: try body())
        } catch {
            return Check(check: name, passed: false, detail: CommandFailure.text(error))
        }
    }

    private static func secret(_ settings: Settings) throws -> String {
        _ = try TokenSecret.load(environment: settings.effectiveEnvironment)
        return "long enough"
    }

    private static func kafka(_ connections: Connections) throws -> String {
        let topics = try connections.admin().listTopics(
            timeoutMilliseconds: CommandLineLimits.connectTimeoutMilliseconds)
        let replication = topics.filter { !$0.name.hasPrefix("__") }.map(\.replicationFactor).min()
        return "reachable" + (replication.map { ", topics have \($0) or more copies" } ?? "")
    }

    private static func topics(_ connections: Connections) throws -> String {
        let found = try TopicDifferences.find(try connections.topology(), try connections.admin())
        guard found.isEmpty else {
            throw CommandFailure(found.flatMap(TopicsCommand.lines).joined(separator: "\n       "))
        }
        return "as the topology says"
    }

    private static func database(_ connections: Connections) throws -> String {
        let version = try connections.database().query("SHOW server_version").text(0, 0)
        return "PostgreSQL \(version)"
    }

    private static func migrations(_ connections: Connections) throws -> String {
        let states = try MigrationRunner(Migrations.all).status(on: try connections.database())
        let pending = states.filter { $0.state == .pending }
        guard pending.isEmpty else {
            throw CommandFailure("\(pending.count) are not applied", remedy: "Run `tapefold db migrate`.")
        }
        return "\(states.count) applied"
    }
}
