import Kafka

/// One effect on its way to the broker.
package struct OutboxRecord: Sendable, Equatable {
    /// Its place in the lane's order.
    package let sequence: Int64
    package let topic: String
    package let partition: Int32
    package let key: [UInt8]
    package let value: [UInt8]

    package init(sequence: Int64, topic: String, partition: Int32, key: [UInt8], value: [UInt8]) {
        self.sequence = sequence
        self.topic = topic
        self.partition = partition
        self.key = key
        self.value = value
    }

    var message: KafkaMessage { KafkaMessage(topic: topic, partition: partition, key: key, value: value) }
}
