import CLibrdkafka

/// Turns a ``KafkaConfiguration`` into an `rd_kafka_conf_t` and then a client.
struct ConfigurationBuilder: ~Copyable {
    private let conf: OpaquePointer
    private let role: KafkaConfiguration.Role
    private var isConsumed = false

    init(
        _ configuration: KafkaConfiguration, role: KafkaConfiguration.Role, extra: [String: String]
    ) throws(KafkaError) {
        conf = rd_kafka_conf_new()
        self.role = role
        if let (name, other) = configuration.namedTwice {
            throw KafkaError(
                code: .invalidArgument,
                message: "Kafka properties \(name) and \(other) are the same and were given different values: "
                    + "remove one from the configuration (\(Self.variable(name)), \(Self.variable(other)))")
        }
        let required = KafkaConfiguration.required(for: role)
        for (name, value) in configuration.properties {
            guard let needed = required[name], needed != value else { continue }
            throw KafkaError(
                code: .invalidArgument,
                message: "Kafka property \(name) must be \(needed) here: exactly-once processing depends on it; "
                    + "remove it from the configuration (\(Self.variable(name)))")
        }
        if let (name, remedy) = configuration.givenElsewhere {
            throw KafkaError(
                code: .invalidArgument,
                message: "Kafka property \(name) has no effect here: \(remedy); remove it from the configuration "
                    + "(\(Self.variable(name)))")
        }
        var values = configuration.values(for: role)
        values.merge(extra) { _, new in new }
        for (name, value) in values { try set(name, value) }
    }

    /// Defaults of ours that the oldest librdkafka we run with (2.0.2) does not know.
    private static let newerProperties: Set<String> = ["fetch.queue.backoff.ms"]

    deinit {
        if !isConsumed { rd_kafka_conf_destroy(conf) }
    }

    private static func variable(_ property: String) -> String {
        KafkaConfiguration.environmentPrefix + property.uppercased().replacing(".", with: "_")
    }

    private func set(_ name: String, _ value: String) throws(KafkaError) {
        var text = [CChar](repeating: 0, count: 512)
        let result = rd_kafka_conf_set(conf, name, value, &text, text.count)
        guard result != RD_KAFKA_CONF_OK else { return }
        if result == RD_KAFKA_CONF_UNKNOWN, Self.newerProperties.contains(name) { return }
        let detail = text.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } } ?? ""
        throw KafkaError(
            code: .invalidArgument, message: "Kafka property \(name) (\(Self.variable(name))): \(detail)")
    }

    func install(_ state: ClientState) {
        rd_kafka_conf_set_opaque(conf, Unmanaged.passUnretained(state).toOpaque())
        rd_kafka_conf_set_log_cb(conf, kafkaLogCallback)
        rd_kafka_conf_set_error_cb(conf, kafkaErrorCallback)
        rd_kafka_conf_set_stats_cb(conf, kafkaStatisticsCallback)
        switch role {
        case .consumer:
            rd_kafka_conf_set_rebalance_cb(conf, kafkaRebalanceCallback)
            rd_kafka_conf_set_offset_commit_cb(conf, kafkaCommitCallback)
        case .producer:
            rd_kafka_conf_set_dr_msg_cb(conf, kafkaDeliveryCallback)
        case .admin:
            break
        }
    }

    /// Makes the client. It holds `state` until its ``KafkaHandle`` lets go of it.
    consuming func makeClient(state: ClientState) throws(KafkaError) -> OpaquePointer {
        var text = [CChar](repeating: 0, count: 512)
        let type = role == .consumer ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER
        let retained = Unmanaged.passRetained(state)
        guard let client = rd_kafka_new(type, conf, &text, text.count) else {
            retained.release()
            let detail = text.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } } ?? ""
            throw KafkaError(code: .invalidArgument, message: "cannot make a Kafka client: \(detail)")
        }
        isConsumed = true
        return client
    }
}
