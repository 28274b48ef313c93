import Engine
import Events
import Foundation
import Importers
import Kafka
import Postgres
import Supervision

/// Why a bench could not go on.
public struct BenchFailure: Error, Sendable, CustomStringConvertible {
    public let description: String
}

/// A broker and a database of the bench's own, on free ports, removed at the end.
final class BenchStack {
    let options: BenchOptions
    let topology: Topology
    let kafka: KafkaConfiguration
    let database: PostgresConfiguration
    let databaseURL: String
    private let server: LocalPostgres
    private let broker: ChildProcess
    private var workers: [ChildProcess] = []

    init(_ options: BenchOptions) throws {
        self.options = options
        try FileManager.default.createDirectory(atPath: options.workDirectory, withIntermediateDirectories: true)
        topology = try Topology.standard()
        server = try LocalPostgres.start(LocalPostgresConfiguration(dataDirectory: options.workDirectory))
        let port = try FreePort.find()
        var description = ChildProcessDescription(
            name: "embedded-broker", executable: "\(options.programs)/embedded-broker",
            arguments: ["--data-dir", "\(options.workDirectory)/broker", "--port", "\(port)"])
        description.logPath = "\(options.workDirectory)/embedded-broker.log"
        broker = try ChildProcess.start(description)
        var kafka = KafkaConfiguration(brokers: "127.0.0.1:\(port)", clientId: "tapefold-bench")
        kafka.logSink = { _ in }
        self.kafka = kafka
        databaseURL = server.databaseURL
        database = try PostgresConfiguration(url: server.databaseURL)
        try makeTopics()
        try Migrations.run(on: try PostgresConnection.connect(database))
    }

    func close() {
        for worker in workers { worker.terminate() }
        broker.terminate()
        server.stop()
        try? FileManager.default.removeItem(atPath: options.workDirectory)
    }

    private func makeTopics() throws {
        let admin = try KafkaAdmin(configuration: kafka)
        let deadline = ContinuousClock.now + .milliseconds(BenchLimits.startMilliseconds)
        while (try? admin.listTopics(timeoutMilliseconds: 1_000)) == nil {
            guard ContinuousClock.now < deadline else { throw BenchFailure(description: "the broker did not start") }
        }
        let topics = topology.creations.map {
            KafkaAdmin.NewTopic(
                name: $0.name, partitionCount: Int32($0.partitions), replicationFactor: 1, configuration: [:])
        }
        _ = try admin.createTopics(topics)
    }

    func view(_ name: String) throws -> ViewConfiguration {
        try ViewRegistry.standard.configuration(of: name, in: topology)
    }

    var worker: WorkerConfiguration { WorkerConfiguration(kafka: kafka, database: database, owner: "bench") }

    /// Sends simulated events of one kind to their topics.
    func produce(_ kind: SimulatorOptions.Kind, events: Int? = nil) throws {
        let producer = try KafkaProducer(configuration: kafka)
        var topics: [String: KafkaProducer.Topic] = [:]
        var simulator = Simulator(
            SimulatorOptions(
                events: events ?? options.events, users: options.users, symbols: options.symbols, seed: options.seed,
                kind: kind))
        try simulator.run { (name, key, value) throws in
            let topic: KafkaProducer.Topic
            if let known = topics[name] {
                topic = known
            } else {
                topic = try producer.topic(name)
                topics[name] = topic
            }
            var text = key
            try text.withUTF8 { bytes in
                try producer.send(topic, key: UnsafeRawBufferPointer(bytes), value: value)
            }
        }
        try producer.flush(timeoutMilliseconds: BenchLimits.producerFlushMilliseconds)
    }

    /// Starts a processor, or another copy of it.
    func start(_ view: String) throws -> ChildProcess {
        var description = ChildProcessDescription(
            name: "\(view)-processor", executable: "\(options.programs)/\(view)-processor")
        description.environment = ["KAFKA_BROKERS": kafka.brokers, "DATABASE_URL": databaseURL]
        description.logPath = "\(options.workDirectory)/\(view)-processor.log"
        let child = try ChildProcess.start(description)
        workers.append(child)
        return child
    }

    /// Starts the read API on a free port, without limits on rates; returns that port once it answers.
    func startAPI(secret: String) throws -> UInt16 {
        let portFile = "\(options.workDirectory)/read-api.port"
        var description = ChildProcessDescription(
            name: "read-api", executable: "\(options.programs)/read-api",
            arguments: ["--port", "0", "--port-file", portFile])
        description.environment = [
            "DATABASE_URL": databaseURL, "TAPEFOLD_JWT_SECRET": secret, "TAPEFOLD_RATE_LIMIT_USER": "0",
            "TAPEFOLD_RATE_LIMIT_ADDRESS": "0",
        ]
        description.logPath = "\(options.workDirectory)/read-api.log"
        workers.append(try ChildProcess.start(description))
        let deadline = ContinuousClock.now + .milliseconds(BenchLimits.startMilliseconds)
        while ContinuousClock.now < deadline {
            let text = (try? String(contentsOfFile: portFile, encoding: .utf8)) ?? ""
            if let port = UInt16(text.trimmingCharacters(in: .whitespacesAndNewlines)) { return port }
            usleep(20_000)
        }
        throw BenchFailure(description: "read-api did not start")
    }

    /// Runs `tapefold replay`; returns records a second, as it tells them.
    func replayApart(_ view: String, environment: [String: String]) throws -> Double {
        struct Told: Decodable { let records, recordsPerSecond: Int }
        var description = ChildProcessDescription(
            name: "replay-\(view)", executable: "\(options.programs)/tapefold",
            arguments: ["replay", view, "--force", "--json"])
        description.environment = ["KAFKA_BROKERS": kafka.brokers, "DATABASE_URL": databaseURL]
        for (name, value) in environment { description.environment[name] = value }
        let log = "\(options.workDirectory)/replay-\(view).log"
        description.logPath = log
        let status = try ChildProcess.start(description).wait()
        let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        guard status?.isSuccess == true, let line = text.split(separator: "\n").last,
            let told = try? JSONDecoder().decode(Told.self, from: Data(line.utf8)), told.records > 0
        else { throw BenchFailure(description: "the replay of view \(view) failed: \(text.suffix(500))") }
        return Double(told.recordsPerSecond)
    }

    /// Waits until the live build of a view has folded all that its topics hold; returns the records of all its topics.
    @discardableResult
    func waitUntilCaughtUp(_ view: String) throws -> Int {
        let admin = try KafkaAdmin(configuration: kafka)
        let connection = try PostgresConnection.connect(database)
        let deadline = ContinuousClock.now + .seconds(BenchLimits.catchUpSeconds)
        while ContinuousClock.now < deadline {
            if let status = try ViewStatus.read(view, on: connection, admin: admin), status.lag == 0 {
                return Int(status.partitions.reduce(0) { $0 + $1.offset })
            }
            usleep(20_000)
        }
        throw BenchFailure(description: "view \(view) did not catch up in \(BenchLimits.catchUpSeconds) s")
    }

    /// Waits until workers own every lane of a view's live build: an empty topic has no lag while they still join.
    func waitUntilOwned(_ view: String) throws {
        let connection = try PostgresConnection.connect(database)
        let deadline = ContinuousClock.now + .milliseconds(BenchLimits.startMilliseconds)
        while ContinuousClock.now < deadline {
            let lanes = try connection.cachedQuery(
                """
                SELECT coalesce(count(l.owner) = min(b.lanes), false) FROM tapefold.build b JOIN tapefold.lane l USING (view, build)
                WHERE b.view = $1 AND b.status = 'live'
                """, [.text(view)])
            if try lanes.bool(0, 0) { return }
            usleep(20_000)
        }
        throw BenchFailure(description: "the lanes of view \(view) found no owner")
    }

    /// The peak resident memory of a running child in MB.
    static func peakMemory(_ child: ChildProcess) -> Double {
        guard let text = try? String(contentsOfFile: "/proc/\(child.pid)/status", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
            let kilobytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap({
                Double($0)
            })
        else { return 0 }
        return kilobytes / 1_024
    }
}
