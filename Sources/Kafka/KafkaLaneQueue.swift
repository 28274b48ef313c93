import CLibrdkafka
import Synchronization

/// The queue of one lane: the records of its partitions, in each partition's order, taken in batches
/// by the lane's own thread. When the lane does not take them, fetching pauses.
///
/// `@unchecked Sendable`: librdkafka queues are thread-safe; the pointers never change and are
/// destroyed in `deinit`, when no thread can be inside ``consumeBatch(maximumMessages:timeoutMilliseconds:)``.
/// One thread consumes at a time; ``close()`` may come from another.
public final class KafkaLaneQueue: @unchecked Sendable {
    /// In the order given; ``KafkaPosition/topicIndex`` and ``KafkaRecord/topicIndex`` refer to ``topicNames``.
    public let partitions: [TopicPartition]
    /// The distinct topics, in order of first appearance in ``partitions``.
    public let topicNames: [String]

    private let handle: KafkaHandle
    private let topics: TopicRegistry
    private let table: LaneTopicTable
    private let queue: OpaquePointer
    private let sources = Mutex<[PartitionQueue]>([])
    private let waker: FetchWaker
    private let closed = Atomic<Bool>(false)

    init(handle: KafkaHandle, topics: TopicRegistry, partitions: [TopicPartition]) throws(KafkaError) {
        var names: [String] = []
        for partition in partitions where !names.contains(partition.topic) { names.append(partition.topic) }
        var pointers: [OpaquePointer] = []
        for name in names { pointers.append(try topics.entry(name).pointer) }
        guard let queue = rd_kafka_queue_new(handle.pointer) else {
            throw handle.error(rd_kafka_last_error(), doing: "lane queue")
        }
        self.handle = handle
        self.topics = topics
        self.partitions = partitions
        self.queue = queue
        topicNames = names
        waker = FetchWaker(handle)
        table = LaneTopicTable(names: names, pointers: pointers)
    }

    deinit {
        close()
        rd_kafka_queue_destroy(queue)
    }

    /// Sends the partitions' records here. Needed before every assignment: librdkafka forgets it
    /// when a partition stops.
    func attach() throws(KafkaError) {
        guard !isClosed else { return }
        var fresh: [PartitionQueue] = []
        for partition in partitions {
            guard let source = rd_kafka_queue_get_partition(handle.pointer, partition.topic, partition.partition)
            else {
                for source in fresh { rd_kafka_queue_destroy(source.pointer) }
                throw handle.error(rd_kafka_last_error(), doing: "lane queue of \(partition)")
            }
            fresh.append(PartitionQueue(pointer: source))
        }
        for source in fresh { rd_kafka_queue_forward(source.pointer, queue) }
        for old in exchangeSources(fresh) { rd_kafka_queue_destroy(old.pointer) }
    }

    private func exchangeSources(_ new: [PartitionQueue]) -> [PartitionQueue] {
        sources.withLock { current in
            let old = current
            current = new
            return old
        }
    }

    /// Records fetched and waiting.
    public var backlog: Int { rd_kafka_queue_length(queue) }

    public var isClosed: Bool { closed.load(ordering: .acquiring) }

    /// Takes what is there, at most `maximumMessages`; waits up to `timeoutMilliseconds` only when
    /// nothing is, and then not for more than the first. A batch without records may still carry
    /// positions (the end of a log) or errors; without either the time is up, the queue was closed,
    /// or ``wake()`` was called.
    public func consumeBatch(maximumMessages: Int, timeoutMilliseconds: Int32) -> KafkaBatch {
        let capacity = min(max(maximumMessages, 1), KafkaLimits.batchMessages)
        guard !isClosed else { return KafkaBatch(empty: table, handle: handle) }
        let messages = UnsafeMutablePointer<UnsafeMutablePointer<rd_kafka_message_t>?>.allocate(capacity: capacity)
        var taken = rd_kafka_consume_batch_queue(queue, 0, messages, capacity)
        if taken == 0, timeoutMilliseconds != 0, !isClosed {
            waker.beforeWaiting()
            taken = rd_kafka_consume_batch_queue(queue, timeoutMilliseconds, messages, 1)
            if taken == 1, capacity > 1 {
                taken += max(rd_kafka_consume_batch_queue(queue, 0, messages + 1, capacity - 1), 0)
            }
        }
        let batch = KafkaBatch(
            messages: messages, count: max(taken, 0), table: table, handle: handle)
        waker.took(batch.count, bytes: batch.payloadBytes)
        return batch
    }

    /// Makes a waiting ``consumeBatch(maximumMessages:timeoutMilliseconds:)`` return at once.
    public func wake() { rd_kafka_queue_yield(queue) }

    /// Detaches the partitions and wakes the consuming thread. What was waiting is gone: the
    /// partitions have to be assigned again, at the checkpoint, before they are consumed again.
    public func close() {
        guard !closed.exchange(true, ordering: .acquiringAndReleasing) else { return }
        for source in exchangeSources([]) {
            rd_kafka_queue_forward(source.pointer, nil)
            rd_kafka_queue_destroy(source.pointer)
        }
        rd_kafka_queue_yield(queue)
    }
}

/// `@unchecked Sendable`: librdkafka's queue functions are thread-safe; the owner destroys it once.
private struct PartitionQueue: @unchecked Sendable {
    let pointer: OpaquePointer
}

/// Names of a lane's topics by librdkafka's topic pointer.
///
/// `@unchecked Sendable`: immutable; the pointers are only compared, never followed.
final class LaneTopicTable: @unchecked Sendable {
    let names: [String]
    let pointers: [OpaquePointer]

    init(names: [String], pointers: [OpaquePointer]) {
        self.names = names
        self.pointers = pointers
    }

    /// -1 when the lane has no such topic.
    func index(of topic: OpaquePointer?) -> Int {
        for index in pointers.indices where pointers[index] == topic { return index }
        return -1
    }
}
