import Engine
import Kafka

/// A worker's consumer over the world's log.
final class SimulatedConsumer: LaneLogSource {
    private unowned let world: World
    weak var worker: SimulatedWorker?
    private var logs: [SimulatedLaneLog] = []

    init(_ world: World) { self.world = world }

    var now: Int { world.now }
    var instant: ContinuousClock.Instant { world.instant }

    private func reach() throws(KafkaError) -> SimulatedWorker {
        guard let worker, world.serve(worker), !world.strikes(.unreachableBroker) else {
            throw KafkaError(code: .transport, message: "the broker can't be reached")
        }
        return worker
    }

    func log(of partitions: [TopicPartition]) throws(KafkaError) -> any LaneLog {
        let log = SimulatedLaneLog(world, try reach(), lane: Int(partitions.first?.partition ?? 0))
        logs.append(log)
        return log
    }

    func assign(_ offsets: [TopicPartitionOffset]) throws(KafkaError) {
        let worker = try reach()
        world.note("\(worker.name) consumes \(offsets)")
        for log in logs { log.open(at: offsets) }
    }

    func unassign() throws(KafkaError) {
        for log in logs { log.close() }
        logs = []
        let worker = try reach()
        world.group.gaveBack(worker)
    }

    func watermarks(_ partition: TopicPartition) throws(KafkaError) -> KafkaWatermarks {
        _ = try reach()
        let topic = world.log.topics.firstIndex(of: partition.topic) ?? 0
        return KafkaWatermarks(low: 0, high: world.log.end(topic: topic, partition: Int(partition.partition)))
    }

    func commit(_ offsets: [TopicPartitionOffset], waiting: Bool) throws(KafkaError) {
        _ = try reach()
        for place in offsets { world.group.told[place.topicPartition] = place.offset }
    }

    func committed(_ partitions: [TopicPartition]) throws(KafkaError) -> [TopicPartitionOffset] {
        _ = try reach()
        // A reactor that keeps silent about what it decided otherwise equals no clean fold: here the broker forgot the group.
        guard world.counts[.databaseSetBack] == nil else { return [] }
        return partitions.compactMap { place in world.group.told[place].map { TopicPartitionOffset(place, offset: $0) }
        }
    }
}

/// The queue of one lane. `@unchecked Sendable`: the whole simulation is one thread's.
final class SimulatedLaneLog: LaneLog, @unchecked Sendable {
    private unowned let world: World
    private weak var worker: SimulatedWorker?
    private let lane: Int
    /// By topic, where fetching goes on; nil while nothing is fetched.
    private var positions: [Int64]?
    /// What was handed out last.
    private var batch: [KafkaMemoryRecord] = []

    init(_ world: World, _ worker: SimulatedWorker, lane: Int) {
        self.world = world
        self.worker = worker
        self.lane = lane
    }

    func open(at offsets: [TopicPartitionOffset]) {
        positions = world.log.topics.enumerated().map { index, topic in
            if world.mutation == .assignWithoutCheckpoint { return world.log.end(topic: index, partition: lane) }
            return offsets.first { $0.topic == topic && Int($0.partition) == lane }?.offset ?? 0
        }
    }

    func close() { positions = nil }

    func wake() {}

    /// The records that a commit moves the checkpoints over, in the order in which they were handed out.
    func records(of commit: LaneCommit) -> [RecordPlace] {
        let claimed = commit.claim.offsets(of: world.view)
        return batch.filter { $0.offset >= claimed[$0.topicIndex] && $0.offset < commit.next[$0.topicIndex] }
            .map { RecordPlace(topic: $0.topicIndex, offset: $0.offset) }
    }

    func consumeBatch(maximumMessages: Int, timeoutMilliseconds: Int32) -> KafkaBatch {
        guard let worker, world.serve(worker), var at = positions else { return give([], at: []) }
        if world.strikes(.unreadablePartition) { return broken() }
        if world.strikes(.redelivery) { at = at.map { max(0, $0 - Int64.random(in: 0...5, using: &world.random)) } }
        var records: [KafkaMemoryRecord] = []
        for _ in 0..<Int.random(in: 1...30, using: &world.random) {
            let waiting = at.indices.filter { at[$0] < world.log.end(topic: $0, partition: lane) }
            guard !waiting.isEmpty else { break }
            let topic = world.random.pick(waiting)
            if let record = world.log.record(topic: topic, partition: lane, offset: at[topic]) {
                records.append(record)
            }
            at[topic] += 1
        }
        positions = at
        return give(records, at: at)
    }

    private func give(_ records: [KafkaMemoryRecord], at positions: [Int64]) -> KafkaBatch {
        batch = records
        return KafkaBatch(
            records: records, topicNames: world.log.topics,
            positions: positions.enumerated().map { topic, offset in
                KafkaPosition(
                    topicIndex: topic, partition: Int32(lane), nextOffset: offset,
                    isAtEnd: offset == world.log.end(topic: topic, partition: lane))
            })
    }

    private func broken() -> KafkaBatch {
        let place = TopicPartitionOffset(topic: world.log.topics[0], partition: Int32(lane), offset: 0)
        let error = KafkaError(code: .offsetOutOfRange, message: "the broker does not give \(place)")
        return KafkaBatch(
            records: [], topicNames: world.log.topics, positions: [], partitionErrors: [(place: place, error: error)])
    }
}

/// Produces rerouted records and effects. `@unchecked Sendable`: the whole simulation is one thread's.
final class SimulatedProducer: LogProducer, @unchecked Sendable {
    private unowned let world: World
    private weak var worker: SimulatedWorker?

    init(_ world: World, _ worker: SimulatedWorker) {
        self.world = world
        self.worker = worker
    }

    func produce(_ messages: [KafkaMessage]) throws(LaneFailure) {
        guard let worker, world.serve(worker) else { throw .reroute("killed") }
        if world.strikes(.failedReroute) {
            if world.mutation == .rerouteNotAcknowledged { return }
            throw .reroute("the broker can't be reached")
        }
        world.note("\(worker.name) produces \(messages.map { "\($0.topic)/\($0.partition ?? -1)" })")
        do throws(KafkaError) { try world.take(messages) } catch { throw .reroute(error.description) }
        if world.strikes(.unacknowledgedReroute) { throw .reroute("no acknowledgement came") }
    }
}
