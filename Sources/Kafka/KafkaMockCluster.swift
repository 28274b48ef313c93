import CLibrdkafka

/// librdkafka's broker simulator, in this process: for tests of what needs a misbehaving broker. It
/// has no CreateTopics, keeps about 5 MB a partition and forgets old records.
///
/// `@unchecked Sendable`: the mock's functions are thread-safe, the pointers never change.
package final class KafkaMockCluster: @unchecked Sendable {
    package let brokers: String
    private let handle: KafkaHandle
    private let cluster: OpaquePointer

    package init(brokerCount: Int32 = 1) throws(KafkaError) {
        let configuration = KafkaConfiguration(brokers: "", clientId: "mock-cluster", logSink: { _ in })
        handle = try KafkaHandle(configuration, role: .admin, state: ClientState(configuration: configuration))
        guard let cluster = rd_kafka_mock_cluster_new(handle.pointer, brokerCount) else {
            throw KafkaError(code: .wrongState, message: "cannot start a mock cluster")
        }
        self.cluster = cluster
        brokers = String(cString: rd_kafka_mock_cluster_bootstraps(cluster))
    }

    deinit { rd_kafka_mock_cluster_destroy(cluster) }

    package func createTopic(_ name: String, partitions: Int32) {
        rd_kafka_mock_topic_create(cluster, name, partitions, 1)
    }

    package func setBroker(_ id: Int32, isUp: Bool) {
        if isUp { rd_kafka_mock_broker_set_up(cluster, id) } else { rd_kafka_mock_broker_set_down(cluster, id) }
    }

    /// The next requests of this API key fail with these codes, one each.
    package func failNext(apiKey: Int16, codes: [KafkaError.Code]) {
        let raw = codes.map(\.raw)
        raw.withUnsafeBufferPointer {
            rd_kafka_mock_push_request_errors_array(cluster, apiKey, $0.count, $0.baseAddress)
        }
    }
}
