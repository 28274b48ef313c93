import CLibrdkafka

/// How far a batch goes in one partition.
public struct KafkaPosition: Sendable, Hashable {
    /// Index into ``KafkaBatch/topicNames``.
    public let topicIndex: Int
    public let partition: Int32
    /// The offset to continue from. It may lie beyond the last record's: transaction markers and
    /// aborted records take up offsets too.
    public internal(set) var nextOffset: Int64
    /// The log ended at ``nextOffset`` when it was fetched.
    public internal(set) var isAtEnd: Bool

    public init(topicIndex: Int, partition: Int32, nextOffset: Int64, isAtEnd: Bool) {
        self.topicIndex = topicIndex
        self.partition = partition
        self.nextOffset = nextOffset
        self.isAtEnd = isAtEnd
    }
}

/// Records taken from a lane queue, in the order of each partition. Owns librdkafka's messages, whose
/// bytes are those of the network buffer: nothing is copied.
///
/// Belongs to one thread. Ends with ``release()`` or with its last reference; records and their
/// buffers must not be used after that.
public final class KafkaBatch {
    /// Number of records.
    public private(set) var count: Int
    /// Where each partition that is in the batch, as records or as the end of its log, goes on.
    public private(set) var positions: [KafkaPosition] = []
    /// Partitions that stopped, with the offset concerned.
    public private(set) var partitionErrors: [(place: TopicPartitionOffset, error: KafkaError)] = []
    /// Key and value bytes of all records.
    public private(set) var payloadBytes = 0
    /// What ``KafkaRecord/topicIndex`` refers to.
    public var topicNames: [String] { table.names }

    private var messages: UnsafeMutablePointer<UnsafeMutablePointer<rd_kafka_message_t>?>?
    private let table: LaneTopicTable
    private let handle: KafkaHandle?
    /// Set where the records were never librdkafka's.
    private var memory: MemoryRecords?

    /// Records from memory, for what stands in for a log. `partitionErrors` is what a lane queue would report.
    public init(
        records: [KafkaMemoryRecord], topicNames: [String], positions: [KafkaPosition],
        partitionErrors: [(place: TopicPartitionOffset, error: KafkaError)] = []
    ) {
        table = LaneTopicTable(names: topicNames, pointers: [])
        handle = nil
        count = records.count
        memory = MemoryRecords(records)
        self.positions = positions
        self.partitionErrors = partitionErrors
        payloadBytes = records.reduce(0) { $0 + ($1.key?.count ?? 0) + ($1.value?.count ?? 0) }
    }

    init(empty table: LaneTopicTable, handle: KafkaHandle) {
        count = 0
        self.table = table
        self.handle = handle
    }

    /// Takes over `messages` and what it points to.
    init(
        messages: UnsafeMutablePointer<UnsafeMutablePointer<rd_kafka_message_t>?>, count taken: Int,
        table: LaneTopicTable, handle: KafkaHandle
    ) {
        self.table = table
        self.handle = handle
        count = 0
        self.messages = messages
        sort(taken)
    }

    deinit { release() }

    public var isEmpty: Bool { count == 0 }

    /// The record at `index`, `0..<count`.
    public subscript(index: Int) -> KafkaRecord {
        precondition(index >= 0 && index < count, "record index out of range")
        guard let message = messages?[index] else {
            guard let memory else { preconditionFailure("batch already released") }
            return memory.record(index)
        }
        return KafkaRecord(message: message, topicIndex: table.index(of: message.pointee.rkt))
    }

    public func topicName(of record: KafkaRecord) -> String { table.names[record.topicIndex] }

    /// Gives the records back to librdkafka now. Positions and errors stay.
    public func release() {
        guard let messages else {
            if memory != nil { count = 0 }
            memory = nil
            return
        }
        for index in 0..<count { rd_kafka_message_destroy(messages[index]) }
        messages.deallocate()
        self.messages = nil
        count = 0
    }

    /// One pass: records move to the front, the rest is noted and destroyed.
    private func sort(_ taken: Int) {
        guard let messages else { return }
        var last = -1
        var bytes = 0
        for index in 0..<taken {
            guard let message = messages[index] else { continue }
            let isRecord = message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR && !Self.isControl(message)
            let isEnd = message.pointee.err == RD_KAFKA_RESP_ERR__PARTITION_EOF
            if isRecord {
                bytes += message.pointee.len + message.pointee.key_len
                last = note(message, nextOffset: message.pointee.offset + 1, isAtEnd: false, hint: last)
                messages[count] = message
                count += 1
                continue
            }
            if isEnd {
                last = note(message, nextOffset: message.pointee.offset, isAtEnd: true, hint: last)
            } else if message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR {
                last = note(message, nextOffset: message.pointee.offset + 1, isAtEnd: false, hint: last)
            } else {
                noteError(message)
            }
            rd_kafka_message_destroy(message)
        }
        payloadBytes = bytes
    }

    /// A transaction marker: without key, value and time. Versions of librdkafka before 2.1 hand
    /// them out through the batch interface.
    private static func isControl(_ message: UnsafeMutablePointer<rd_kafka_message_t>) -> Bool {
        guard message.pointee.key == nil, message.pointee.payload == nil else { return false }
        var type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        _ = rd_kafka_message_timestamp(message, &type)
        return type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
    }

    /// - Returns: the index in `positions`, the hint for the next message.
    private func note(
        _ message: UnsafeMutablePointer<rd_kafka_message_t>, nextOffset: Int64, isAtEnd: Bool, hint: Int
    ) -> Int {
        let topicIndex = table.index(of: message.pointee.rkt)
        let partition = message.pointee.partition
        var found = -1
        if hint >= 0, positions[hint].partition == partition, positions[hint].topicIndex == topicIndex {
            found = hint
        } else {
            for index in positions.indices
            where positions[index].partition == partition && positions[index].topicIndex == topicIndex {
                found = index
            }
        }
        if found < 0 {
            positions.append(
                KafkaPosition(
                    topicIndex: topicIndex, partition: partition, nextOffset: nextOffset, isAtEnd: isAtEnd))
            return positions.count - 1
        }
        positions[found].nextOffset = nextOffset
        positions[found].isAtEnd = isAtEnd
        return found
    }

    private func noteError(_ message: UnsafeMutablePointer<rd_kafka_message_t>) {
        let topic = message.pointee.rkt.map { String(cString: rd_kafka_topic_name($0)) } ?? ""
        let place = TopicPartitionOffset(
            topic: topic, partition: message.pointee.partition, offset: message.pointee.offset)
        let detail = String(cString: rd_kafka_message_errstr(message))
        let error = KafkaError(
            message.pointee.err, doing: "consume \(place)", detail: detail, brokers: handle?.state.brokers)
        partitionErrors.append((place, error))
    }
}
