import CLibrdkafka

extension KafkaAdmin {
    /// Gives a topic more partitions than it has; the broker refuses as many, and fewer.
    public func growTopic(
        _ topic: String, to count: Int, timeoutMilliseconds: Int32 = KafkaLimits.requestTimeoutMilliseconds
    ) throws(KafkaError) {
        let action = "growth of topic \(topic) to \(count) partitions"
        var text = [CChar](repeating: 0, count: 512)
        guard let request = rd_kafka_NewPartitions_new(topic, count, &text, text.count) else {
            let detail = text.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } } ?? ""
            throw KafkaError(code: .invalidArgument, message: "\(action): \(detail)")
        }
        defer { rd_kafka_NewPartitions_destroy(request) }
        var requests: [OpaquePointer?] = [request]
        let event = try run(action, RD_KAFKA_ADMIN_OP_CREATEPARTITIONS, timeoutMilliseconds) { options, queue in
            rd_kafka_CreatePartitions(handle.pointer, &requests, requests.count, options, queue)
        }
        defer { rd_kafka_event_destroy(event) }
        var results = 0
        let outcome = rd_kafka_CreatePartitions_result_topics(rd_kafka_event_CreatePartitions_result(event), &results)
        guard results == 1, let result = outcome?[0] else { return }
        let code = rd_kafka_topic_result_error(result)
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        let detail = rd_kafka_topic_result_error_string(result).map { String(cString: $0) }
        throw KafkaError(code, doing: action, detail: detail, brokers: nil)
    }
}
