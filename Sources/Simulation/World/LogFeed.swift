import Events
import Kafka
import Projections
import TestKit

/// Appends a tape to a log bit by bit: some events misplaced, some twice, some damaged, with gaps in the offsets.
struct LogFeed {
    let log: MemoryLog
    private let scenario: Scenario
    /// Damaged events park their keys, and what is parked depends on how the topics interleave.
    let damages: Bool
    private var waiting: ArraySlice<DecodedEvent>
    private let encoder = EventEncoder()
    /// Whole events, wherever they were put: by topic, their values.
    private(set) var whole: [Set<[UInt8]>]

    init(_ scenario: Scenario, events: [DecodedEvent], damages: Bool) {
        self.scenario = scenario
        self.damages = damages
        waiting = events[...]
        whole = scenario.view.inputs.map { _ in [] }
        log = MemoryLog(topics: scenario.view.topics, partitions: scenario.view.lanes)
    }

    var isDone: Bool { waiting.isEmpty }

    mutating func appendSome(_ world: World) {
        for _ in 0..<Int.random(in: 1...12, using: &world.random) {
            guard let event = waiting.popFirst() else { return }
            append(event, world)
            if world.strikes(.duplicateDelivery) { append(event, world) }
        }
    }

    private mutating func append(_ original: DecodedEvent, _ world: World) {
        let event = damages && world.strikes(.poisonEvent) ? scenario.poisoned(original) : original
        guard let topic = scenario.view.inputs.firstIndex(where: { $0.kind == event.kind }) else { return }
        var entry = entry(event, isBinary: world.random.chance(20))
        if damages, world.strikes(.brokenRecord) {
            entry.value = entry.value.map { Array($0.dropLast(9)) }
        } else {
            whole[topic].insert(entry.value ?? [])
        }
        let key = entry.key ?? []
        var partition = scenario.view.inputs[topic].partition(of: key, lanes: scenario.view.lanes)
        if world.strikes(.misplacedKey) {
            partition = Int.random(in: 0..<scenario.view.lanes, using: &world.random)
            if world.random.chance(50) { entry.key = nil }
        }
        if world.random.chance(2) { log.append(nil, topic: topic, partition: partition) }
        log.append(entry, topic: topic, partition: partition)
    }

    private func entry(_ event: DecodedEvent, isBinary: Bool) -> MemoryLog.Entry {
        MemoryLog.Entry(
            key: Array(event.payload.partitionKey.utf8),
            value: isBinary ? encoder.data(event.payload) : encoder.structured(event),
            headers: isBinary ? encoder.headers(event).map { KafkaHeader(name: $0.name, value: $0.value) } : [],
            timestampMilliseconds: event.envelope.time.microseconds / 1_000)
    }

    /// Something behind the last record of each partition, so that every lane commits once more.
    func appendMarkers() {
        for topic in log.topics.indices {
            for partition in 0..<log.partitionCount { log.append(nil, topic: topic, partition: partition) }
        }
    }
}
