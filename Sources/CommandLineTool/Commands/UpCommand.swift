/// `tapefold up`.
enum UpCommand {
    static let command = Command(
        "up", "Run everything on this machine: PostgreSQL, broker, processors, read API.",
        discussion: """
            Data, logs and the secret for tokens are kept in the data directory; the next `up` on it continues. Prints one line
            when all is ready and runs until SIGTERM or Ctrl-C. Parts that crash are started again. A program with views of its
            own runs these too, as far as the topology in force (TAPEFOLD_TOPOLOGY) wires them.
            """,
        options: UpOptions.definitions + [.json],
        examples: [
            "tapefold up", "tapefold up --data-dir /var/lib/tapefold --api-port 8080",
            "tapefold up --api-port 0 --kafka-port 0 --postgres-port 0 --json",
        ],
        run: run)

    struct Ready: Encodable {
        var ready = true
        var api: String
        var kafka: String
        var database: String
    }

    private static func run(_ invocation: Invocation) throws -> ExitStatusCode {
        Interruption.shared.install()
        let deployment: Deployment
        do {
            deployment = try Deployment.start(
                UpOptions(invocation), views: invocation.views, environment: invocation.environment,
                console: invocation.console)
        } catch is Deployment.Interrupted {
            return Interruption.shared.exitCode
        }
        defer { deployment.stop() }
        let run = deployment.runFile
        if invocation.wantsJSON {
            try invocation.console.json(Ready(api: run.api, kafka: run.kafka, database: run.database))
        } else {
            invocation.console.line(
                "ready: API \(run.api), Kafka \(run.kafka), database \(Redacted.url(run.database)), "
                    + "data in \(deployment.dataPath)")
        }
        try deployment.waitForEnd()
        return Interruption.shared.exitCode
    }
}
