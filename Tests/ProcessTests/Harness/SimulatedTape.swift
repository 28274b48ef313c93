import Domain
import Events
import Importers
import Kafka
import Projections
import TestKit

/// The simulator's events as they are sent and, decoded, as the oracles take them.
struct SimulatedTape: Sendable {
    private static let partitions: Int32 = 4
    let options: SimulatorOptions

    func run(_ emit: (_ topic: String, _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws -> Void)
        throws
    {
        var simulator = Simulator(options)
        try simulator.run { (topic, key, value) throws(Failure) in
            var key = key
            do { try key.withUTF8 { try emit(topic, UnsafeRawBufferPointer($0), value) } } catch {
                throw Failure(cause: error)
            }
        }
    }

    private struct Failure: Error {
        let cause: any Error
    }

    /// All events in the order of sending, with their offsets.
    func decoded() throws -> [FoldEvent] {
        let decoder = EventDecoder()
        var next: [String: Int64] = [:]
        var events: [FoldEvent] = []
        let kinds = Dictionary(uniqueKeysWithValues: EventKind.allCases.map { ($0.topic, $0) })
        try run { topic, key, value in
            guard let kind = kinds[topic] else { return }
            let partition = KafkaPartitioner.murmur2.partition(forKey: key, count: Self.partitions)
            let offset = next["\(topic)/\(partition)", default: 0]
            next["\(topic)/\(partition)"] = offset + 1
            events.append(FoldEvent(decoded: try decoder.decode(kind, value: value), input: 0, offset: offset))
        }
        return events
    }
}
