import Domain
import Engine
import Events
import Glibc
import HTTPServing
import Kafka
import Synchronization

/// Reads the tape straight from Kafka, without a group, and hands each symbol's newest tick to the streams, at most one in
/// ``StreamLimits/tickMilliseconds``. One thread.
final class MarketFeed: Sendable {
    private let configuration: KafkaConfiguration
    private let hub: StreamHub
    private let log: Log
    private let stopping = Atomic(false)
    let ticksRead = Atomic(0)
    /// Ticks that could not be read, were older than one before, or of more symbols than are followed.
    let ticksSkipped = Atomic(0)

    private static let topic = EventKind.marketUpdated.topic

    init(_ configuration: KafkaConfiguration, hub: StreamHub, log: Log) {
        self.configuration = configuration
        self.hub = hub
        self.log = log
    }

    func stop() { stopping.store(true, ordering: .relaxed) }

    /// The thread's body: reads, and begins anew after an error or when the topic has grown, until `stop`.
    func run() {
        var told: String?
        let reader = TapeReader()
        while !stopping.load(ordering: .relaxed) {
            do throws(KafkaError) {
                let consumer = try KafkaConsumer(configuration: configuration, groupId: nil)
                defer { consumer.close() }
                try read(consumer, reader) { told = nil }
            } catch {
                if told != error.message {
                    log.warning("the tape cannot be read, trying again every second: \(error.message)")
                }
                told = error.message
                pause()
            }
        }
    }

    private func pause() {
        let end = MonotonicClock.deadline(milliseconds: StreamLimits.feedRetryMilliseconds)
        while MonotonicClock.nanoseconds() < end, !stopping.load(ordering: .relaxed) { usleep(20_000) }
    }

    private func read(_ consumer: KafkaConsumer, _ reader: TapeReader, begun: () -> Void) throws(KafkaError) {
        let partitions = try partitions(consumer)
        let queue = try consumer.laneQueue(for: partitions)
        defer { queue.close() }
        let (starts, isLost) = try starts(consumer, partitions, after: reader.positions)
        try consumer.assign(starts)
        begun()
        if reader.positions.isEmpty || isLost {
            let places = Dictionary(starts.map { ($0.partition, $0.offset) }) { one, _ in one }
            hub.tellAll(.tapeStarted(places, isLost: isLost))
        }
        log.info("streams follow \(Self.topic) in \(partitions.count) partitions")
        var nextLook = MonotonicClock.deadline(milliseconds: StreamLimits.partitionLookSeconds * 1_000)
        while !stopping.load(ordering: .relaxed) {
            while consumer.poll(timeoutMilliseconds: 0) != nil {}
            let batch = queue.consumeBatch(
                maximumMessages: StreamLimits.tapeBatchRecords, timeoutMilliseconds: StreamLimits.tapeWaitMilliseconds)
            if let failed = batch.partitionErrors.first { throw failed.error }
            let now = Int64(MonotonicClock.nanoseconds() / 1_000_000)
            let outgoing = reader.take(batch, at: now, symbols: hub.symbols)
            ticksRead.add(batch.count, ordering: .relaxed)
            ticksSkipped.add(reader.takeSkipped(), ordering: .relaxed)
            batch.release()
            if !outgoing.isEmpty { hub.tellAll(.ticks(outgoing, tape: reader.positions)) }
            guard MonotonicClock.nanoseconds() > nextLook else { continue }
            nextLook = MonotonicClock.deadline(milliseconds: StreamLimits.partitionLookSeconds * 1_000)
            // More partitions: begin anew with all of them. A broker that is away is no reason to.
            if let count = try? self.partitions(consumer).count, count != partitions.count { return }
        }
    }

    private func partitions(_ consumer: KafkaConsumer) throws(KafkaError) -> [TopicPartition] {
        guard
            let count = try consumer.partitionCounts(
                topics: [Self.topic], timeoutMilliseconds: StreamLimits.kafkaMilliseconds)[Self.topic], count > 0
        else {
            throw KafkaError(
                code: .wrongState, message: "topic \(Self.topic) does not exist; create it with: tapefold topics create"
            )
        }
        return (0..<count).map { TopicPartition(topic: Self.topic, partition: Int32($0)) }
    }

    /// Where an earlier reading ended; at first, offsets of a little ago, so that what was quoted last is at hand for
    /// whoever asks first. Lost: the log no longer has all that came in between.
    private func starts(
        _ consumer: KafkaConsumer, _ partitions: [TopicPartition], after known: [Int32: Int64]
    ) throws(KafkaError) -> ([TopicPartitionOffset], isLost: Bool) {
        let since = Int64(time(nil)) * 1_000 - StreamLimits.tapeTailMilliseconds
        let tail = try consumer.offsets(
            forTime: since, of: partitions, timeoutMilliseconds: StreamLimits.kafkaMilliseconds)
        var starts: [TopicPartitionOffset] = []
        var isLost = false
        for place in tail where !stopping.load(ordering: .relaxed) {
            let bounds = try consumer.watermarks(
                place.topicPartition, timeoutMilliseconds: StreamLimits.kafkaMilliseconds)
            let fallback = place.offset >= 0 ? place.offset : bounds.high
            if let offset = known[place.partition] {
                let isThere = offset >= bounds.low && offset <= bounds.high
                starts.append(TopicPartitionOffset(place.topicPartition, offset: isThere ? offset : fallback))
                isLost = isLost || !isThere
            } else {
                // A partition that came to be since is read from its beginning.
                starts.append(
                    TopicPartitionOffset(place.topicPartition, offset: known.isEmpty ? fallback : bounds.low))
            }
        }
        return (starts, isLost)
    }
}

/// Decodes and conflates: what comes in as records goes out as ticks that are due. Belongs to the feed's thread.
final class TapeReader {
    private let decoder = EventDecoder()
    private var conflator = TickConflator<Int, SharedTick>(intervalMilliseconds: StreamLimits.tickMilliseconds)
    /// By symbol, the time of its newest tick.
    private var newest: [Int64] = []
    /// By partition, the offset behind what was read.
    private(set) var positions: [Int32: Int64] = [:]
    private var skipped = 0

    func takeSkipped() -> Int {
        defer { skipped = 0 }
        return skipped
    }

    func take(_ batch: KafkaBatch, at now: Int64, symbols: SymbolRegistry) -> [SharedTick] {
        var outgoing: [Int: SharedTick] = [:]
        for index in 0..<batch.count {
            let record = batch[index]
            guard let tick = decode(record, symbols) else {
                skipped += 1
                continue
            }
            if let out = conflator.offer(tick, of: tick.symbol, at: now) { outgoing[out.symbol] = out }
        }
        for position in batch.positions { positions[position.partition] = position.nextOffset }
        for tick in conflator.take(at: now) { outgoing[tick.symbol] = tick }
        return Array(outgoing.values)
    }

    private func decode(_ record: KafkaRecord, _ symbols: SymbolRegistry) -> SharedTick? {
        let time = record.timestampMilliseconds.map { Timestamp(microseconds: $0 * 1_000) }
        let value = record.value ?? UnsafeRawBufferPointer(start: nil, count: 0)
        guard
            let decoded = try? decoder.decode(
                .marketUpdated, value: value, headers: RecordHeaders(record: record), recordTime: time),
            case .marketUpdated(let tick) = decoded.payload,
            let symbol = symbols.tape(StreamSymbol(exchange: tick.exchange, symbol: tick.symbol))
        else { return nil }
        while newest.count <= symbol { newest.append(.min) }
        // An older tick never overwrites a quote.
        let microseconds = decoded.envelope.time.microseconds
        guard microseconds >= newest[symbol] else { return nil }
        newest[symbol] = microseconds
        return SharedTick(
            symbol: symbol, tick: tick, time: decoded.envelope.time, partition: record.partition, offset: record.offset)
    }
}
