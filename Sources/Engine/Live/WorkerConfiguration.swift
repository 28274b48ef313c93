import Foundation
import Glibc
import Kafka
import Postgres
import Telemetry

/// Where a worker finds Kafka and the database, and who it is.
public struct WorkerConfiguration: Sendable {
    public var kafka: KafkaConfiguration
    public var database: PostgresConfiguration
    /// Unique among running workers: host, process and a random part.
    public var owner: String
    /// Where metrics and probes are served; nil: nowhere.
    public var metrics: MetricsSettings?

    public init(
        kafka: KafkaConfiguration, database: PostgresConfiguration, owner: String, metrics: MetricsSettings? = nil
    ) {
        self.metrics = metrics
        self.kafka = kafka
        self.database = database
        self.owner = owner
    }

    /// From `KAFKA_BROKERS`, `DATABASE_URL` and `TAPEFOLD_KAFKA_…`.
    public static func fromEnvironment(
        _ given: [String: String], view: String
    ) throws(EngineError) -> WorkerConfiguration {
        // `${DATABASE_URL:-}` in a compose file means that it is not given.
        let environment = given.filter { !$0.value.isEmpty }
        guard let url = try secret("DATABASE_URL", environment) else {
            throw EngineError(
                .database,
                "DATABASE_URL is not set: give it as postgresql://user:password@host:port/database, or run `tapefold up`"
            )
        }
        guard environment["KAFKA_BROKERS"] != nil else {
            throw EngineError(
                .kafka, "KAFKA_BROKERS is not set: give it as host:port[,host:port], or run `tapefold up`")
        }
        let host = ProcessInfo.processInfo.hostName
        var kafkaConfiguration = try inKafka { () throws(KafkaError) in
            try KafkaConfiguration.fromEnvironment(environment, clientId: "tapefold-\(view)-\(host)")
        }
        kafkaConfiguration.properties.merge(try membership(environment, view: view)) { given, _ in given }
        var settings = try inDatabase { () throws(PostgresError) in try PostgresConfiguration(url: url) }
        settings = settings.withApplicationName("tapefold-\(view)")
        let metrics: MetricsSettings?
        do throws(SettingError) { metrics = try MetricsSettings.read { environment[$0] } } catch {
            throw EngineError(.topology, error.reason)
        }
        return WorkerConfiguration(
            kafka: kafkaConfiguration, database: settings,
            owner: "\(host):\(getpid()):\(String(UInt32.random(in: 0...(.max)), radix: 16))",
            metrics: metrics)
    }

    /// The name under which a worker is the same member of its group after a restart.
    public static let instanceVariable = "TAPEFOLD_INSTANCE_ID"

    /// Static membership, where it is asked for. Without it a worker that ends leaves its group at once, which hands its
    /// lanes to others soonest; with it, they wait for its return until its session times out.
    static func membership(_ environment: [String: String], view: String) throws(EngineError) -> [String: String] {
        guard let id = environment[instanceVariable], !id.isEmpty, id.lowercased() != "off" else { return [:] }
        let isPlain = id.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || [0x2D, 0x2E, 0x5F].contains(byte)
        }
        guard isPlain, id.utf8.count <= EngineLimits.instanceIdCharacters else {
            throw EngineError(
                .topology,
                "\(instanceVariable): \"\(id)\" must be 1 to \(EngineLimits.instanceIdCharacters) letters, digits, '.', "
                    + "'_' or '-', another for each worker, such as the name of a StatefulSet's pod")
        }
        return ["group.instance.id": "tapefold-\(view)-\(id)"]
    }

    /// A variable's value, or the contents of the file that `<name>_FILE` names.
    static func secret(_ name: String, _ environment: [String: String]) throws(EngineError) -> String? {
        if let value = environment[name] { return value }
        guard let path = environment[name + "_FILE"] else { return nil }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw EngineError(.database, "\(name)_FILE names \(path), which can't be read")
        }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Settings of a session that folds: every look-up goes by index, however old the tables' statistics are.
    var laneDatabase: PostgresConfiguration {
        var settings = database
        settings.idleInTransactionTimeoutMilliseconds = EngineLimits.idleInTransactionMilliseconds
        settings.tcpUserTimeoutMilliseconds = EngineLimits.databaseTimeoutMilliseconds
        // What a session holds goes when its client is gone, also where that could not be said any more.
        settings.settings["tcp_keepalives_idle"] = String(EngineLimits.databaseKeepaliveSeconds)
        settings.settings["tcp_keepalives_interval"] = String(EngineLimits.databaseKeepaliveSeconds)
        settings.settings["tcp_keepalives_count"] = String(EngineLimits.databaseKeepaliveProbes)
        settings.settings["enable_seqscan"] = "off"
        settings.settings["enable_hashjoin"] = "off"
        settings.settings["enable_mergejoin"] = "off"
        settings.settings["plan_cache_mode"] = "force_generic_plan"
        settings.settings["jit"] = "off"
        return settings
    }
}
