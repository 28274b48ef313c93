import CLibrdkafka
import Synchronization

/// The topics of one client: one librdkafka handle each, kept for the client's life, so that a
/// record's topic is told by comparing pointers, and its partitions keep their queue settings.
///
/// The pointers are owned by this object and valid until `deinit`, which runs before the client is
/// destroyed because `handle` is held.
final class TopicRegistry: Sendable {
    /// `@unchecked Sendable`: immutable, and librdkafka's use of the pointer is thread-safe.
    struct Entry: @unchecked Sendable {
        let name: String
        let pointer: OpaquePointer
    }

    private let handle: KafkaHandle
    private let entries = Mutex<[String: Entry]>([:])

    init(_ handle: KafkaHandle) { self.handle = handle }

    deinit {
        let all = entries.withLock { $0.values.map(\.pointer) }
        for pointer in all { rd_kafka_topic_destroy(pointer) }
    }

    /// - Parameter properties: topic-level librdkafka properties, used when the topic is first seen.
    func entry(_ name: String, properties: [String: String] = [:]) throws(KafkaError) -> Entry {
        if let known = entries.withLock({ $0[name] }) { return known }
        var conf: OpaquePointer?
        if !properties.isEmpty { conf = try topicConfiguration(properties, topic: name) }
        return try entries.withLock { table throws(KafkaError) -> Entry in
            if let known = table[name] {
                if let conf { rd_kafka_topic_conf_destroy(conf) }
                return known
            }
            guard let pointer = rd_kafka_topic_new(handle.pointer, name, conf) else {
                if let conf { rd_kafka_topic_conf_destroy(conf) }
                throw handle.error(rd_kafka_last_error(), doing: "topic \(name)")
            }
            let entry = Entry(name: name, pointer: pointer)
            table[name] = entry
            return entry
        }
    }

    /// Starts from the client's own defaults: a fresh one would forget `message.timeout.ms` and the like.
    private func topicConfiguration(
        _ properties: [String: String], topic: String
    ) throws(KafkaError) -> OpaquePointer? {
        let conf = rd_kafka_default_topic_conf_dup(handle.pointer)
        for (name, value) in properties {
            var text = [CChar](repeating: 0, count: 512)
            if rd_kafka_topic_conf_set(conf, name, value, &text, text.count) != RD_KAFKA_CONF_OK {
                rd_kafka_topic_conf_destroy(conf)
                throw KafkaError(
                    code: .invalidArgument, message: "property \(name)=\(value) of topic \(topic) is not valid")
            }
        }
        return conf
    }
}
