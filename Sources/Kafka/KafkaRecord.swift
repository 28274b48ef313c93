import CLibrdkafka

/// A record inside a ``KafkaBatch``: valid only while the batch is alive and not released. Copying it
/// copies a pointer.
public struct KafkaRecord {
    let message: UnsafeMutablePointer<rd_kafka_message_t>
    /// Index into ``KafkaBatch/topicNames``.
    public let topicIndex: Int
    /// What librdkafka keeps behind its own messages; set for a record that is not one of them.
    let memory: Unmanaged<MemoryRecords.Extras>?

    init(
        message: UnsafeMutablePointer<rd_kafka_message_t>, topicIndex: Int,
        memory: Unmanaged<MemoryRecords.Extras>? = nil
    ) {
        self.message = message
        self.topicIndex = topicIndex
        self.memory = memory
    }

    public var partition: Int32 { message.pointee.partition }
    public var offset: Int64 { message.pointee.offset }

    /// nil for a record without a key; empty for an empty key.
    public var key: UnsafeRawBufferPointer? {
        guard let start = message.pointee.key else { return nil }
        return UnsafeRawBufferPointer(start: start, count: message.pointee.key_len)
    }

    /// nil for a null value (a tombstone).
    public var value: UnsafeRawBufferPointer? {
        guard let start = message.pointee.payload else { return nil }
        return UnsafeRawBufferPointer(start: start, count: message.pointee.len)
    }

    /// Milliseconds since the Unix epoch: the producer's time, or the log's if the topic says so; nil
    /// when the record has none.
    public var timestampMilliseconds: Int64? {
        if let memory { return memory.takeUnretainedValue().timestampMilliseconds }
        var type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        let time = rd_kafka_message_timestamp(message, &type)
        return type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? nil : time
    }

    public var hasHeaders: Bool { headerList != nil }

    /// The headers in order, values copied.
    public var headers: [KafkaHeader] {
        guard let list = headerList else { return [] }
        var result: [KafkaHeader] = []
        forEachHeader(list) { name, value in
            result.append(KafkaHeader(name: String(cString: name), value: value.map(Array.init)))
        }
        return result
    }

    /// Calls `body` with each header's name (NUL-terminated) and value, without copying; a null
    /// value is nil.
    public func withEachHeader(_ body: (UnsafePointer<CChar>, UnsafeRawBufferPointer?) -> Void) {
        guard let list = headerList else { return }
        forEachHeader(list, body)
    }

    /// The last header of that name, without copying; nil when there is none or its value is null.
    public func header(named name: StaticString) -> UnsafeRawBufferPointer? {
        guard let list = headerList else { return nil }
        var start: UnsafeRawPointer?
        var size = 0
        let found = UnsafeRawPointer(name.utf8Start).withMemoryRebound(to: CChar.self, capacity: name.utf8CodeUnitCount)
        {
            rd_kafka_header_get_last(list, $0, &start, &size)
        }
        guard found == RD_KAFKA_RESP_ERR_NO_ERROR, let start else { return nil }
        return UnsafeRawBufferPointer(start: start, count: size)
    }

    /// librdkafka decodes the headers on the first call and keeps them with the message.
    private var headerList: OpaquePointer? {
        if let memory { return memory.takeUnretainedValue().headers }
        var list: OpaquePointer?
        guard rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        return list
    }

    private func forEachHeader(
        _ list: OpaquePointer, _ body: (UnsafePointer<CChar>, UnsafeRawBufferPointer?) -> Void
    ) {
        var index = 0
        var name: UnsafePointer<CChar>?
        var start: UnsafeRawPointer?
        var size = 0
        while rd_kafka_header_get_all(list, index, &name, &start, &size) == RD_KAFKA_RESP_ERR_NO_ERROR {
            if let name { body(name, start.map { UnsafeRawBufferPointer(start: $0, count: size) }) }
            index += 1
        }
    }
}

/// A record's header. Names may repeat; the value may be null.
public struct KafkaHeader: Sendable, Hashable {
    public let name: String
    public let value: [UInt8]?

    public init(name: String, value: [UInt8]?) {
        self.name = name
        self.value = value
    }

    public init(_ name: String, _ text: String) {
        self.init(name: name, value: Array(text.utf8))
    }
}
