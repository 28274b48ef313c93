import Glibc

@testable import EmbeddedBroker

/// A client that speaks raw frames, well-formed or not.
final class WireClient {
    struct Disconnected: Error {}

    private let descriptor: Int32
    /// Kept alive as long as somebody talks to it.
    var broker: BrokerProcess?
    private var nextCorrelation: Int32 = 1

    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else { throw Disconnected() }
        // A broker that never answers fails the test instead of hanging it.
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    func peerPort() throws -> UInt16 { UInt16(Listener.address(of: descriptor, local: false).port) }

    func sendRaw(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Disconnected() }
            sent += count
        }
    }

    private func receive(_ count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var got = 0
        while got < count {
            let read = bytes.withUnsafeMutableBytes {
                recv(descriptor, $0.baseAddress.map { $0 + got }, count - got, 0)
            }
            guard read > 0 else { throw Disconnected() }
            got += read
        }
        return bytes
    }

    /// True once the broker has closed this connection.
    func isClosed() -> Bool { (try? receive(1)) == nil && errno != EAGAIN }

    static func frame(_ key: Int16, _ version: Int16, correlation: Int32, _ body: (inout WireWriter) -> Void) -> [UInt8]
    {
        let flexible = ApiKey(rawValue: key).map { version >= $0.firstFlexibleVersion } ?? false
        var writer = WireWriter()
        writer.int32(0)
        writer.int16(key)
        writer.int16(version)
        writer.int32(correlation)
        writer.string("test")
        writer.flexible = flexible
        writer.tags()
        body(&writer)
        writer.patchInt32(Int32(writer.bytes.count - 4), at: 0)
        return writer.bytes
    }

    @discardableResult
    func send(_ api: ApiKey, _ version: Int16, _ body: (inout WireWriter) -> Void) throws -> Int32 {
        defer { nextCorrelation += 1 }
        try sendRaw(Self.frame(api.rawValue, version, correlation: nextCorrelation, body))
        return nextCorrelation
    }

    /// The next response's correlation id and what follows it.
    func receiveResponse() throws -> (correlation: Int32, body: [UInt8]) {
        let size = try receive(4).withUnsafeBytes { Int32(bigEndian: $0.loadUnaligned(as: Int32.self)) }
        let bytes = try receive(Int(size))
        let correlation = bytes.withUnsafeBytes { Int32(bigEndian: $0.loadUnaligned(as: Int32.self)) }
        return (correlation, Array(bytes[4...]))
    }

    /// One request and the reading of its response; the reader stands at the body.
    func call<T>(
        _ api: ApiKey, _ version: Int16, _ body: (inout WireWriter) -> Void, _ read: (inout WireReader) throws -> T
    ) throws -> T {
        let correlation = try send(api, version, body)
        let response = try receiveResponse()
        guard response.correlation == correlation else { throw Disconnected() }
        return try response.body.withUnsafeBytes { buffer in
            var reader = WireReader(buffer)
            reader.flexible = version >= api.firstFlexibleVersion
            if api != .apiVersions { try reader.tags() }
            return try read(&reader)
        }
    }
}

extension WireClient {
    func createTopic(_ name: String, partitions: Int32 = 1, configs: [(String, String)] = []) throws -> Int16 {
        try call(.createTopics, 2) { writer in
            writer.array([name]) { writer, name in
                writer.string(name)
                writer.int32(partitions)
                writer.int16(1)
                writer.array([Int]()) { _, _ in }
                writer.array(configs) { writer, config in
                    writer.string(config.0)
                    writer.string(config.1)
                }
            }
            writer.int32(1_000)
            writer.bool(false)
        } _: { reader in
            _ = try reader.int32("throttle")
            return try reader.array("topics") { (reader: inout WireReader) throws(WireError) -> Int16 in
                _ = try reader.string("name")
                let error = try reader.int16("error")
                _ = try reader.nullableString("message")
                return error
            }[0]
        }
    }

    static func produceBody(_ topic: String, _ records: [UInt8], acks: Int16, partition: Int32 = 0) -> (
        inout WireWriter
    ) -> Void {
        { writer in
            writer.string(nil)
            writer.int16(acks)
            writer.int32(1_000)
            writer.array([topic]) { writer, topic in
                writer.string(topic)
                writer.array([partition]) { writer, partition in
                    writer.int32(partition)
                    writer.byteArray(records)
                }
            }
        }
    }

    func readProduced() throws -> (error: Int16, offset: Int64) {
        try receiveResponse().body.withUnsafeBytes { buffer in
            var reader = WireReader(buffer)
            return try reader.array("topics") {
                (reader: inout WireReader) throws(WireError) -> (error: Int16, offset: Int64) in
                _ = try reader.string("topic")
                return try reader.array("partitions") {
                    (reader: inout WireReader) throws(WireError) -> (error: Int16, offset: Int64) in
                    _ = try reader.int32("index")
                    let result = (error: try reader.int16("error"), offset: try reader.int64("offset"))
                    _ = try reader.int64("append time")
                    _ = try reader.int64("log start")
                    return result
                }[0]
            }[0]
        }
    }

    func produce(_ topic: String, _ batch: BatchBuilder, acks: Int16 = -1) throws -> (error: Int16, offset: Int64) {
        try produce(topic, batch.bytes, acks: acks)
    }

    func produce(_ topic: String, _ records: [UInt8], acks: Int16 = -1) throws -> (error: Int16, offset: Int64) {
        try send(.produce, 7, Self.produceBody(topic, records, acks: acks))
        return try readProduced()
    }

    static func fetchBody(
        _ topic: String, offset: Int64, wait: Int32 = 0, minBytes: Int32 = 1, maxBytes: Int32 = 1 << 20,
        partition: Int32 = 0
    ) -> (inout WireWriter) -> Void {
        { writer in
            writer.int32(-1)
            writer.int32(wait)
            writer.int32(minBytes)
            writer.int32(1 << 24)
            writer.int8(0)
            writer.int32(0)
            writer.int32(-1)
            writer.array([topic]) { writer, topic in
                writer.string(topic)
                writer.array([partition]) { writer, partition in
                    writer.int32(partition)
                    writer.int32(-1)
                    writer.int64(offset)
                    writer.int64(-1)
                    writer.int32(maxBytes)
                }
            }
            writer.array([Int]()) { _, _ in }
            writer.string("")
        }
    }

    struct Fetched: Equatable {
        var error: Int16
        var highWatermark: Int64
        var records: [UInt8]
    }

    func readFetched() throws -> Fetched {
        try receiveResponse().body.withUnsafeBytes { buffer in
            var reader = WireReader(buffer)
            _ = try reader.int32("throttle")
            _ = try reader.int16("error")
            _ = try reader.int32("session")
            return try reader.array("topics") { (reader: inout WireReader) throws(WireError) -> Fetched in
                _ = try reader.string("topic")
                return try reader.array("partitions") { (reader: inout WireReader) throws(WireError) -> Fetched in
                    _ = try reader.int32("index")
                    let error = try reader.int16("error")
                    let mark = try reader.int64("high watermark")
                    _ = try reader.int64("last stable")
                    _ = try reader.int64("log start")
                    _ = try reader.nullableArray("aborted") { (reader: inout WireReader) throws(WireError) -> Int64 in
                        try reader.int64("aborted")
                    }
                    _ = try reader.int32("preferred")
                    return Fetched(error: error, highWatermark: mark, records: try reader.byteArray("records"))
                }[0]
            }[0]
        }
    }

    func fetch(_ topic: String, offset: Int64, wait: Int32 = 0, minBytes: Int32 = 1, maxBytes: Int32 = 1 << 20) throws
        -> Fetched
    {
        try send(.fetch, 11, Self.fetchBody(topic, offset: offset, wait: wait, minBytes: minBytes, maxBytes: maxBytes))
        return try readFetched()
    }
}
