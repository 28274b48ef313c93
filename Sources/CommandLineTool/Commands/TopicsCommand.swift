import Events
import Foundation
import Kafka

/// `tapefold topics list|create|describe|check`.
enum TopicsCommand {
    static let list = Command(
        "topics list", "List Kafka's topics.", options: [.json, .dataDirectory], examples: ["tapefold topics list"],
        run: runList)

    static let create = Command(
        "topics create", "Create the topics of topology.json that are missing.",
        discussion: "What is there stays as it is; differences are named. Safe to run again.",
        options: [
            OptionDefinition(
                "replication", .integer("N", 1...32), "Copies of each partition.", default: "the broker's own default"),
            .json, .dataDirectory,
        ],
        examples: ["tapefold topics create", "tapefold topics create --replication 3"], run: runCreate)

    static let describe = Command(
        "topics describe", "Show a topic's fields, its partitions with their bounds, and its settings.",
        positionals: PositionalDefinition("topic", "The topic."), options: [.json, .dataDirectory],
        examples: ["tapefold topics describe trades.executed"], run: runDescribe)

    static let check = Command(
        "topics check", "Compare Kafka's topics with topology.json.",
        discussion: "Exit code 1 when any differs.", options: [.json, .dataDirectory],
        examples: ["tapefold topics check"], run: runCheck)

    private struct Entry: Encodable {
        var topic: String
        var partitions: Int
        var replication: Int
        var isInTopology: Bool
    }

    private static func runList(_ invocation: Invocation) throws -> ExitStatusCode {
        let connections = Connections(invocation)
        let known = Set(try connections.topology().creations.map(\.name))
        let topics = try connections.admin().listTopics(
            timeoutMilliseconds: CommandLineLimits.connectTimeoutMilliseconds)
        let entries = topics.filter { !$0.name.hasPrefix("__") }.map { topic in
            Entry(
                topic: topic.name, partitions: topic.partitionCount, replication: topic.replicationFactor,
                isInTopology: known.contains(topic.name))
        }
        if invocation.wantsJSON {
            try invocation.console.json(["topics": entries])
            return .done
        }
        for entry in entries {
            let foreign = entry.isInTopology ? "" : "  (not in the topology)"
            invocation.console.line("\(entry.topic)  \(entry.partitions) partitions\(foreign)")
        }
        if entries.isEmpty { invocation.console.note("no topics; create them with `tapefold topics create`") }
        return .done
    }

    private struct Creation: Encodable {
        var created: [String]
        var existing: [String]
        var differences: [String]
    }

    private static func runCreate(_ invocation: Invocation) throws -> ExitStatusCode {
        let connections = Connections(invocation)
        let topology = try connections.topology()
        let admin = try connections.admin()
        let replication = Int32(invocation.arguments.integer("replication") ?? -1)
        let outcome = try create(topology, admin, replication: replication)
        let differences = try TopicDifferences.find(topology, admin).flatMap(lines)
        if invocation.wantsJSON {
            try invocation.console.json(
                Creation(created: outcome.created, existing: outcome.existing, differences: differences))
        } else {
            for name in outcome.created { invocation.console.line("created \(name)") }
            invocation.console.line("\(outcome.created.count) created, \(outcome.existing.count) were there")
            for line in differences { invocation.console.note(line) }
        }
        return differences.isEmpty ? .done : .failed
    }

    /// Creates what is missing.
    static func create(
        _ topology: Topology, _ admin: KafkaAdmin, replication: Int32 = -1,
        timeoutMilliseconds: Int32 = KafkaLimits.requestTimeoutMilliseconds
    ) throws -> KafkaAdmin.CreationOutcome {
        let topics = topology.creations.map { TopicDifferences.newTopic($0, replication: replication) }
        let outcome = try admin.createTopics(topics, timeoutMilliseconds: timeoutMilliseconds)
        if let failure = outcome.failed.first { throw failure.error }
        return outcome
    }

    private struct Description: Encodable {
        struct Partition: Encodable {
            var partition: Int32
            var low: Int64
            var high: Int64
        }

        var topic: String
        var replication: Int
        var partitions: [Partition]
        var settings: [String: String]
        /// Of its events' data; none of a topic that topology.json does not have.
        var fields: [TopicField]
    }

    private static func runDescribe(_ invocation: Invocation) throws -> ExitStatusCode {
        let connections = Connections(invocation)
        let admin = try connections.admin()
        let topic = try connections.existingTopic(invocation.arguments.positionals[0], admin)
        let partitions = try (0..<Int32(topic.partitionCount)).map { number in
            let bounds = try admin.watermarks(TopicPartition(topic: topic.name, partition: number))
            return Description.Partition(partition: number, low: bounds.low, high: bounds.high)
        }
        let description = Description(
            topic: topic.name, replication: topic.replicationFactor, partitions: partitions,
            settings: try admin.topicConfiguration(topic.name), fields: EventKind(topic: topic.name)?.fields ?? [])
        if invocation.wantsJSON {
            try invocation.console.json(description)
            return .done
        }
        invocation.console.line("\(topic.name): \(partitions.count) partitions, replication \(topic.replicationFactor)")
        for partition in partitions {
            invocation.console.line(
                "  \(partition.partition): offsets \(partition.low) to \(partition.high) "
                    + "(\(partition.high - partition.low) records)")
        }
        for line in fieldLines(description.fields) { invocation.console.line(line) }
        for (name, value) in description.settings.sorted(by: { $0.key < $1.key }) {
            invocation.console.line("  \(name)=\(value)")
        }
        return .done
    }

    /// Names and types stand in columns; what is optional says so.
    static func fieldLines(_ fields: [TopicField]) -> [String] {
        let name = fields.map(\.name.count).max() ?? 0
        return fields.map { field in
            let place = field.name.padding(toLength: name, withPad: " ", startingAt: 0)
            return "  \(place)  \(field.required ? "required" : "optional")  \(field.type): \(field.meaning)"
        }
    }

    private static func runCheck(_ invocation: Invocation) throws -> ExitStatusCode {
        let connections = Connections(invocation)
        let topology = try connections.topology()
        let differences = try TopicDifferences.find(topology, try connections.admin()).flatMap(lines)
        if invocation.wantsJSON {
            try invocation.console.json(["differences": differences])
        } else if differences.isEmpty {
            invocation.console.line("all \(topology.creations.count) topics are as the topology says")
        } else {
            for line in differences { invocation.console.line(line) }
        }
        return differences.isEmpty ? .done : .failed
    }

    static func lines(_ found: TopicDifferences) -> [String] {
        found.differences.map { "\(found.topic) \($0.text): \($0.remedy)" }
    }
}
