import Events
import Kafka

/// Produces the events of one old partition whose keys belong to new ones again there, in their order.
struct PartitionMover {
    /// Says where a record was, and so how far a move is.
    private static let header: StaticString = "tapefold-moved-from"

    private let input: ViewInput
    private let partition: Int
    private let end: Int64
    private let old: Int
    private let new: Int
    private let kafka: KafkaConfiguration
    private let admin: KafkaAdmin
    private let placement: RecordPlacement
    private let producer: KafkaProducer

    init(
        _ input: ViewInput, partition: Int, end: Int64, old: Int, new: Int, kafka: KafkaConfiguration, admin: KafkaAdmin
    ) throws(EngineError) {
        self.input = input
        self.partition = partition
        self.end = end
        self.old = old
        self.new = new
        self.kafka = kafka
        self.admin = admin
        placement = RecordPlacement(input)
        producer = try inKafka { () throws(KafkaError) in try KafkaProducer(configuration: kafka) }
    }

    /// - Parameter acknowledged: called with the events that lie in their new places, batch by batch.
    /// - Returns: how many that are, those of an interrupted move not counted.
    func run(
        stop: StopSignal, acknowledged: ([MovedRecord]) throws(EngineError) -> Void
    ) throws(EngineError) -> Int {
        var brought: [Int: Int64] = [:]
        for target in stride(from: partition + old, to: new, by: old) {
            brought[target] = try reached(in: target, acknowledged)
        }
        let low = try watermarks(partition).low
        var count = 0
        // From the least that any target has got: each one drops what it has.
        let start = max(low, (brought.values.min() ?? -1) + 1)
        try PartitionScan(topic: input.topic, partition: partition, range: start..<max(start, end), kafka: kafka)
            .run(stop: stop) { (batch, indexes) throws(EngineError) in
                var messages: [KafkaMessage] = []
                var sources: [(target: Int, offset: Int64)] = []
                for index in indexes {
                    let record = batch[index]
                    guard let (target, key) = target(of: record), record.offset > brought[target] ?? -1 else {
                        continue
                    }
                    messages.append(message(record, key: key, target: target))
                    sources.append((target, record.offset))
                }
                guard !messages.isEmpty else { return }
                let offsets = try inKafka { () throws(KafkaError) in try producer.sendAndWait(messages) }
                count += messages.count
                try acknowledged(
                    zip(sources, offsets).compactMap { source, offset in
                        offset.map {
                            MovedRecord(
                                from: .init(partition: partition, offset: source.offset),
                                to: .init(partition: source.target, offset: $0))
                        }
                    })
            }
        return count
    }

    /// The new partition that a record moves to; nil where it stays, or lies wrong as it is: then another copy counts.
    private func target(of record: KafkaRecord) -> (Int, [UInt8])? {
        guard let recordKey = record.key, recordKey.count > 0, let key = placement.key(of: record),
            placement.partition(key, of: old) == partition
        else { return nil }
        let target = placement.partition(key, of: new)
        return target == partition ? nil : (target, key)
    }

    private func message(_ record: KafkaRecord, key: [UInt8], target: Int) -> KafkaMessage {
        KafkaMessage(
            topic: input.topic, partition: Int32(target), key: key, value: record.value.map(Array.init),
            headers: record.headers + [KafkaHeader("\(Self.header)", "\(partition)@\(record.offset)")],
            timestampMilliseconds: record.timestampMilliseconds)
    }

    /// The last offset that an interrupted move brought to `target`; -1 when it brought none.
    ///
    /// What goes with those events is told again: the move may have been interrupted between the two.
    private func reached(
        in target: Int, _ acknowledged: ([MovedRecord]) throws(EngineError) -> Void
    ) throws(EngineError) -> Int64 {
        let bounds = try watermarks(target)
        var reached: Int64 = -1
        // Producers may have gone on behind it: the last one that has the header counts.
        try PartitionScan(topic: input.topic, partition: target, range: bounds.low..<bounds.high, kafka: kafka)
            .run(stop: StopSignal()) { (batch, indexes) throws(EngineError) in
                var known: [MovedRecord] = []
                for index in indexes {
                    guard let offset = Self.source(of: batch[index], partition: partition) else { continue }
                    reached = max(reached, offset)
                    known.append(
                        MovedRecord(
                            from: .init(partition: partition, offset: offset),
                            to: .init(partition: target, offset: batch[index].offset)))
                }
                try acknowledged(known)
            }
        return reached
    }

    private static func source(of record: KafkaRecord, partition: Int) -> Int64? {
        guard let value = record.header(named: header) else { return nil }
        let parts = String(decoding: value, as: UTF8.self).split(separator: "@")
        guard parts.count == 2, Int(parts[0]) == partition else { return nil }
        return Int64(parts[1])
    }

    private func watermarks(_ partition: Int) throws(EngineError) -> KafkaWatermarks {
        try inKafka { () throws(KafkaError) in
            try admin.watermarks(TopicPartition(topic: input.topic, partition: Int32(partition)))
        }
    }
}

/// Produces misplaced records of a stretch again where they belonged by the old count, as their home view's worker would
/// have done next. Done twice it does no harm: identity makes one event of two.
struct TailReroute {
    private let input: ViewInput
    private let partition: Int
    private let range: Range<Int64>
    private let lanes: Int
    private let kafka: KafkaConfiguration

    init(_ input: ViewInput, partition: Int, range: Range<Int64>, lanes: Int, _ kafka: KafkaConfiguration) {
        self.input = input
        self.partition = partition
        self.range = range
        self.lanes = lanes
        self.kafka = kafka
    }

    func run(stop: StopSignal) throws(EngineError) -> Int {
        let placement = RecordPlacement(input)
        let producer = try inKafka { () throws(KafkaError) in try KafkaProducer(configuration: kafka) }
        var count = 0
        try PartitionScan(topic: input.topic, partition: partition, range: range, kafka: kafka)
            .run(stop: stop) { (batch, indexes) throws(EngineError) in
                var messages: [KafkaMessage] = []
                for index in indexes {
                    let record = batch[index]
                    guard let key = placement.key(of: record) else { continue }
                    let hasKey = (record.key?.count ?? 0) > 0
                    guard !hasKey || placement.partition(key, of: lanes) != partition else { continue }
                    messages.append(
                        Rerouter.message(
                            record, key: String(decoding: key, as: UTF8.self), input: input, lanes: lanes))
                }
                guard !messages.isEmpty else { return }
                _ = try inKafka { () throws(KafkaError) in try producer.sendAndWait(messages) }
                count += messages.count
            }
        return count
    }
}
