import Telemetry

/// Reads the program's command line.
enum CommandLineReader {
    enum Result: Equatable {
        case run(BrokerOptions)
        case help
        case wrong(String)
    }

    static let help = """
        embedded-broker: one Kafka node for one machine, without a JVM.

        Usage: embedded-broker --data-dir DIR [options]

          --data-dir DIR           where topics and offsets are kept (TAPEFOLD_DATA_DIR; default .tapefold/broker)
          --port PORT              port to listen on; 0 picks a free one (default 9092)
          --host HOST              address to listen on (default 127.0.0.1)
          --advertised-host HOST   address that clients are told to use (default: --host)
          --advertised-port PORT   port that clients are told to use, behind a proxy (default: the one listened on)
          --port-file FILE         write the port here once the broker listens
          --auto-create-topics     make topics that clients ask for (default: they must be created)
          --default-partitions N   partitions of a topic created without a count (default 1)
          --log-level LEVEL        debug, info, warning or error (TAPEFOLD_LOG_LEVEL; default info)
          --help                   this text

        Environment: TAPEFOLD_LOG_FORMAT (text or json), TAPEFOLD_METRICS_PORT (where /metrics, /livez and /readyz are
        served; 0 picks a free port, not set: nowhere), TAPEFOLD_METRICS_HOST, TAPEFOLD_METRICS_PORT_FILE.

        librdkafka, kcat, kafka-python and confluent-kafka work with it unchanged:

          kcat -b 127.0.0.1:9092 -L

        Every acknowledged record is on disk. Transactions are not supported. SIGTERM stops it cleanly.
        Exit codes: 0 stopped, 1 failed, 2 wrong usage.
        """

    static func read(_ arguments: [String], environment: (String) -> String?) -> Result {
        var options = BrokerOptions()
        if let directory = environment("TAPEFOLD_DATA_DIR"), !directory.isEmpty { options.dataDirectory = directory }
        do throws(SettingError) {
            options.log = try LogSettings.read(environment)
            options.metrics = try MetricsSettings.read(environment)
        } catch {
            return .wrong(error.reason)
        }
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            var name = argument
            var attached: String?
            if let equals = argument.firstIndex(of: "="), argument.hasPrefix("--") {
                name = String(argument[..<equals])
                attached = String(argument[argument.index(after: equals)...])
            }
            switch name {
            case "--help", "-h": return .help
            case "--auto-create-topics": options.autoCreateTopics = true
            default:
                guard valued.contains(name) else { return .wrong("unknown option '\(argument)'") }
                guard let value = attached ?? rest.popFirst(), !value.isEmpty else {
                    return .wrong("\(name) needs a value")
                }
                if let reason = set(name, value, &options) { return .wrong(reason) }
            }
        }
        return .run(options)
    }

    private static let valued: Set<String> = [
        "--data-dir", "--port", "--host", "--advertised-host", "--advertised-port", "--port-file",
        "--default-partitions", "--log-level",
    ]

    /// Nil, or what is wrong with the value.
    private static func set(_ name: String, _ value: String, _ options: inout BrokerOptions) -> String? {
        switch name {
        case "--data-dir": options.dataDirectory = value
        case "--host": options.host = value
        case "--advertised-host": options.advertisedHost = value
        case "--port-file": options.portFile = value
        case "--log-level":
            guard let level = LogLevel(name: value) else {
                return "log level '\(value)' is none of debug, info, warning, error"
            }
            options.log.level = level
        case "--port":
            guard let port = Int(value), (0...65_535).contains(port) else {
                return "--port must be 0 to 65535, not '\(value)'"
            }
            options.port = port
        case "--advertised-port":
            guard let port = Int32(value), (1...65_535).contains(port) else {
                return "--advertised-port must be 1 to 65535, not '\(value)'"
            }
            options.advertisedPort = port
        case "--default-partitions":
            let limit = EmbeddedBrokerLimits.maximumPartitionsPerTopic
            guard let count = Int(value), (1...limit).contains(count) else {
                return "--default-partitions must be 1 to \(limit), not '\(value)'"
            }
            options.defaultPartitions = count
        default: return "unknown option '\(name)'"
        }
        return nil
    }
}
