import Kafka
import Synchronization

/// Reroutes through a producer of its own, made at the first misplaced record.
final class Rerouter: LogProducer {
    private let configuration: KafkaConfiguration
    private let producer = Mutex<KafkaProducer?>(nil)

    init(configuration: KafkaConfiguration) { self.configuration = configuration }

    func produce(_ messages: [KafkaMessage]) throws(LaneFailure) {
        do throws(KafkaError) {
            _ = try shared().sendAndWait(messages)
        } catch {
            throw .reroute(error.description)
        }
    }

    private func shared() throws(KafkaError) -> KafkaProducer {
        try producer.withLock { (current) throws(KafkaError) in
            if let current { return current }
            let made = try KafkaProducer(configuration: configuration)
            current = made
            return made
        }
    }

    /// The same bytes and headers under the key they should have had.
    static func message(_ record: KafkaRecord, key: String, input: ViewInput, lanes: Int) -> KafkaMessage {
        let bytes = Array(key.utf8)
        return KafkaMessage(
            topic: input.topic, partition: input.partitioner.partition(forKey: bytes, count: Int32(lanes)), key: bytes,
            value: record.value.map(Array.init), headers: record.headers,
            timestampMilliseconds: record.timestampMilliseconds)
    }
}
