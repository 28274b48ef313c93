import Domain
import Events
import Kafka

/// Tells outcomes on `notifications.updated`. An outcome told twice has the same id and bytes, so it counts once.
struct DeliveryReport {
    static let source = "/tapefold/delivery"

    private let producer: KafkaProducer
    private let topic: String

    init(_ configuration: KafkaConfiguration, _ topology: Topology) throws(KafkaError) {
        topic = EventKind.notificationUpdated.topic
        let isCRC = topology.topic(named: topic)?.partitioner == .crc32
        producer = try KafkaProducer(configuration: configuration, defaultPartitioner: isCRC ? .crc32 : .murmur2)
    }

    static func event(_ update: NotificationUpdated, at time: Timestamp) -> DecodedEvent {
        let key = IdempotencyKey.of(userId: update.userId, notificationId: update.notificationId)
        return DecodedEvent(
            envelope: Envelope(id: key, source: source, time: time), payload: .notificationUpdated(update))
    }

    /// Returns once the broker has all of them.
    func send(_ events: [DecodedEvent]) throws(KafkaError) {
        let encoder = EventEncoder()
        _ = try producer.sendAndWait(
            events.map {
                KafkaMessage(
                    topic: topic, key: Array($0.payload.partitionKey.utf8), value: encoder.structured($0))
            })
    }

}
