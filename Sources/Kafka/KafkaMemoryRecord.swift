import CLibrdkafka

/// A record that no broker gave: for a ``KafkaBatch`` made from memory.
public struct KafkaMemoryRecord: Sendable, Hashable {
    /// Index into ``KafkaBatch/topicNames``.
    public var topicIndex: Int
    public var partition: Int32
    public var offset: Int64
    public var key: [UInt8]?
    public var value: [UInt8]?
    public var headers: [KafkaHeader]
    public var timestampMilliseconds: Int64?

    public init(
        topicIndex: Int, partition: Int32, offset: Int64, key: [UInt8]?, value: [UInt8]?,
        headers: [KafkaHeader] = [], timestampMilliseconds: Int64? = nil
    ) {
        self.topicIndex = topicIndex
        self.partition = partition
        self.offset = offset
        self.key = key
        self.value = value
        self.headers = headers
        self.timestampMilliseconds = timestampMilliseconds
    }
}

/// The memory behind the records of a batch that was made from memory, laid out as librdkafka's messages are.
final class MemoryRecords {
    /// What librdkafka keeps in private fields of its messages.
    final class Extras {
        let timestampMilliseconds: Int64?
        let headers: OpaquePointer?

        init(_ record: KafkaMemoryRecord) {
            timestampMilliseconds = record.timestampMilliseconds
            headers = record.headers.isEmpty ? nil : KafkaProducer.headerList(record.headers)
        }

        deinit { if let headers { rd_kafka_headers_destroy(headers) } }
    }

    private let messages: UnsafeMutablePointer<rd_kafka_message_t>
    private let topicIndexes: [Int]
    private let extras: [Extras]

    init(_ records: [KafkaMemoryRecord]) {
        messages = .allocate(capacity: max(records.count, 1))
        topicIndexes = records.map(\.topicIndex)
        extras = records.map(Extras.init)
        for (index, record) in records.enumerated() {
            var message = rd_kafka_message_t()
            message.partition = record.partition
            message.offset = record.offset
            message.key = Self.copy(record.key)
            message.key_len = record.key?.count ?? 0
            message.payload = Self.copy(record.value)
            message.len = record.value?.count ?? 0
            (messages + index).initialize(to: message)
        }
    }

    deinit {
        for index in extras.indices {
            messages[index].key?.deallocate()
            messages[index].payload?.deallocate()
        }
        messages.deallocate()
    }

    func record(_ index: Int) -> KafkaRecord {
        KafkaRecord(
            message: messages + index, topicIndex: topicIndexes[index],
            memory: .passUnretained(extras[index]))
    }

    private static func copy(_ bytes: [UInt8]?) -> UnsafeMutableRawPointer? {
        guard let bytes else { return nil }
        let copy = UnsafeMutableRawPointer.allocate(byteCount: max(bytes.count, 1), alignment: 8)
        bytes.withUnsafeBytes { source in
            if let start = source.baseAddress { copy.copyMemory(from: start, byteCount: source.count) }
        }
        return copy
    }
}
