import Kafka

/// Topics in memory: partitions of records, with offsets that hold none, as transaction markers leave them.
package final class MemoryLog {
    package struct Entry: Sendable {
        package var key: [UInt8]?
        package var value: [UInt8]?
        package var headers: [KafkaHeader] = []
        package var timestampMilliseconds: Int64?
    }

    package let topics: [String]
    package let partitionCount: Int
    /// By topic and partition, an entry an offset; nil for an offset without a record.
    private var partitions: [[[Entry?]]]

    package init(topics: [String], partitions count: Int) {
        self.topics = topics
        partitionCount = count
        partitions = topics.map { _ in Array(repeating: [], count: count) }
    }

    package func append(_ entry: Entry?, topic: Int, partition: Int) { partitions[topic][partition].append(entry) }

    /// As a broker takes a message: its partition must be given.
    package func append(_ message: KafkaMessage) throws(KafkaError) {
        guard let topic = topics.firstIndex(of: message.topic), let partition = message.partition,
            (0..<partitionCount).contains(Int(partition))
        else {
            throw KafkaError(code: .unknownPartition, message: "\(message.topic)/\(message.partition ?? -1)")
        }
        append(
            Entry(
                key: message.key, value: message.value, headers: message.headers,
                timestampMilliseconds: message.timestampMilliseconds), topic: topic, partition: Int(partition))
    }

    /// The offset behind the last record.
    package func end(topic: Int, partition: Int) -> Int64 { Int64(partitions[topic][partition].count) }

    package func entry(topic: Int, partition: Int, offset: Int64) -> Entry? {
        partitions[topic][partition][Int(offset)]
    }

    package func record(topic: Int, partition: Int, offset: Int64) -> KafkaMemoryRecord? {
        entry(topic: topic, partition: partition, offset: offset).map {
            KafkaMemoryRecord(
                topicIndex: topic, partition: Int32(partition), offset: offset, key: $0.key, value: $0.value,
                headers: $0.headers, timestampMilliseconds: $0.timestampMilliseconds)
        }
    }

    /// All records of a partition, in order.
    package func records(topic: Int, partition: Int) -> [KafkaMemoryRecord] {
        (0..<end(topic: topic, partition: partition)).compactMap { offset in
            record(topic: topic, partition: partition, offset: offset)
        }
    }
}
