import CLibrdkafka

/// What went wrong between this process and Kafka, with what to do about it.
public struct KafkaError: Error, Sendable, Equatable, CustomStringConvertible {
    /// librdkafka's `rd_kafka_resp_err_t`: positive from the broker, negative from the client.
    public struct Code: Sendable, Hashable, RawRepresentable {
        public let rawValue: Int32
        public init(rawValue: Int32) { self.rawValue = rawValue }

        public static let invalidArgument = Code(RD_KAFKA_RESP_ERR__INVALID_ARG)
        public static let wrongState = Code(RD_KAFKA_RESP_ERR__STATE)
        public static let transport = Code(RD_KAFKA_RESP_ERR__TRANSPORT)
        public static let allBrokersDown = Code(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
        public static let nameResolution = Code(RD_KAFKA_RESP_ERR__RESOLVE)
        public static let timedOut = Code(RD_KAFKA_RESP_ERR__TIMED_OUT)
        public static let messageTimedOut = Code(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT)
        public static let queueFull = Code(RD_KAFKA_RESP_ERR__QUEUE_FULL)
        public static let fatal = Code(RD_KAFKA_RESP_ERR__FATAL)
        public static let autoOffsetReset = Code(RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET)
        public static let maximumPollExceeded = Code(RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED)
        public static let unknownPartition = Code(RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION)
        public static let unknownTopic = Code(RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC)
        public static let offsetOutOfRange = Code(RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE)
        public static let unknownTopicOrPartition = Code(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
        public static let topicAlreadyExists = Code(RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
        public static let messageTooLarge = Code(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
        public static let unsupported = Code(RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE)

        init(_ raw: rd_kafka_resp_err_t) { rawValue = Int32(raw.rawValue) }
        var raw: rd_kafka_resp_err_t { rd_kafka_resp_err_t(rawValue) }
    }

    public let code: Code
    /// librdkafka's short name, such as `_TRANSPORT`.
    public let name: String
    /// What happened, where, and what to do.
    public let message: String
    /// The client instance is of no further use; make a new one.
    public let isFatal: Bool
    /// The same call may succeed later without any change.
    public let isRetriable: Bool

    public var description: String { "\(message) [\(name)]" }

    public init(code: Code, message: String, isFatal: Bool = false) {
        self.code = code
        self.message = message
        self.isFatal = isFatal || code == .fatal
        name = String(cString: rd_kafka_err2name(code.raw))
        isRetriable = !self.isFatal && KafkaError.retriable.contains(code)
    }

    init(_ raw: rd_kafka_resp_err_t, doing action: String, detail: String? = nil, brokers: String? = nil) {
        let code = Code(raw)
        let cause = detail ?? String(cString: rd_kafka_err2str(raw))
        let remedy = KafkaError.remedy(code, brokers: brokers)
        self.init(code: code, message: "\(action): \(cause)" + (remedy.map { "; \($0)" } ?? ""))
    }

    /// Takes over `error` and destroys it.
    init(consuming error: OpaquePointer, doing action: String, brokers: String?) {
        let raw = rd_kafka_error_code(error)
        let fatal = rd_kafka_error_is_fatal(error) != 0
        let detail = String(cString: rd_kafka_error_string(error))
        rd_kafka_error_destroy(error)
        let plain = KafkaError(raw, doing: action, detail: detail, brokers: brokers)
        self.init(code: plain.code, message: plain.message, isFatal: fatal)
    }

    /// Throws when `raw` is an error.
    static func check(
        _ raw: rd_kafka_resp_err_t, doing action: @autoclosure () -> String, brokers: String
    ) throws(KafkaError) {
        guard raw != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        throw KafkaError(raw, doing: action(), brokers: brokers)
    }

    private static let retriable: Set<Code> = Set(
        [
            RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR__RESOLVE,
            RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE,
            RD_KAFKA_RESP_ERR__QUEUE_FULL, RD_KAFKA_RESP_ERR__WAIT_COORD, RD_KAFKA_RESP_ERR__WAIT_CACHE,
            RD_KAFKA_RESP_ERR__IN_PROGRESS, RD_KAFKA_RESP_ERR__RETRY, RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED,
            RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
            RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE,
            RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION,
            RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE,
            RD_KAFKA_RESP_ERR_NOT_COORDINATOR, RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS,
            RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND,
        ].map(Code.init))

    private static func remedy(_ code: Code, brokers: String?) -> String? {
        switch code {
        case .transport, .allBrokersDown, .nameResolution, .timedOut, .messageTimedOut:
            guard let brokers else { return nil }
            return "is Kafka running at \(brokers)? Start it (`tapefold up`) or set KAFKA_BROKERS"
        case .unknownTopicOrPartition, .unknownTopic, .unknownPartition:
            return "create the topic first (`tapefold topics`)"
        case .autoOffsetReset, .offsetOutOfRange:
            return "the log no longer holds that offset: retention removed it, or the topic was created again"
        case .maximumPollExceeded:
            return "the worker was stopped or blocked for too long and lost its lanes; it joins again on its next poll"
        case .messageTooLarge:
            return "raise the topic's max.message.bytes or make the event smaller"
        default:
            return nil
        }
    }
}
