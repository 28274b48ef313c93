import Events
import Kafka

/// How Kafka's topics differ from topology.json.
struct TopicDifferences {
    enum Difference: Equatable {
        case missing
        case partitions(found: Int, wanted: Int)
        case setting(name: String, found: String, wanted: String)

        var text: String {
            switch self {
            case .missing: "is missing"
            case .partitions(let found, let wanted): "has \(found) partitions, the topology says \(wanted)"
            case .setting(let name, let found, let wanted): "has \(name)=\(found), the topology says \(wanted)"
            }
        }

        var remedy: String {
            switch self {
            case .missing: "create it with `tapefold topics create`"
            case .partitions:
                "keys keep their order only while the count stays: correct the topology, or move the history with "
                    + "`tapefold topics repartition`"
            case .setting(let name, _, let wanted): "set \(name)=\(wanted) on the topic with Kafka's own tools"
            }
        }
    }

    let topic: String
    let differences: [Difference]

    /// The settings that a topic's history asks for.
    static func settings(_ creation: TopicCreation) -> [String: String] {
        [
            "cleanup.policy": "delete", "retention.bytes": "-1",
            "retention.ms": creation.retentionMilliseconds.map { "\($0)" } ?? "-1",
        ]
    }

    static func newTopic(_ creation: TopicCreation, replication: Int32) -> KafkaAdmin.NewTopic {
        var settings = settings(creation)
        if replication >= 3 { settings["min.insync.replicas"] = "2" }
        return KafkaAdmin.NewTopic(
            name: creation.name, partitionCount: Int32(creation.partitions), replicationFactor: replication,
            configuration: settings)
    }

    /// Compares all topics; only those that differ are returned.
    static func find(_ topology: Topology, _ admin: KafkaAdmin) throws -> [TopicDifferences] {
        let existing = try admin.listTopics(timeoutMilliseconds: CommandLineLimits.connectTimeoutMilliseconds)
        let counts = Dictionary(existing.map { ($0.name, $0.partitionCount) }) { first, _ in first }
        var found: [TopicDifferences] = []
        for creation in topology.creations {
            let differences = try compare(creation, partitions: counts[creation.name], admin)
            if !differences.isEmpty { found.append(TopicDifferences(topic: creation.name, differences: differences)) }
        }
        return found
    }

    private static func compare(
        _ creation: TopicCreation, partitions: Int?, _ admin: KafkaAdmin
    ) throws -> [Difference] {
        guard let partitions else { return [.missing] }
        var differences: [Difference] = []
        if partitions != creation.partitions {
            differences.append(.partitions(found: partitions, wanted: creation.partitions))
        }
        let inForce = try admin.topicConfiguration(creation.name)
        for (name, wanted) in settings(creation).sorted(by: { $0.key < $1.key }) {
            guard let found = inForce[name], found != wanted else { continue }
            differences.append(.setting(name: name, found: found, wanted: wanted))
        }
        return differences
    }
}
