import Engine
import Events
import Foundation
import Kafka
import Postgres
import Supervision
import Telemetry

/// The steps from nothing to ready.
struct DeploymentStarter {
    let options: UpOptions
    let views: ViewRegistry
    let environment: [String: String]
    let directory: DataDirectory
    let supervisor: Supervisor
    let journal: DeploymentJournal

    private var kafka: String { "127.0.0.1:\(options.kafkaPort)" }

    func run() throws -> RunFile {
        // Looked up first, so that a missing program is told before anything is started.
        let programs = try programPaths()
        let processors = try DeployedProcessor.all(
            of: views, in: try Topology.inForce(environment: environment), environment: environment,
            tell: journal.tell)
        try directory.clearMetrics()
        let database = try startPostgres()
        try startBroker(programs)
        try checkSignal()
        try migrate(database)
        try makeTopics()
        let logs = try startProcessors(processors, database)
        try startAPI(programs, database)
        try waitFor(processors, logs)
        let runFile = RunFile(
            kafka: kafka, database: database, api: "http://127.0.0.1:\(options.apiPort)", secretFile: secretFile,
            pid: getpid(), pids: journal.pids)
        try runFile.write(directory.path)
        return runFile
    }

    private func programPaths() throws -> [String: String] {
        var paths: [String: String] = [:]
        for name in ["embedded-broker", "read-api"] {
            paths[name] = try Programs.path(name, environment: environment)
        }
        return paths
    }

    private func startPostgres() throws -> String {
        var configuration = LocalPostgresConfiguration(dataDirectory: directory.path, port: options.postgresPort)
        configuration.maximumConnections = CommandLineLimits.postgresConnections
        let server = try LocalPostgres.start(configuration)
        supervisor.adopt(.postgres(server), running: server.process)
        journal.note(.started(name: "postgres", pid: server.process.pid))
        return server.databaseURL
    }

    private func startBroker(_ programs: [String: String]) throws {
        let arguments = ["--data-dir", directory.broker, "--port", "\(options.kafkaPort)"]
        let broker = kafka
        try supervisor.start(description("embedded-broker", programs, arguments, metrics("embedded-broker"))) {
            var configuration = KafkaConfiguration(brokers: broker, clientId: "tapefold-up")
            configuration.logSink = { _ in }
            guard let admin = try? KafkaAdmin(configuration: configuration) else { return false }
            return (try? admin.listTopics(timeoutMilliseconds: CommandLineLimits.probeMilliseconds)) != nil
        }
    }

    private func migrate(_ database: String) throws {
        let connection = try PostgresConnection.connect(try PostgresConfiguration(url: database))
        try Migrations.run(on: connection)
    }

    private func makeTopics() throws {
        let topology = try Topology.inForce(environment: environment)
        var configuration = KafkaConfiguration(brokers: kafka, clientId: "tapefold-up")
        configuration.logSink = { _ in }
        let admin = try KafkaAdmin(configuration: configuration)
        _ = try TopicsCommand.create(
            topology, admin, replication: 1, timeoutMilliseconds: CommandLineLimits.firstTopicsMilliseconds)
        let wrong = try TopicDifferences.find(topology, admin).filter { found in
            found.differences.contains { if case .partitions = $0 { true } else { false } }
        }
        guard wrong.isEmpty else {
            throw CommandFailure(wrong.flatMap(TopicsCommand.lines).joined(separator: "\n  "))
        }
    }

    /// Where each processor's log stood before it was started.
    private func startProcessors(
        _ processors: [DeployedProcessor], _ database: String
    ) throws -> [String: UInt64] {
        var marks: [String: UInt64] = [:]
        let connection: [String: String?] = ["KAFKA_BROKERS": kafka, "DATABASE_URL": database]
        for processor in processors {
            let name = processor.name
            marks[name] = LogTail.size(supervisor.logPath(name))
            let variables = connection.merging(metrics(name)) { $1 }.merging(instance) { $1 }
            let program = [name: processor.executable]
            try supervisor.start(description(name, program, processor.arguments, variables))
        }
        return marks
    }

    /// Metrics on a free port of each process, written where `status` finds it; `off` is handed on.
    private func metrics(_ name: String) -> [String: String?] {
        guard environment[MetricsSettings.portVariable]?.lowercased() != "off" else { return [:] }
        return [
            MetricsSettings.portVariable: "0",
            MetricsSettings.portFileVariable: MetricsAddress.portFile(of: name, in: directory.path),
        ]
    }

    /// One copy of each processor, always the same member of its group: a restart, also after a crash, gets its lanes back
    /// without waiting for the session of the one before to time out.
    private var instance: [String: String?] {
        let name = WorkerConfiguration.instanceVariable
        guard environment[name]?.isEmpty ?? true else { return [:] }
        return [name: "\(ProcessInfo.processInfo.hostName)-0"]
    }

    private func startAPI(_ programs: [String: String], _ database: String) throws {
        var variables: [String: String?] = [
            "DATABASE_URL": database, "KAFKA_BROKERS": kafka, "TAPEFOLD_HTTP_PORT": nil, "TAPEFOLD_HTTP_HOST": nil,
        ]
        if usesOwnSecret { variables["TAPEFOLD_JWT_SECRET_FILE"] = directory.secretFile }
        let port = options.apiPort
        try supervisor.start(
            description("read-api", programs, ["--host", "127.0.0.1", "--port", "\(port)"], variables)
        ) {
            HTTPProbe.get(port: port, path: "/readyz")?.status == 200
        }
    }

    /// A secret in the environment comes first.
    private var usesOwnSecret: Bool {
        ["TAPEFOLD_JWT_SECRET", "TAPEFOLD_JWT_SECRET_FILE"].allSatisfy { environment[$0]?.isEmpty ?? true }
    }

    private var secretFile: String {
        usesOwnSecret ? directory.secretFile : environment["TAPEFOLD_JWT_SECRET_FILE"] ?? ""
    }

    private func waitFor(_ processors: [DeployedProcessor], _ logs: [String: UInt64]) throws {
        let deadline = ContinuousClock.now + .milliseconds(CommandLineLimits.readyTimeoutMilliseconds)
        var nextWord = ContinuousClock.now + .milliseconds(CommandLineLimits.readyNoteMilliseconds)
        var waiting = processors
        while !waiting.isEmpty {
            try checkSignal()
            waiting.removeAll { isReady($0, from: logs[$0.name] ?? 0) }
            if let failing = waiting.map(\.name).first(where: {
                journal.ends(of: $0) >= CommandLineLimits.startAttempts
            }) {
                throw failure("\(failing) ends again and again", failing)
            }
            if ContinuousClock.now > deadline, let slow = waiting.first?.name {
                throw failure("\(slow) was not ready in time", slow)
            }
            if ContinuousClock.now > nextWord, !waiting.isEmpty {
                journal.tell("not ready yet: \(waiting.map(\.name).joined(separator: ", ")); logs: \(directory.logs)")
                nextWord = .now + .milliseconds(CommandLineLimits.readyNoteMilliseconds)
            }
            usleep(UInt32(CommandLineLimits.readyPollMilliseconds) * 1_000)
        }
    }

    private func isReady(_ processor: DeployedProcessor, from mark: UInt64) -> Bool {
        let path = supervisor.logPath(processor.name)
        return processor.views.allSatisfy { view in
            ["event=ready view=\(view)\n", "\"event\":\"ready\",\"view\":\"\(view)\"}"].contains {
                LogTail.contains($0, path, from: mark)
            }
        }
    }

    private func failure(_ text: String, _ name: String) -> CommandFailure {
        let path = supervisor.logPath(name)
        return CommandFailure("\(text); the end of \(path):\n\(LogTail.lastLines(path))")
    }

    private func checkSignal() throws {
        if Interruption.shared.isRequested { throw Deployment.Interrupted() }
    }

    private func description(
        _ name: String, _ programs: [String: String], _ arguments: [String], _ variables: [String: String?]
    ) -> ChildProcessDescription {
        var description = ChildProcessDescription(name: name, executable: programs[name] ?? name, arguments: arguments)
        description.environment = variables
        description.environment[DataDirectory.marker] = directory.path
        // It means something else to the broker.
        description.environment["TAPEFOLD_DATA_DIR"] = .some(nil)
        return description
    }
}
