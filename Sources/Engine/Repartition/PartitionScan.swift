import Events
import Kafka

/// Reads a stretch of one partition from its start to its end.
struct PartitionScan {
    let topic: String
    let partition: Int
    let range: Range<Int64>
    let kafka: KafkaConfiguration

    private var place: TopicPartition { TopicPartition(topic: topic, partition: Int32(partition)) }

    /// Calls `body` with each batch and the indexes of its records that are in the range.
    func run(
        stop: StopSignal, _ body: (KafkaBatch, [Int]) throws(EngineError) -> Void
    ) throws(EngineError) {
        guard !range.isEmpty else { return }
        let consumer = try inKafka { () throws(KafkaError) in try KafkaConsumer(configuration: kafka, groupId: nil) }
        defer { consumer.close() }
        let queue = try inKafka { () throws(KafkaError) in
            let queue = try consumer.laneQueue(for: [place])
            try consumer.assign([TopicPartitionOffset(place, offset: range.lowerBound)])
            return queue
        }
        var next = range.lowerBound
        while next < range.upperBound {
            if stop.isSet {
                throw EngineError(.interrupted, "interrupted; the same command goes on where it stopped")
            }
            let batch = queue.consumeBatch(
                maximumMessages: EngineLimits.rebuildBatchRecords,
                timeoutMilliseconds: EngineLimits.batchWaitMilliseconds)
            if let failure = batch.partitionErrors.first {
                throw EngineError(.kafka, "\(failure.place): \(failure.error)")
            }
            try body(batch, (0..<batch.count).filter { range.contains(batch[$0].offset) })
            next = batch.positions.map(\.nextOffset).max().map { max(next, $0) } ?? next
            batch.release()
        }
    }
}

/// Where a record belongs, with a topic of so many partitions.
struct RecordPlacement {
    private let input: ViewInput
    private let decoder = EventDecoder()

    init(_ input: ViewInput) { self.input = input }

    /// The key that its data has; nil where it can't be read: such a record is refused wherever it lies.
    func key(of record: KafkaRecord) -> [UInt8]? {
        let value = record.value ?? UnsafeRawBufferPointer(start: nil, count: 0)
        do throws(EventRefusal) {
            let event = try decoder.decode(
                input.kind, value: value, headers: RecordHeaders(record: record), recordTime: .init(microseconds: 0))
            return Array(event.payload.partitionKey.utf8)
        } catch {
            return nil
        }
    }

    func partition(_ key: [UInt8], of count: Int) -> Int {
        Int(input.partitioner.partition(forKey: key, count: Int32(count)))
    }
}
