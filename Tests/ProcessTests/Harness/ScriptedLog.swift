import Kafka

/// A script's events as they lie in the partitions, one feeder having sent them in order.
struct ScriptedLog {
    private static let partitions: Int32 = 4
    /// By `topic/partition`; the index is the offset.
    private(set) var events: [String: [TradeScript.Event]] = [:]

    init(_ script: TradeScript, first count: Int) {
        var left = count
        script.run { event in
            guard left > 0 else { return }
            left -= 1
            let partition = KafkaPartitioner.murmur2.partition(forKey: Array(event.key.utf8), count: Self.partitions)
            events["\(event.topic)/\(partition)", default: []].append(event)
        }
    }
}
