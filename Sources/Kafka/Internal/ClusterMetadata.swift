import CLibrdkafka

/// A topic as the cluster describes it.
public struct KafkaTopicDescription: Sendable, Hashable {
    public let name: String
    public let partitionCount: Int
    /// Replicas of the partition that has the fewest.
    public let replicationFactor: Int
}

enum ClusterMetadata {
    /// All topics, or `only` one. A topic that does not exist is left out.
    static func topics(
        _ handle: KafkaHandle, only topic: OpaquePointer?, timeoutMilliseconds: Int32
    ) throws(KafkaError) -> [KafkaTopicDescription] {
        var metadata: UnsafePointer<rd_kafka_metadata>?
        try handle.check(
            rd_kafka_metadata(handle.pointer, topic == nil ? 1 : 0, topic, &metadata, timeoutMilliseconds),
            doing: "read of topic metadata")
        guard let metadata else { return [] }
        defer { rd_kafka_metadata_destroy(metadata) }
        var result: [KafkaTopicDescription] = []
        for index in 0..<Int(metadata.pointee.topic_cnt) {
            let found = metadata.pointee.topics[index]
            let name = String(cString: found.topic)
            if found.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART { continue }
            try handle.check(found.err, doing: "read of the metadata of topic \(name)")
            let replicas = (0..<Int(found.partition_cnt)).map { Int(found.partitions[$0].replica_cnt) }
            result.append(
                KafkaTopicDescription(
                    name: name, partitionCount: Int(found.partition_cnt),
                    replicationFactor: replicas.min() ?? 0))
        }
        return result
    }

    static func brokers(_ handle: KafkaHandle, timeoutMilliseconds: Int32) throws(KafkaError) -> [Int32] {
        var metadata: UnsafePointer<rd_kafka_metadata>?
        try handle.check(
            rd_kafka_metadata(handle.pointer, 0, nil, &metadata, timeoutMilliseconds),
            doing: "read of the cluster's brokers")
        guard let metadata else { return [] }
        defer { rd_kafka_metadata_destroy(metadata) }
        return (0..<Int(metadata.pointee.broker_cnt)).map { metadata.pointee.brokers[$0].id }.sorted()
    }
}
