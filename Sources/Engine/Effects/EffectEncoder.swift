import Events
import Kafka
import Projections

/// Turns a lane's effects into records, under ids that follow from where they come from: whoever emits one again, after a
/// crash or as a zombie, emits the same bytes.
final class EffectEncoder {
    private let view: ViewConfiguration
    private let lane: Int
    private let outputs: [EventKind: ViewOutput]
    private let encoder = EventEncoder()

    init(_ view: ViewConfiguration, lane: Int) {
        self.view = view
        self.lane = lane
        outputs = Dictionary(view.outputs.map { ($0.kind, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Nil for a topic that topology.json does not give the view as an output.
    func record(_ effect: Effect, sequence: Int64) -> OutboxRecord? {
        guard let output = outputs[effect.payload.kind] else { return nil }
        let place = "\(view.inputs[effect.input].topic)/\(lane)@\(effect.offset)"
        let event = DecodedEvent(
            envelope: Envelope(
                id: "\(view.name)/\(place)#\(effect.ordinal)", source: source, time: effect.time,
                trace: effect.trace),
            payload: effect.payload)
        let key = Array(effect.payload.partitionKey.utf8)
        return OutboxRecord(
            sequence: sequence, topic: output.topic,
            partition: output.partitioner.partition(forKey: key, count: Int32(output.partitions)), key: key,
            value: encoder.structured(event))
    }

    private var source: String { "/tapefold/\(view.name)" }
}
