import Engine
import Events
import Foundation
import Kafka
import Postgres
import Supervision

/// A broker, a database and workers, each a process of its own that a test may kill and start again.
///
/// What it starts ends with `stop()`, at the latest with its last reference; a killed test takes its processes along.
final class Stack {
    let folder: String
    let postgres: TemporaryPostgres
    let databaseURL: String
    let topology: Topology
    private(set) var brokers = ""
    private var broker: ChildProcess?
    private var brokerPort = 0
    private(set) var workers: [Worker] = []
    private var cachedConnection: PostgresConnection?
    private var cachedAdmin: KafkaAdmin?
    private var serial = 0
    let surroundings: Surroundings
    private let brokerFolder: String

    /// What stands between the parts, and on which disks they are.
    struct Surroundings {
        /// In front of the broker: all its clients go through it.
        var brokerProxy: TCPProxy?
        /// In front of the database: the workers go through it, the test itself does not.
        var databaseProxy: TCPProxy?
        var brokerDisk: SmallDisk?
        var databaseDisk: SmallDisk?
        var databaseSettings: [String: String] = [:]
    }

    init(
        makesTopics: Bool = true, topology: Topology? = nil, _ surroundings: Surroundings = Surroundings()
    ) throws {
        self.surroundings = surroundings
        self.topology = try topology ?? Topology.standard()
        postgres = try TemporaryPostgres(
            isDurable: true, in: surroundings.databaseDisk?.path ?? "/tmp", settings: surroundings.databaseSettings)
        databaseURL = postgres.databaseURL
        surroundings.databaseProxy?.forward(to: postgres.port)
        // Not on a disk that the test fills.
        folder =
            (surroundings.databaseDisk == nil ? postgres.folder : "/tmp/tapefold-test-\(UUID().uuidString)") + "/stack"
        brokerFolder = surroundings.brokerDisk.map { $0.path + "/broker" } ?? folder + "/broker"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try startBroker()
        if makesTopics { try makeTopics() }
    }

    deinit { stop() }

    func stop() {
        for worker in workers { worker.process.send(signal: SIGKILL) }
        for worker in workers { worker.process.wait() }
        workers = []
        killBroker()
        cachedConnection = nil
        postgres.stop()
        try? FileManager.default.removeItem(atPath: URL(filePath: folder).deletingLastPathComponent().path)
    }

    /// Where the programs are: `TAPEFOLD_BIN_DIR`, or beside the tests.
    static func program(_ name: String) throws -> String {
        let environment = ProcessInfo.processInfo.environment
        let folders: [String?] = [
            environment["TAPEFOLD_BIN_DIR"],
            Bundle.main.executableURL?.deletingLastPathComponent().path,
            URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().path,
        ]
        for folder in folders.compactMap(\.self) where FileManager.default.isExecutableFile(atPath: "\(folder)/\(name)")
        {
            return "\(folder)/\(name)"
        }
        throw WaitTimedOut(what: "the program \(name) in \(folders.compactMap(\.self))", seconds: 0)
    }

    func startBroker() throws {
        let portFile = folder + "/broker.port"
        try? FileManager.default.removeItem(atPath: portFile)
        var description = ChildProcessDescription(
            name: "embedded-broker", executable: try Self.program("embedded-broker"),
            arguments: ["--data-dir", brokerFolder, "--port", "\(brokerPort)", "--port-file", portFile])
        let proxy = surroundings.brokerProxy
        if let proxy { description.arguments += ["--advertised-port", "\(proxy.port)"] }
        description.logPath = folder + "/broker.log"
        let process = try ChildProcess.start(description)
        broker = process
        brokerPort = try eventually("the broker to listen; its log is \(log("broker"))") {
            guard process.isRunning else { return nil }
            let text = try String(contentsOfFile: portFile, encoding: .utf8)
            return Int(text.trimmingCharacters(in: .whitespacesAndNewlines))
        }
        proxy?.forward(to: brokerPort)
        brokers = "127.0.0.1:\(proxy?.port ?? brokerPort)"
    }

    func killBroker() {
        broker?.send(signal: SIGKILL)
        broker?.wait()
    }

    var brokerProcess: ChildProcess? { broker }

    /// Stops it cleanly and starts it again.
    func restartBroker() throws {
        broker?.terminate()
        try startBroker()
    }

    /// Gives a topic more partitions, as an operator's tool would.
    func grow(_ topic: String, to partitions: Int) throws {
        broker?.terminate()
        let path = "\(brokerFolder)/topics/\(topic)/topic"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let old = topology.topics.first { $0.name == topic }.map { "partitions=\($0.partitions)\n" } ?? ""
        try text.replacing(old, with: "partitions=\(partitions)\n").write(
            toFile: path, atomically: true, encoding: .utf8)
        try startBroker()
    }

    func makeTopics() throws {
        let admin = try admin()
        let outcome = try admin.createTopics(
            topology.creations.map {
                .init(name: $0.name, partitionCount: Int32($0.partitions), replicationFactor: 1)
            })
        if let failed = outcome.failed.first { throw failed.error }
    }

    func kafka(_ properties: [String: String] = [:]) -> KafkaConfiguration {
        var configuration = KafkaConfiguration(brokers: brokers, clientId: "process-tests", properties: properties)
        configuration.logSink = { _ in }
        return configuration
    }

    func admin() throws -> KafkaAdmin {
        if let cachedAdmin { return cachedAdmin }
        let admin = try KafkaAdmin(configuration: kafka())
        cachedAdmin = admin
        return admin
    }

    func killPostgres() {
        postgres.killServer()
        cachedConnection = nil
    }

    func startPostgres() throws { try postgres.restart() }

    func restartPostgres(immediately: Bool) throws {
        cachedConnection = nil
        try postgres.restart(immediately: immediately)
    }

    /// One connection for the test's own questions, made anew after a restart.
    func database() throws -> PostgresConnection {
        if let cachedConnection, cachedConnection.isAlive { return cachedConnection }
        let made = try PostgresConnection.connect(try PostgresConfiguration(url: databaseURL))
        cachedConnection = made
        return made
    }

    /// Leaves the database, which may go then.
    func disconnect() { cachedConnection = nil }

    func count(_ sql: String, _ parameters: [PostgresParameter] = []) throws -> Int {
        Int(try database().query(sql, parameters).int64(0, 0))
    }

    struct Worker {
        let view: String
        let process: ChildProcess
        let logPath: String

        var log: String { (try? String(contentsOfFile: logPath, encoding: .utf8)) ?? "" }
        var isReady: Bool { log.contains("event=ready") || log.contains("\"event\":\"ready\"") }

        /// The value of a field in the last line of an event.
        func last(_ event: String, _ field: String) -> String? {
            guard let line = log.split(separator: "\n").last(where: { $0.contains("event=\(event) ") }) else {
                return nil
            }
            let start = line.range(of: " \(field)=")
            return start.map { String(line[$0.upperBound...].prefix { $0 != " " }) }
        }

        func lines(_ event: String) -> [String] {
            log.split(separator: "\n").filter { $0.contains("event=\(event) ") }.map(String.init)
        }
    }

    /// The database as the workers find it.
    private var workersDatabaseURL: String {
        guard let proxy = surroundings.databaseProxy else { return databaseURL }
        return databaseURL.replacing(":\(postgres.port)/", with: ":\(proxy.port)/")
    }

    var environment: [String: String] {
        [
            "KAFKA_BROKERS": brokers, "DATABASE_URL": workersDatabaseURL,
            "TAPEFOLD_KAFKA_SESSION_TIMEOUT_MS": "\(ProcessTestLimits.sessionTimeoutMilliseconds)",
        ]
    }

    /// - Parameter command: the program and its arguments; the view's processor where left out.
    @discardableResult
    func startWorker(
        _ view: String = "positions", _ variables: [String: String] = [:], by command: [String]? = nil
    ) throws -> Worker {
        serial += 1
        let command = command ?? [Processor.program(serving: view)]
        var description = ChildProcessDescription(
            name: "\(view)-\(serial)", executable: try Self.program(command[0]), arguments: Array(command.dropFirst()))
        description.logPath = folder + "/\(view)-\(serial).log"
        description.environment = environment.merging(variables) { _, new in new }.mapValues { $0 as String? }
        let worker = Worker(
            view: view, process: try ChildProcess.start(description), logPath: description.logPath ?? "")
        workers.append(worker)
        return worker
    }

    func startReadyWorker(_ view: String = "positions", _ variables: [String: String] = [:]) throws -> Worker {
        let worker = try startWorker(view, variables)
        try eventually("a worker of \(view) to be ready; its log: \(worker.log.suffix(2_000))") {
            worker.isReady
        }
        return worker
    }

    func kill(_ worker: Worker) {
        worker.process.send(signal: SIGKILL)
        worker.process.wait()
        workers.removeAll { $0.process.pid == worker.process.pid }
    }

    func log(_ name: String) -> String { folder + "/\(name).log" }

    /// All workers' logs, what is not routine.
    var complaints: [String] {
        workers.flatMap { $0.log.split(separator: "\n").filter { $0.contains("level=error") }.map(String.init) }
    }
}
