import CLibrdkafka

/// How to reach Kafka and as whom. Values given in ``properties`` win over this module's defaults,
/// except where exactly-once processing depends on them; setting those otherwise is an error.
public struct KafkaConfiguration: Sendable {
    /// Comma-separated `host:port`.
    public var brokers: String
    /// What brokers' logs and quotas know this client by, unless ``properties`` have a `client.id`.
    public var clientId: String
    /// Any librdkafka property, by its own name (`security.protocol`). One that has two (`compression.codec`) is found under
    /// the one that this module uses (`compression.type`).
    public var properties: [String: String] {
        didSet { properties = Self.byOneName(properties) }
    }
    public var logSink: KafkaLogSink

    public init(
        brokers: String, clientId: String, properties: [String: String] = [:],
        logSink: @escaping KafkaLogSink = KafkaLog.standardErrorWhenCritical
    ) {
        self.brokers = brokers
        self.clientId = clientId
        self.properties = Self.byOneName(properties)
        self.logSink = logSink
    }

    /// What a client is for: it decides the defaults.
    public enum Role: Sendable {
        case consumer
        case producer
        case admin
    }

    /// Defaults of a role, before ``properties`` are applied.
    public static func defaults(for role: Role) -> [String: String] {
        var values: [String: String] = [
            "log.connection.close": "false",
            "socket.nagle.disable": "true",
            "socket.keepalive.enable": "true",
            "topic.metadata.refresh.interval.ms": String(KafkaLimits.metadataRefreshMilliseconds),
            "reconnect.backoff.ms": String(KafkaLimits.reconnectBackoffMilliseconds),
            "reconnect.backoff.max.ms": String(KafkaLimits.maximumReconnectBackoffMilliseconds),
            "statistics.interval.ms": String(KafkaLimits.statisticsIntervalMilliseconds),
        ]
        switch role {
        case .consumer: values.merge(consumerDefaults) { _, new in new }
        case .producer: values.merge(producerDefaults) { _, new in new }
        case .admin: values["statistics.interval.ms"] = "0"
        }
        return values
    }

    /// Properties of a role that correctness rests on; they cannot be overridden.
    public static func required(for role: Role) -> [String: String] {
        switch role {
        case .consumer:
            [
                "enable.auto.commit": "false",
                "enable.auto.offset.store": "false",
                "auto.offset.reset": "error",
                "partition.assignment.strategy": "range",
                // The end-of-partition mark carries the position past transaction markers.
                "enable.partition.eof": "true",
            ]
        case .producer: ["enable.idempotence": "true"]
        case .admin: [:]
        }
    }

    private static let consumerDefaults: [String: String] = [
        "isolation.level": "read_committed",
        "check.crcs": "true",
        "fetch.queue.backoff.ms": String(KafkaLimits.fetchQueueBackoffMilliseconds),
        "fetch.wait.max.ms": String(KafkaLimits.fetchWaitMilliseconds),
        "fetch.error.backoff.ms": String(KafkaLimits.fetchErrorBackoffMilliseconds),
        "fetch.message.max.bytes": String(KafkaLimits.fetchPartitionBytes),
        "queued.max.messages.kbytes": String(KafkaLimits.laneQueueKilobytes),
        "queued.min.messages": String(KafkaLimits.laneQueueMessages),
        "session.timeout.ms": String(KafkaLimits.sessionTimeoutMilliseconds),
        "heartbeat.interval.ms": String(KafkaLimits.heartbeatMilliseconds),
        "max.poll.interval.ms": String(KafkaLimits.maximumPollIntervalMilliseconds),
        "allow.auto.create.topics": "false",
    ]

    private static let producerDefaults: [String: String] = [
        "acks": "all",
        "linger.ms": String(KafkaLimits.lingerMilliseconds),
        "compression.type": "lz4",
        "message.timeout.ms": String(KafkaLimits.deliveryTimeoutMilliseconds),
        "message.max.bytes": String(KafkaLimits.maximumMessageBytes),
        "queue.buffering.max.messages": String(KafkaLimits.producerQueueMessages),
        "queue.buffering.max.kbytes": String(KafkaLimits.producerQueueKilobytes),
    ]

    /// The properties in force for a role, sorted by name, secrets replaced by `***`.
    public func effectiveProperties(for role: Role) -> [(name: String, value: String)] {
        values(for: role).sorted { $0.key < $1.key }.map { ($0.key, Self.isSecret($0.key) ? "***" : $0.value) }
    }

    /// All that a client of this role is made with, but for its group.
    func values(for role: Role) -> [String: String] {
        var values = Self.defaults(for: role)
        values["client.id"] = clientId
        values.merge(properties) { _, new in new }
        values.merge(Self.required(for: role)) { _, new in new }
        values["bootstrap.servers"] = brokers
        return values
    }

    private static func isSecret(_ name: String) -> Bool {
        ["password", "secret", "ssl.key.pem", "oauthbearer.config", "sasl.oauthbearer.config"]
            .contains { name.contains($0) }
    }
}
