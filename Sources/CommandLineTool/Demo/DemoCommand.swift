import Engine
import Events
import Foundation
import Kafka
import Postgres

/// `tapefold demo`.
enum DemoCommand {
    static let command = Command(
        "demo", "Start everything, send events, rebuild a view, verify all and show where to look.",
        discussion: """
            Takes the simulator's events, or with --data the real ones in PATH/nse-minute-2016 and PATH/tradebooks. Stays up
            until interrupted; with --once it stops and exits 0 only if every check held.
            """,
        options: [
            OptionDefinition("data", .text("PATH"), "A folder with real data.", default: "simulated events"),
            .flag("once", "Stop when done."),
            OptionDefinition(
                "events", .integer("N", 1...100_000_000), "How many events to simulate.",
                default: "\(CommandLineLimits.defaultDemoEvents)"),
            .json,
        ] + UpOptions.definitions,
        examples: ["tapefold demo", "tapefold demo --data ../shared/data --once --json"], run: run)

    private static func run(_ invocation: Invocation) throws -> ExitStatusCode {
        Interruption.shared.install()
        let files = try invocation.arguments.text("data").map { try DemoFiles(folder: $0) }
        do {
            invocation.console.note("starting PostgreSQL, broker, processors and read API …")
            let deployment = try Deployment.start(
                UpOptions(invocation, yields: true), views: .standard, environment: invocation.environment,
                console: invocation.console)
            defer { deployment.stop() }
            return try show(deployment, files, invocation)
        } catch is Deployment.Interrupted {
            return Interruption.shared.exitCode
        }
    }

    private static func show(
        _ deployment: Deployment, _ files: DemoFiles?, _ invocation: Invocation
    ) throws -> ExitStatusCode {
        let settings = Settings(
            environment: deployment.environment(over: invocation.environment), dataDirectory: deployment.dataPath)
        let run = DemoRun(
            connections: Connections(settings: settings, console: invocation.console), deployment: deployment)
        let summary = try run.run(
            files: files,
            events: invocation.arguments.integer("events") ?? CommandLineLimits.defaultDemoEvents)
        if !invocation.wantsJSON { run.describe(summary) }
        if !invocation.arguments.flag("once") { run.pointOut(summary) }
        if invocation.wantsJSON { try invocation.console.json(summary) }
        if invocation.arguments.flag("once") { return summary.verified ? .done : .failed }
        try deployment.waitForEnd()
        return Interruption.shared.exitCode
    }
}
