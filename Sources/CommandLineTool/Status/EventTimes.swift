import Domain
import Engine
import Events
import Kafka

/// How far behind partitions are by their events' own times: that of the newest record less that of the last one folded.
struct EventTimes {
    private let topology: Topology
    private let configuration: KafkaConfiguration
    private let decoder = EventDecoder()

    init(_ topology: Topology, _ configuration: KafkaConfiguration) {
        self.topology = topology
        self.configuration = configuration
    }

    /// By place, microseconds; partitions that could not be read in time are left out.
    func behind(_ partitions: [ViewStatus.Partition]) throws -> [TopicPartition: Int64] {
        var behind: [TopicPartition: Int64] = [:]
        var open: [ViewStatus.Partition] = []
        for part in partitions {
            if part.lag == 0 { behind[place(part)] = 0 } else { open.append(part) }
        }
        open = Array(open.prefix(CommandLineLimits.eventTimePartitions))
        guard !open.isEmpty else { return behind }
        let consumer = try KafkaConsumer(configuration: configuration, groupId: nil)
        defer { consumer.close() }
        // Before the first event is folded, the first one that waits stands for it.
        let folded = try times(open.map { ($0, max($0.start, $0.offset - 1)) }, consumer)
        let newest = try times(open.map { ($0, max($0.start, $0.end - 1)) }, consumer)
        for part in open {
            guard let last = folded[place(part)], let end = newest[place(part)] else { continue }
            behind[place(part)] = max(0, end - last)
        }
        return behind
    }

    private func place(_ part: ViewStatus.Partition) -> TopicPartition {
        TopicPartition(topic: part.topic, partition: Int32(part.partition))
    }

    /// By place, the time of the first record from the given offset on.
    private func times(
        _ wanted: [(part: ViewStatus.Partition, offset: Int64)], _ consumer: KafkaConsumer
    ) throws -> [TopicPartition: Int64] {
        try consumer.unassign()
        let queue = try consumer.laneQueue(for: wanted.map { place($0.part) })
        try consumer.assign(wanted.map { TopicPartitionOffset(place($0.part), offset: $0.offset) })
        var found: [TopicPartition: Int64] = [:]
        let deadline = ContinuousClock.now + .milliseconds(CommandLineLimits.eventTimeMilliseconds)
        while found.count < wanted.count, ContinuousClock.now < deadline, !Interruption.shared.isRequested {
            let batch = queue.consumeBatch(
                maximumMessages: CommandLineLimits.consumeBatchMessages,
                timeoutMilliseconds: CommandLineLimits.consumeWaitMilliseconds)
            for index in 0..<batch.count {
                let record = batch[index]
                let place = TopicPartition(topic: batch.topicName(of: record), partition: record.partition)
                if found[place] == nil { found[place] = time(of: record, place.topic) }
            }
            batch.release()
        }
        return found
    }

    /// The event's own time; that of the record where the event can't be read.
    private func time(of record: KafkaRecord, _ topic: String) -> Int64 {
        let recordTime = record.timestampMilliseconds.map { Timestamp(microseconds: $0 * 1_000) }
        let value = record.value ?? UnsafeRawBufferPointer(start: nil, count: 0)
        let event = topology.topic(named: topic)?.kind.flatMap { kind in
            try? decoder.decode(kind, value: value, headers: RecordHeaders(record: record), recordTime: recordTime)
        }
        return (event?.envelope.time ?? recordTime ?? Timestamp(microseconds: 0)).microseconds
    }
}
