import CLibrdkafka

/// Topics and groups of a cluster. Calls block; each has its own time-out.
public final class KafkaAdmin: Sendable {
    let handle: KafkaHandle
    private let topics: TopicRegistry

    /// - Throws: when a property is unknown or invalid. The brokers need not be reachable.
    public init(configuration: KafkaConfiguration) throws(KafkaError) {
        handle = try KafkaHandle(configuration, role: .admin, state: ClientState(configuration: configuration))
        topics = TopicRegistry(handle)
    }

    /// A topic to create.
    public struct NewTopic: Sendable, Hashable {
        public var name: String
        public var partitionCount: Int32
        /// -1: the broker's default.
        public var replicationFactor: Int32
        /// Topic configuration such as `retention.ms`.
        public var configuration: [String: String]

        public init(
            name: String, partitionCount: Int32, replicationFactor: Int32 = -1, configuration: [String: String] = [:]
        ) {
            self.name = name
            self.partitionCount = partitionCount
            self.replicationFactor = replicationFactor
            self.configuration = configuration
        }
    }

    public struct CreationOutcome: Sendable {
        public internal(set) var created: [String] = []
        /// Were there before; their partition counts were not looked at.
        public internal(set) var existing: [String] = []
        public internal(set) var failed: [(topic: String, error: KafkaError)] = []
    }

    /// Creates topics, a few a request: a broker whose disk is busy takes a second for each. Those that exist are reported
    /// apart.
    ///
    /// - Parameter timeoutMilliseconds: of each request.
    /// - Throws: when a request as a whole failed, such as with no broker reachable.
    public func createTopics(
        _ new: [NewTopic], timeoutMilliseconds: Int32 = KafkaLimits.requestTimeoutMilliseconds
    ) throws(KafkaError) -> CreationOutcome {
        var outcome = CreationOutcome()
        var left = new[...]
        while !left.isEmpty {
            let made = try createInOneRequest(Array(left.prefix(KafkaLimits.topicsInOneRequest)), timeoutMilliseconds)
            outcome.created += made.created
            outcome.existing += made.existing
            outcome.failed += made.failed
            left = left.dropFirst(KafkaLimits.topicsInOneRequest)
        }
        return outcome
    }

    private func createInOneRequest(
        _ new: [NewTopic], _ timeoutMilliseconds: Int32
    ) throws(KafkaError) -> CreationOutcome {
        var requests: [OpaquePointer?] = []
        defer { for request in requests { rd_kafka_NewTopic_destroy(request) } }
        for topic in new { requests.append(try Self.request(topic)) }
        let action = "create topics \(new.map(\.name).joined(separator: ", "))"
        let event = try run(action, RD_KAFKA_ADMIN_OP_CREATETOPICS, timeoutMilliseconds) { options, queue in
            rd_kafka_CreateTopics(handle.pointer, &requests, requests.count, options, queue)
        }
        defer { rd_kafka_event_destroy(event) }
        var count = 0
        let results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count)
        var outcome = CreationOutcome()
        forEachResult(results, count) { name, code, detail in
            switch code {
            case RD_KAFKA_RESP_ERR_NO_ERROR: outcome.created.append(name)
            case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS: outcome.existing.append(name)
            default:
                outcome.failed.append(
                    (name, KafkaError(code, doing: "create topic \(name)", detail: detail, brokers: nil)))
            }
        }
        return outcome
    }

    /// Deletes topics with all their records.
    ///
    /// - Throws: the first failure; topics that do not exist are none.
    public func deleteTopics(
        _ names: [String], timeoutMilliseconds: Int32 = KafkaLimits.requestTimeoutMilliseconds
    ) throws(KafkaError) {
        var requests: [OpaquePointer?] = names.map { rd_kafka_DeleteTopic_new($0) }
        defer { for request in requests { rd_kafka_DeleteTopic_destroy(request) } }
        let action = "delete topics \(names.joined(separator: ", "))"
        let event = try run(action, RD_KAFKA_ADMIN_OP_DELETETOPICS, timeoutMilliseconds) { options, queue in
            rd_kafka_DeleteTopics(handle.pointer, &requests, requests.count, options, queue)
        }
        defer { rd_kafka_event_destroy(event) }
        var count = 0
        let results = rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &count)
        var failure: KafkaError?
        forEachResult(results, count) { name, code, detail in
            let harmless = [RD_KAFKA_RESP_ERR_NO_ERROR, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART]
            guard failure == nil, !harmless.contains(code) else { return }
            failure = KafkaError(code, doing: "delete topic \(name)", detail: detail, brokers: nil)
        }
        if let failure { throw failure }
    }

    /// All topics of the cluster, sorted by name.
    public func listTopics(
        timeoutMilliseconds: Int32 = KafkaLimits.requestTimeoutMilliseconds
    ) throws(KafkaError) -> [KafkaTopicDescription] {
        try ClusterMetadata.topics(handle, only: nil, timeoutMilliseconds: timeoutMilliseconds)
            .sorted { $0.name < $1.name }
    }

    /// One topic, or nil when there is none of that name.
    public func describeTopic(
        _ name: String, timeoutMilliseconds: Int32 = KafkaLimits.requestTimeoutMilliseconds
    ) throws(KafkaError) -> KafkaTopicDescription? {
        // Asking for all topics creates none, even where the broker creates topics on demand.
        try listTopics(timeoutMilliseconds: timeoutMilliseconds).first { $0.name == name }
    }

    /// A partition's bounds.
    public func watermarks(
        _ partition: TopicPartition, timeoutMilliseconds: Int32 = KafkaLimits.requestTimeoutMilliseconds
    ) throws(KafkaError) -> KafkaWatermarks {
        var low: Int64 = -1
        var high: Int64 = -1
        try handle.check(
            rd_kafka_query_watermark_offsets(
                handle.pointer, partition.topic, partition.partition, &low, &high, timeoutMilliseconds),
            doing: "read of the bounds of \(partition)")
        return KafkaWatermarks(low: low, high: high)
    }

    private static func request(_ topic: NewTopic) throws(KafkaError) -> OpaquePointer {
        var text = [CChar](repeating: 0, count: 512)
        guard
            let request = rd_kafka_NewTopic_new(
                topic.name, topic.partitionCount, topic.replicationFactor, &text, text.count)
        else {
            let detail = text.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } } ?? ""
            throw KafkaError(code: .invalidArgument, message: "create topic \(topic.name): \(detail)")
        }
        for (name, value) in topic.configuration.sorted(by: { $0.key < $1.key }) {
            rd_kafka_NewTopic_set_config(request, name, value)
        }
        return request
    }

    private func forEachResult(
        _ results: UnsafeMutablePointer<OpaquePointer?>?, _ count: Int,
        _ body: (String, rd_kafka_resp_err_t, String?) -> Void
    ) {
        guard let results else { return }
        for index in 0..<count {
            let result = results[index]
            let detail = rd_kafka_topic_result_error_string(result).map { String(cString: $0) }
            body(String(cString: rd_kafka_topic_result_name(result)), rd_kafka_topic_result_error(result), detail)
        }
    }

    /// Runs one admin request and waits for its event, which the caller destroys.
    func run(
        _ action: String, _ operation: rd_kafka_admin_op_t, _ timeoutMilliseconds: Int32,
        _ start: (_ options: OpaquePointer?, _ queue: OpaquePointer?) -> Void
    ) throws(KafkaError) -> OpaquePointer {
        let options = rd_kafka_AdminOptions_new(handle.pointer, operation)
        defer { rd_kafka_AdminOptions_destroy(options) }
        var text = [CChar](repeating: 0, count: 256)
        _ = rd_kafka_AdminOptions_set_request_timeout(options, timeoutMilliseconds, &text, text.count)
        if operation == RD_KAFKA_ADMIN_OP_CREATETOPICS || operation == RD_KAFKA_ADMIN_OP_DELETETOPICS {
            _ = rd_kafka_AdminOptions_set_operation_timeout(options, timeoutMilliseconds, &text, text.count)
        }
        let queue = rd_kafka_queue_new(handle.pointer)
        defer { rd_kafka_queue_destroy(queue) }
        start(options, queue)
        // librdkafka ends the request itself; the margin covers a reply just in time.
        guard let event = rd_kafka_queue_poll(queue, timeoutMilliseconds + 1_000) else {
            throw handle.error(RD_KAFKA_RESP_ERR__TIMED_OUT, doing: action)
        }
        let code = rd_kafka_event_error(event)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            let detail = String(cString: rd_kafka_event_error_string(event))
            rd_kafka_event_destroy(event)
            throw KafkaError(code, doing: action, detail: detail, brokers: handle.state.brokers)
        }
        return event
    }
}
