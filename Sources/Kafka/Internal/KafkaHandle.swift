import CLibrdkafka
import Synchronization

/// Owns an `rd_kafka_t`. Lane queues and batches hold it too, so that the instance outlives every
/// message and queue made from it, as librdkafka demands.
///
/// `@unchecked Sendable`: librdkafka's functions on `rd_kafka_t` are thread-safe, the pointer never
/// changes, and it is destroyed once, when the last reference is gone.
final class KafkaHandle: @unchecked Sendable {
    let pointer: OpaquePointer
    let state: ClientState
    /// A client that would not close in time is left to the end of the process: destroying it
    /// would block until it has.
    let isAbandoned = Atomic<Bool>(false)
    private let saslUser: String
    private let saslPassword: String

    init(
        _ configuration: KafkaConfiguration, role: KafkaConfiguration.Role, state: ClientState,
        extra: [String: String] = [:]
    ) throws(KafkaError) {
        saslUser = configuration.properties["sasl.username"] ?? ""
        saslPassword = configuration.properties["sasl.password"] ?? ""
        let builder = try ConfigurationBuilder(configuration, role: role, extra: extra)
        builder.install(state)
        pointer = try builder.makeClient(state: state)
        self.state = state
    }

    deinit {
        guard !isAbandoned.load(ordering: .acquiring) else { return }
        rd_kafka_destroy_flags(pointer, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
        Unmanaged.passUnretained(state).release()
    }

    /// Makes every broker thread look at its partitions now. librdkafka has no call for just that;
    /// setting the credentials, here to what they are, does it, and does nothing else on
    /// connections that are up.
    func wakeBrokerThreads() {
        guard let error = rd_kafka_sasl_set_credentials(pointer, saslUser, saslPassword) else { return }
        rd_kafka_error_destroy(error)
    }

    func check(_ raw: rd_kafka_resp_err_t, doing action: @autoclosure () -> String) throws(KafkaError) {
        guard raw != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        throw error(raw, doing: action())
    }

    func error(_ raw: rd_kafka_resp_err_t, doing action: String) -> KafkaError {
        guard raw == RD_KAFKA_RESP_ERR__FATAL else {
            return KafkaError(raw, doing: action, brokers: state.brokers)
        }
        return fatalError(doing: action) ?? KafkaError(raw, doing: action, brokers: state.brokers)
    }

    /// The error that made this instance useless, if one did.
    func fatalError(doing action: String) -> KafkaError? {
        var text = [CChar](repeating: 0, count: 512)
        let cause = rd_kafka_fatal_error(pointer, &text, text.count)
        guard cause != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        let detail = text.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } } ?? ""
        return KafkaError(code: .init(cause), message: "\(action): \(detail)", isFatal: true)
    }
}
