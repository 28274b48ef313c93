import CLibrdkafka

// librdkafka calls these on the thread that polls.

func kafkaErrorCallback(
    client: OpaquePointer?, code: Int32, reason: UnsafePointer<CChar>?, opaque: UnsafeMutableRawPointer?
) {
    guard let client, let state = ClientState.of(opaque) else { return }
    let raw = rd_kafka_resp_err_t(code)
    let detail = reason.map { String(cString: $0) }
    if raw == RD_KAFKA_RESP_ERR__FATAL {
        var text = [CChar](repeating: 0, count: 512)
        let cause = rd_kafka_fatal_error(client, &text, text.count)
        let error = KafkaError(code: .init(cause), message: "Kafka client: \(detail ?? "")", isFatal: true)
        state.report(.error(error), by: client)
    } else {
        let error = KafkaError(raw, doing: "Kafka client", detail: detail, brokers: state.brokers)
        state.report(.error(error), by: client)
    }
}

/// Returns 0: librdkafka frees the text.
func kafkaStatisticsCallback(
    client: OpaquePointer?, json: UnsafeMutablePointer<CChar>?, length: Int, opaque: UnsafeMutableRawPointer?
) -> Int32 {
    guard let client, let json, let state = ClientState.of(opaque) else { return 0 }
    if let statistics = KafkaStatistics.parse(UnsafeRawBufferPointer(start: json, count: length)) {
        state.report(.statistics(statistics), by: client)
    }
    return 0
}

/// Only records the rebalance. librdkafka stays in its wait-assign-call state, heartbeating, until
/// the application has read its offsets and calls `assign` or `unassign`.
func kafkaRebalanceCallback(
    client: OpaquePointer?, code: rd_kafka_resp_err_t,
    partitions: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?, opaque: UnsafeMutableRawPointer?
) {
    guard let client, let state = ClientState.of(opaque) else { return }
    if state.isClosing.load(ordering: .acquiring) {
        rd_kafka_assign(client, nil)
        return
    }
    let list = PartitionList.topicPartitions(partitions)
    switch code {
    case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS:
        state.report(.assigned(list), by: client)
    case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS:
        state.report(rd_kafka_assignment_lost(client) != 0 ? .lost(list) : .revoked(list), by: client)
    default:
        rd_kafka_assign(client, nil)
        state.report(.error(KafkaError(code, doing: "rebalance", brokers: state.brokers)), by: client)
    }
}

func kafkaCommitCallback(
    client: OpaquePointer?, code: rd_kafka_resp_err_t,
    partitions: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?, opaque: UnsafeMutableRawPointer?
) {
    guard let client, let state = ClientState.of(opaque) else { return }
    let harmless = [RD_KAFKA_RESP_ERR_NO_ERROR, RD_KAFKA_RESP_ERR__NO_OFFSET]
    guard !harmless.contains(code) else { return }
    let error = KafkaError(code, doing: "commit of group offsets", brokers: state.brokers)
    state.report(.commitFailed(PartitionList.offsets(partitions), error), by: client)
}
