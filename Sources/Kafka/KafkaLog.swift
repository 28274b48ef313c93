import CLibrdkafka

#if canImport(Glibc)
    import Glibc
#endif

/// A line librdkafka logged.
public struct KafkaLogMessage: Sendable {
    /// syslog's levels: 0 emergency … 3 error, 4 warning, 6 info, 7 debug.
    public let level: Int32
    /// librdkafka's tag, such as `FAIL` or `REBALANCE`.
    public let facility: String
    /// The client instance, such as `tapefold-positions#consumer-1`.
    public let client: String
    public let text: String
}

/// Receives log lines on librdkafka's own threads: it must be quick and must not call back into the client.
public typealias KafkaLogSink = @Sendable (KafkaLogMessage) -> Void

public enum KafkaLog {
    /// Writes lines of level 2 (critical) and worse to standard error. What matters of the rest also
    /// arrives as ``KafkaConsumerEvent/error(_:)`` or as a thrown error.
    public static let standardErrorWhenCritical: KafkaLogSink = { line in
        guard line.level <= 2 else { return }
        let bytes = Array("kafka \(line.client) \(line.facility): \(line.text)\n".utf8)
        _ = bytes.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
    }
}

let kafkaLogCallback: @convention(c) (OpaquePointer?, Int32, UnsafePointer<CChar>?, UnsafePointer<CChar>?) -> Void = {
    client, level, facility, text in
    guard let client, let opaque = rd_kafka_opaque(client) else { return }
    let state = Unmanaged<ClientState>.fromOpaque(opaque).takeUnretainedValue()
    state.logSink(
        KafkaLogMessage(
            level: level,
            facility: facility.map { String(cString: $0) } ?? "",
            client: String(cString: rd_kafka_name(client)),
            text: text.map { String(cString: $0) } ?? ""))
}
