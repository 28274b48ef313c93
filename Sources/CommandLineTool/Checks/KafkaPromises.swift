import Events
import Kafka

/// What Kafka must promise for exactly-once views that can be rebuilt: acknowledged events stay, all of them, in their
/// partitions. Pure: facts in, checks out.
struct KafkaPromises {
    let topology: Topology
    let facts: ClusterFacts

    private static let replication = 3
    private static let inSyncReplicas = 2

    func checks() -> [PromiseCheck] {
        [nodes()] + durability() + [partitions(), compaction(), retention(), messageSize(), sessions(), creation()]
    }

    /// Topics that hold what can't be had again; dead letters are copies.
    private var topics: [(creation: TopicCreation, found: ClusterFacts.Topic)] {
        topology.creations.compactMap { creation in facts.topics[creation.name].map { (creation, $0) } }
    }

    private func nodes() -> PromiseCheck {
        let count = facts.brokers.count
        guard facts.isEmbedded else {
            return count >= Self.replication
                ? PromiseCheck("brokers", .ok, "\(count) brokers")
                : PromiseCheck(
                    "brokers", .error, "\(count) brokers: \(Self.replication) copies of an event have no place",
                    remedy: "Run \(Self.replication) brokers or more.")
        }
        return PromiseCheck(
            "brokers", .warning,
            "the embedded broker is one node: what it acknowledges is synced to this machine's disk, and nowhere else",
            remedy: "For more than one machine, run Kafka itself and set KAFKA_BROKERS.")
    }

    private func durability() -> [PromiseCheck] {
        guard !facts.isEmbedded else { return [] }
        return [
            every("replication", "every topic has \(Self.replication) copies or more") { _, topic in
                guard topic.replication < Self.replication else { return nil }
                return "has \(topic.replication) copies"
            } remedy: {
                "Reassign partitions to \(Self.replication) replicas (kafka-reassign-partitions), or create topics with "
                    + "`tapefold topics create --replication \(Self.replication)`."
            },
            every("min.insync.replicas", "an event is acknowledged by two brokers or more") { _, topic in
                let wanted = Int(topic.settings["min.insync.replicas"] ?? "") ?? 1
                return wanted < Self.inSyncReplicas ? "min.insync.replicas=\(wanted)" : nil
            } remedy: {
                "Set min.insync.replicas=\(Self.inSyncReplicas) on the topics: with less, one broker's loss loses "
                    + "acknowledged events."
            },
            every("unclean leader election", "off") { _, topic in
                topic.settings["unclean.leader.election.enable"] == "true" ? "unclean.leader.election.enable=true" : nil
            } remedy: {
                "Set unclean.leader.election.enable=false on the topics: a replica that is behind must not lead."
            },
        ]
    }

    private func partitions() -> PromiseCheck {
        var faults: [String] = []
        for creation in topology.creations {
            guard let found = facts.topics[creation.name] else {
                faults.append("\(creation.name) is missing")
                continue
            }
            if found.partitions != creation.partitions {
                faults.append("\(creation.name) has \(found.partitions) partitions, not \(creation.partitions)")
            }
        }
        guard !faults.isEmpty else {
            return PromiseCheck("topics", .ok, "\(topology.creations.count) topics with the topology's partitions")
        }
        return PromiseCheck(
            "topics", .error, Self.list(faults),
            remedy: "Missing ones: `tapefold topics create`. Other counts: `tapefold topics repartition --help`.")
    }

    private func compaction() -> PromiseCheck {
        every("compaction", "no topic is compacted") { _, topic in
            (topic.settings["cleanup.policy"] ?? "delete").contains("compact")
                ? "cleanup.policy=\(topic.settings["cleanup.policy"] ?? "")" : nil
        } remedy: {
            "Set cleanup.policy=delete on the topics: compaction removes events that a rebuild needs."
        }
    }

    private func retention() -> PromiseCheck {
        every("retention", "complete histories are kept for ever") { creation, topic in
            let time = Int64(topic.settings["retention.ms"] ?? "-1") ?? -1
            let bytes = Int64(topic.settings["retention.bytes"] ?? "-1") ?? -1
            let wanted = creation.retentionMilliseconds ?? -1
            let isShort = wanted == -1 ? time != -1 : time != -1 && time < wanted
            if isShort { return "retention.ms=\(time), not \(wanted)" }
            return bytes != -1 ? "retention.bytes=\(bytes), not -1" : nil
        } remedy: {
            "Set retention.ms as named and retention.bytes=-1 on the topics: what the log has lost no view can be "
                + "rebuilt from."
        }
    }

    private func messageSize() -> PromiseCheck {
        let wanted = EventsLimits.maximumEventBytes
        return every("message size", "events of up to \(wanted) bytes are taken", .warning) { _, topic in
            guard let bytes = Int(topic.settings["max.message.bytes"] ?? ""), bytes < wanted else { return nil }
            return "max.message.bytes=\(bytes)"
        } remedy: {
            "Larger events are refused by Kafka when they are produced; raise max.message.bytes to \(wanted + 65_536)."
        }
    }

    private func sessions() -> PromiseCheck {
        let session = KafkaLimits.sessionTimeoutMilliseconds
        for (number, settings) in facts.brokers.sorted(by: { $0.key < $1.key }) {
            let least = Int(settings["group.min.session.timeout.ms"] ?? "") ?? 0
            let most = Int(settings["group.max.session.timeout.ms"] ?? "") ?? .max
            guard session < least || session > most else { continue }
            return PromiseCheck(
                "sessions", .error,
                "broker \(number) takes session time-outs of \(least) to \(most) ms, not \(session)",
                remedy: "Set TAPEFOLD_KAFKA_SESSION_TIMEOUT_MS for the workers, or the broker's bounds.")
        }
        return PromiseCheck("sessions", .ok, "a worker's session time-out of \(session) ms is taken")
    }

    private func creation() -> PromiseCheck {
        guard facts.brokers.values.contains(where: { $0["auto.create.topics.enable"] == "true" }) else {
            return PromiseCheck("topic creation", .ok, "topics are made on purpose only")
        }
        return PromiseCheck(
            "topic creation", .warning, "auto.create.topics.enable=true",
            remedy:
                "Set it to false: a topic made by a producer's typing error, or before `tapefold topics create`, has "
                + "the wrong number of partitions.")
    }

    /// A check of each topic; `fault` says what is wrong with one.
    private func every(
        _ name: String, _ sound: String, _ severity: PromiseCheck.Status = .error,
        _ fault: (TopicCreation, ClusterFacts.Topic) -> String?, remedy: () -> String
    ) -> PromiseCheck {
        let faults = topics.compactMap { creation, found in
            fault(creation, found).map { "\(creation.name) \($0)" }
        }
        guard !faults.isEmpty else { return PromiseCheck(name, .ok, sound) }
        return PromiseCheck(name, severity, Self.list(faults), remedy: remedy())
    }

    private static func list(_ faults: [String]) -> String {
        let shown = faults.prefix(CommandLineLimits.namedFaults).joined(separator: "; ")
        let rest = faults.count - CommandLineLimits.namedFaults
        return rest > 0 ? "\(shown); and \(rest) more" : shown
    }
}
