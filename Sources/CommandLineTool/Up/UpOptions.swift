import Supervision

/// What `up` is asked for. Port 0 picks a free one.
struct UpOptions: Sendable, Equatable {
    static let defaultAPIPort = 8_080
    static let defaultKafkaPort = 9_092

    var dataDirectory: String
    var apiPort: Int
    var kafkaPort: Int
    var postgresPort: Int

    static let definitions: [OptionDefinition] = [
        .dataDirectory,
        OptionDefinition("api-port", .integer("P", 0...65_535), "The read API's port.", default: "\(defaultAPIPort)"),
        OptionDefinition("kafka-port", .integer("K", 0...65_535), "The broker's port.", default: "\(defaultKafkaPort)"),
        OptionDefinition("postgres-port", .integer("G", 0...65_535), "PostgreSQL's port.", default: "any free one"),
    ]

    /// - Parameter yields: whether a default port that is taken gives way to a free one.
    init(_ invocation: Invocation, yields: Bool = false) {
        func port(_ name: String, _ preferred: Int) -> Int {
            if let given = invocation.arguments.integer(name) { return given }
            return yields && !FreePort.isFree(preferred) ? 0 : preferred
        }
        dataDirectory = Settings(invocation).dataDirectory.value
        apiPort = port("api-port", Self.defaultAPIPort)
        kafkaPort = port("kafka-port", Self.defaultKafkaPort)
        postgresPort = port("postgres-port", 0)
    }

    /// With a definite port for each part, so that a part that is restarted comes back where it was.
    func resolved() throws -> UpOptions {
        var copy = self
        var taken: Set = [postgresPort, kafkaPort, apiPort]
        copy.postgresPort = try Self.resolve(postgresPort, "PostgreSQL", "--postgres-port", &taken)
        copy.kafkaPort = try Self.resolve(kafkaPort, "the broker", "--kafka-port", &taken)
        copy.apiPort = try Self.resolve(apiPort, "the read API", "--api-port", &taken)
        let ports = [copy.postgresPort, copy.kafkaPort, copy.apiPort]
        guard Set(ports).count == ports.count else {
            throw UsageError("--api-port, --kafka-port and --postgres-port must differ")
        }
        return copy
    }

    private static func resolve(
        _ port: Int, _ what: String, _ option: String, _ taken: inout Set<Int>
    ) throws -> Int {
        if port == 0 {
            let free = try FreePort.find(besides: taken)
            taken.insert(free)
            return free
        }
        guard FreePort.isFree(port) else {
            throw CommandFailure(
                "port \(port) on 127.0.0.1, wanted for \(what), is in use by another program",
                remedy: "Choose another with \(option), or 0 for any free one.")
        }
        return port
    }
}
