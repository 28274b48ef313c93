/// The settings of a topic that this broker acts on.
struct TopicConfiguration: Equatable {
    /// Kafka's settings that have no meaning on one node or in this log: taken, shown, not acted on.
    static let accepted: Set<String> = [
        "compression.type", "delete.retention.ms", "file.delete.delay.ms", "flush.messages", "flush.ms",
        "index.interval.bytes", "max.compaction.lag.ms", "message.downconversion.enable",
        "message.timestamp.after.max.ms",
        "message.timestamp.before.max.ms", "message.timestamp.difference.max.ms", "min.cleanable.dirty.ratio",
        "min.compaction.lag.ms", "min.insync.replicas", "preallocate", "segment.index.bytes", "segment.jitter.ms",
        "segment.ms", "unclean.leader.election.enable",
    ]

    /// Records older than this go; -1 keeps for ever, which is the default here.
    var retentionMilliseconds: Int64 = -1
    /// The head of the log goes beyond this size of a partition; -1 keeps all.
    var retentionBytes: Int64 = -1
    var segmentBytes = EmbeddedBrokerLimits.defaultSegmentBytes
    var maximumBatchBytes = EmbeddedBrokerLimits.defaultMaximumBatchBytes
    /// As given at creation, by name.
    private(set) var given: [String: String] = [:]

    /// Why a setting was refused.
    struct Refusal: Error {
        var reason: String
    }

    mutating func set(_ name: String, _ value: String) throws(Refusal) {
        func number(_ range: ClosedRange<Int64>) throws(Refusal) -> Int64 {
            guard let number = Int64(value), range.contains(number) else {
                throw Refusal(
                    reason:
                        "\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound), not '\(value)'"
                )
            }
            return number
        }
        switch name {
        case "retention.ms": retentionMilliseconds = try number(-1...Int64.max)
        case "retention.bytes": retentionBytes = try number(-1...Int64.max)
        case "segment.bytes":
            let bytes = try number(14...Int64(Int32.max))
            let limits = EmbeddedBrokerLimits.self
            segmentBytes = min(max(Int(bytes), limits.minimumSegmentBytes), limits.maximumSegmentBytes)
        case "max.message.bytes":
            maximumBatchBytes = Int(try number(0...Int64(EmbeddedBrokerLimits.maximumRequestBytes)))
        case "cleanup.policy":
            guard value == "delete" else {
                throw Refusal(reason: "cleanup.policy=\(value) is not supported by the embedded broker: use delete")
            }
        case "message.timestamp.type":
            guard value == "CreateTime" else {
                throw Refusal(reason: "message.timestamp.type=\(value) is not supported: use CreateTime")
            }
        default:
            guard Self.accepted.contains(name) else { throw Refusal(reason: "unknown topic setting '\(name)'") }
        }
        given[name] = value
    }

    /// Everything in force, sorted by name.
    var entries: [ConfigEntry] {
        var values = [
            "cleanup.policy": "delete", "compression.type": "producer", "message.timestamp.type": "CreateTime",
            "min.insync.replicas": "1", "retention.ms": String(retentionMilliseconds),
            "retention.bytes": String(retentionBytes), "segment.bytes": String(segmentBytes),
            "max.message.bytes": String(maximumBatchBytes),
        ]
        for (name, value) in given { values[name] = value }
        return values.sorted { $0.key < $1.key }.map { name, value in
            ConfigEntry(
                name: name, value: value,
                source: given[name] == nil ? ConfigEntry.defaultSource : ConfigEntry.topicSource, readOnly: false)
        }
    }
}
