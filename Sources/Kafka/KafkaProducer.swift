import CLibrdkafka
import Synchronization

/// An idempotent producer: each message once and in order per partition, across retries.
///
/// Messages are copied and queued; delivery reports are served inside `send`, `flush` and `poll`, on
/// the calling thread. May be used from several threads. After a fatal error make a new one.
public final class KafkaProducer: Sendable {
    let handle: KafkaHandle
    private let topics: TopicRegistry
    private let partitioners: [String: KafkaPartitioner]
    private let defaultPartitioner: KafkaPartitioner
    private let sends = Atomic<UInt64>(0)

    /// - Parameters:
    ///   - partitioners: topics that do not use `defaultPartitioner`.
    ///   - deliveryHandler: receives the outcome of messages sent with a token.
    /// - Throws: when a property is unknown or invalid. The brokers need not be reachable.
    public init(
        configuration: KafkaConfiguration, partitioners: [String: KafkaPartitioner] = [:],
        defaultPartitioner: KafkaPartitioner = .murmur2, deliveryHandler: KafkaDeliveryHandler? = nil
    ) throws(KafkaError) {
        handle = try KafkaHandle(
            configuration, role: .producer,
            state: ClientState(configuration: configuration, deliveryHandler: deliveryHandler))
        topics = TopicRegistry(handle)
        self.partitioners = partitioners
        self.defaultPartitioner = defaultPartitioner
    }

    /// A topic ready to be sent to, for loops that send much to one topic.
    ///
    /// `@unchecked Sendable`: the pointer is valid as long as `registry` is held, and librdkafka's
    /// use of it is thread-safe.
    public struct Topic: @unchecked Sendable {
        public let name: String
        let pointer: OpaquePointer
        private let registry: TopicRegistry

        init(_ entry: TopicRegistry.Entry, registry: TopicRegistry) {
            name = entry.name
            pointer = entry.pointer
            self.registry = registry
        }
    }

    public func topic(_ name: String) throws(KafkaError) -> Topic {
        let partitioner = partitioners[name] ?? defaultPartitioner
        let entry = try topics.entry(name, properties: ["partitioner": partitioner.propertyValue])
        return Topic(entry, registry: topics)
    }

    /// Queues a message; waits for room up to ``KafkaLimits/sendWaitMilliseconds`` when the queue is full.
    ///
    /// - Parameters:
    ///   - partition: nil leaves it to the topic's partitioner.
    ///   - timestampMilliseconds: since the Unix epoch; nil: now.
    ///   - token: up to 63 bits; the outcome is handed to the delivery handler with it.
    /// - Throws: when the message is too large, the queue stays full, or the producer is dead
    ///   (``KafkaError/isFatal``). Failures after this are reported by ``flush(timeoutMilliseconds:)``.
    public func send(
        _ topic: Topic, partition: Int32? = nil, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?,
        headers: [KafkaHeader] = [], timestampMilliseconds: Int64? = nil, token: UInt64? = nil
    ) throws(KafkaError) {
        try enqueue(
            topic, partition: partition, key: key, value: value, headers: headers,
            timestampMilliseconds: timestampMilliseconds, opaque: token.flatMap(DeliveryTag.token))
    }

    /// Queues a message. See ``send(_:partition:key:value:headers:timestampMilliseconds:token:)``.
    public func send(_ message: KafkaMessage, token: UInt64? = nil) throws(KafkaError) {
        try enqueue(message, opaque: token.flatMap(DeliveryTag.token))
    }

    /// Serves delivery reports for up to `timeoutMilliseconds`.
    public func poll(timeoutMilliseconds: Int32 = 0) { _ = rd_kafka_poll(handle.pointer, timeoutMilliseconds) }

    /// Messages queued or sent and not yet reported, and events that ``poll(timeoutMilliseconds:)`` has not taken yet.
    public var outstanding: Int { Int(rd_kafka_outq_len(handle.pointer)) }

    /// Totals since the producer was made.
    public var deliveryCounts: DeliveryCounts { handle.state.deliveries.withLock { $0 } }

    /// The next error, statistics or the like, if any.
    public func nextEvent() -> KafkaConsumerEvent? { handle.state.popEvent() }

    /// Sends everything now and waits for the outcome.
    ///
    /// - Throws: the first delivery failure since the last flush that threw one; or that time is up,
    ///   in which case the rest stays queued.
    public func flush(timeoutMilliseconds: Int32 = KafkaLimits.requestTimeoutMilliseconds) throws(KafkaError) {
        let code = rd_kafka_flush(handle.pointer, timeoutMilliseconds)
        let failure = handle.state.deliveries.withLock { counts in
            let first = counts.firstFailure
            counts.firstFailure = nil
            return first
        }
        if let failure { throw failure.error }
        try handle.check(code, doing: "flush of \(outstanding) messages")
    }

    /// Sends the messages in order and waits until each is acknowledged.
    ///
    /// - Returns: their offsets, in order; nil where an idempotent retry found the message already stored.
    /// - Throws: the first failure. Messages before or after it may have been stored.
    public func sendAndWait(_ messages: [KafkaMessage]) throws(KafkaError) -> [Int64?] {
        try sendAndWaitForPlaces(messages).map(\.offset)
    }

    /// The same; where each message lies now.
    public func sendAndWaitForPlaces(_ messages: [KafkaMessage]) throws(KafkaError) -> [KafkaPlace] {
        let batch = AcknowledgedSend(count: messages.count)
        var refused: KafkaError?
        for (index, message) in messages.enumerated() {
            batch.expectOne()
            do throws(KafkaError) {
                try enqueue(message, opaque: batch.opaque(index))
            } catch {
                batch.withdrawOne()
                refused = error
                break
            }
        }
        while !batch.isComplete {
            _ = rd_kafka_flush(handle.pointer, KafkaLimits.sendRetryMilliseconds)
        }
        if let refused { throw refused }
        return try outcome(of: batch, messages)
    }

    private func outcome(of batch: AcknowledgedSend, _ messages: [KafkaMessage]) throws(KafkaError) -> [KafkaPlace] {
        var places: [KafkaPlace] = []
        places.reserveCapacity(batch.count)
        for index in 0..<batch.count {
            let slot = batch.slots[index]
            try handle.check(slot.code, doing: "produce to \(messages[index].topic)")
            places.append(
                KafkaPlace(partition: slot.partition, offset: slot.offset >= 0 ? slot.offset : nil))
        }
        return places
    }

    private func enqueue(_ message: KafkaMessage, opaque: UnsafeMutableRawPointer?) throws(KafkaError) {
        let topic = try topic(message.topic)
        let failure: KafkaError? = withOptionalBytes(message.key) { key in
            withOptionalBytes(message.value) { value in
                do throws(KafkaError) {
                    try enqueue(
                        topic, partition: message.partition, key: key, value: value, headers: message.headers,
                        timestampMilliseconds: message.timestampMilliseconds, opaque: opaque)
                    return nil
                } catch {
                    return error
                }
            }
        }
        if let failure { throw failure }
    }

    private func enqueue(
        _ topic: Topic, partition: Int32?, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?,
        headers: [KafkaHeader], timestampMilliseconds: Int64?, opaque: UnsafeMutableRawPointer?
    ) throws(KafkaError) {
        if sends.add(1, ordering: .relaxed).newValue % KafkaLimits.sendsBetweenPolls == 0 {
            _ = rd_kafka_poll(handle.pointer, 0)
        }
        let list = headers.isEmpty ? nil : Self.headerList(headers)
        var waited = 0
        while true {
            let code = kafka_shim_produce(
                handle.pointer, topic.pointer, partition ?? RD_KAFKA_PARTITION_UA, Self.start(key), key?.count ?? 0,
                Self.start(value), value?.count ?? 0, timestampMilliseconds ?? 0, list, opaque)
            if code == RD_KAFKA_RESP_ERR_NO_ERROR { return }
            guard code == RD_KAFKA_RESP_ERR__QUEUE_FULL, waited < KafkaLimits.sendWaitMilliseconds else {
                if let list { rd_kafka_headers_destroy(list) }
                throw handle.error(code, doing: "produce to \(topic.name)")
            }
            _ = rd_kafka_poll(handle.pointer, KafkaLimits.sendRetryMilliseconds)
            waited += Int(KafkaLimits.sendRetryMilliseconds)
        }
    }

    /// Present but empty must not look like absent: librdkafka tells them apart by the address alone,
    /// which it does not follow when the length is 0.
    private static func start(_ buffer: UnsafeRawBufferPointer?) -> UnsafeRawPointer? {
        guard let buffer else { return nil }
        return buffer.baseAddress ?? UnsafeRawPointer(bitPattern: 1)
    }

    /// librdkafka's list of the headers, which the caller destroys or hands over.
    static func headerList(_ headers: [KafkaHeader]) -> OpaquePointer? {
        let list = rd_kafka_headers_new(headers.count)
        for header in headers {
            withOptionalBytes(header.value) { value in
                _ = rd_kafka_header_add(list, header.name, -1, start(value), value?.count ?? 0)
            }
        }
        return list
    }
}

private func withOptionalBytes<Result>(_ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) -> Result) -> Result {
    guard let bytes else { return body(nil) }
    return bytes.withUnsafeBytes { body($0) }
}
