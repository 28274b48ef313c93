extension KafkaConfiguration {
    /// Properties that librdkafka knows by two names, of which the one set last wins; on the right the name used here.
    static let otherNames: [String: String] = [
        "auto.commit.enable": "enable.auto.commit",
        "compression.codec": "compression.type",
        "delivery.timeout.ms": "message.timeout.ms",
        "max.in.flight": "max.in.flight.requests.per.connection",
        "max.partition.fetch.bytes": "fetch.message.max.bytes",
        "message.send.max.retries": "retries",
        "metadata.broker.list": "bootstrap.servers",
        "queue.buffering.max.ms": "linger.ms",
        "request.required.acks": "acks",
        "sasl.mechanism": "sasl.mechanisms",
    ]

    /// The same properties, each by one name, so that a default or a requirement never stands beside what was given. One
    /// that was given by both names with different values keeps both: see ``namedTwice``.
    static func byOneName(_ properties: [String: String]) -> [String: String] {
        var result = properties
        for (name, value) in properties {
            guard let own = otherNames[name] else { continue }
            if let given = properties[own], given != value { continue }
            result[name] = nil
            result[own] = value
        }
        return result
    }

    /// A property that was given by both of its names, with different values.
    var namedTwice: (name: String, other: String)? {
        properties.keys.sorted().lazy.compactMap { other in Self.otherNames[other].map { ($0, other) } }.first
    }

    /// A property that would be overruled by what it is given by elsewhere, and where that is.
    var givenElsewhere: (name: String, remedy: String)? {
        if let given = properties["bootstrap.servers"], given != brokers {
            return ("bootstrap.servers", "set KAFKA_BROKERS instead, which is \(brokers) now")
        }
        guard properties["group.id"] != nil else { return nil }
        return ("group.id", "a processor's group is named after its view and fold number")
    }
}
