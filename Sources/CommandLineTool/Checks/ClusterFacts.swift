import Kafka

/// What a Kafka cluster says of itself.
struct ClusterFacts {
    struct Topic {
        var partitions: Int
        var replication: Int
        var settings: [String: String]
    }

    /// By number, each broker's settings.
    var brokers: [Int32: [String: String]]
    /// Those of the topology that exist.
    var topics: [String: Topic]

    /// `tapefold up`'s own broker: one node that syncs before it acknowledges.
    var isEmbedded: Bool { brokers.values.contains { $0["tapefold.embedded.broker"] == "true" } }

    static func read(_ names: [String], _ admin: KafkaAdmin) throws -> ClusterFacts {
        let timeout = CommandLineLimits.connectTimeoutMilliseconds
        var facts = ClusterFacts(brokers: [:], topics: [:])
        for number in try admin.brokerNumbers(timeoutMilliseconds: timeout) {
            facts.brokers[number] = try admin.brokerConfiguration(number, timeoutMilliseconds: timeout)
        }
        for topic in try admin.listTopics(timeoutMilliseconds: timeout) where names.contains(topic.name) {
            facts.topics[topic.name] = Topic(
                partitions: topic.partitionCount, replication: topic.replicationFactor,
                settings: try admin.topicConfiguration(topic.name))
        }
        return facts
    }
}
