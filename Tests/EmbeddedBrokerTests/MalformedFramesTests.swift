import Foundation
import Testing

@testable import EmbeddedBroker

/// Whatever a client sends, that connection ends with one line in the log and nobody else notices.
struct MalformedFramesTests {
    static let frames: [(name: String, bytes: [UInt8])] = [
        ("negative size", [0xFF, 0xFF, 0xFF, 0xFF]),
        ("huge size", [0x7F, 0xFF, 0xFF, 0xFF]),
        ("too small a size", [0, 0, 0, 3, 1, 2, 3]),
        ("huge size of a small request", [0x06, 0, 0, 0, 0, 3, 0, 1]),
        ("http", Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8)),
        ("unknown api", WireClient.frame(999, 0, correlation: 1) { _ in }),
        ("unknown version", WireClient.frame(ApiKey.fetch.rawValue, 99, correlation: 1) { _ in }),
        ("truncated body", WireClient.frame(ApiKey.fetch.rawValue, 11, correlation: 1) { $0.int32(1) }),
        (
            "array of two milliards",
            WireClient.frame(ApiKey.metadata.rawValue, 1, correlation: 1) { $0.int32(.max) }
        ),
        (
            "negative array",
            WireClient.frame(ApiKey.describeGroups.rawValue, 0, correlation: 1) { $0.int32(-7) }
        ),
        (
            "records beyond the frame",
            WireClient.frame(ApiKey.produce.rawValue, 7, correlation: 1) { writer in
                writer.string(nil)
                writer.int16(-1)
                writer.int32(0)
                writer.array([1]) { writer, _ in
                    writer.string("t")
                    writer.array([1]) { writer, _ in
                        writer.int32(0)
                        writer.int32(1 << 30)
                    }
                }
            }
        ),
        (
            "text that is no text",
            WireClient.frame(ApiKey.findCoordinator.rawValue, 0, correlation: 1) { writer in
                writer.int16(2)
                writer.raw([0xC3, 0x28])
            }
        ),
    ]

    @Test func badConnectionsEndAndHealthyOnesGoOn() async throws {
        let broker = try await BrokerProcess(directory: TemporaryDirectory())
        let healthy = try WireClient(port: broker.port)
        #expect(try healthy.createTopic("t") == 0)
        var offset: Int64 = 0
        for frame in Self.frames {
            let bad = try WireClient(port: broker.port)
            let before = broker.log.split(separator: "\n").count
            try bad.sendRaw(frame.bytes)
            #expect(bad.isClosed(), "\(frame.name)")
            #expect(try healthy.produce("t", BatchBuilder()) == (0, offset), "\(frame.name)")
            offset += 1
            let lines = broker.log.split(separator: "\n").dropFirst(before)
            #expect(lines.count == 1 && lines.first?.contains("connection closed") == true, "\(frame.name): \(lines)")
        }
        #expect(try healthy.fetch("t", offset: 0).highWatermark == offset)
        #expect(try await broker.stop() == 0)
    }

    @Test func randomFramesOfEveryRequestNeverStopTheBroker() async throws {
        let broker = try await BrokerProcess(directory: TemporaryDirectory())
        let healthy = try WireClient(port: broker.port)
        #expect(try healthy.createTopic("t") == 0)
        var random = SystemRandomNumberGenerator()
        for round in 0..<20 {
            for api in ApiKey.allCases {
                let client = try WireClient(port: broker.port)
                for version in api.versions {
                    let frame = WireClient.frame(api.rawValue, version, correlation: 1) { writer in
                        let count = Int.random(in: 0...120, using: &random)
                        writer.raw(
                            (0..<count).map { _ in
                                Int.random(in: 0..<3) > 0 ? UInt8.random(in: 0...3) : UInt8.random(in: 0...255)
                            })
                    }
                    // The broker may hang up at any of them.
                    if (try? client.sendRaw(frame)) == nil { break }
                }
            }
            #expect(try healthy.produce("t", BatchBuilder()) == (0, Int64(round)))
        }
        #expect(try await broker.stop() == 0)
    }

    @Test func aClientThatDoesNotReadCostsNothingButItself() async throws {
        let broker = try await BrokerProcess(directory: TemporaryDirectory())
        let healthy = try WireClient(port: broker.port)
        #expect(try healthy.createTopic("t") == 0)
        let large = BatchBuilder(values: [String(repeating: "x", count: 1_000_000)])
        for _ in 0..<8 { #expect(try healthy.produce("t", large).error == 0) }
        let lazy = try WireClient(port: broker.port)
        for _ in 0..<200 { try lazy.send(.fetch, 11, WireClient.fetchBody("t", offset: 0, maxBytes: 1 << 23)) }
        for round in 0..<20 { #expect(try healthy.produce("t", BatchBuilder()) == (0, Int64(8 + round))) }
        let status = try String(contentsOfFile: "/proc/\(broker.process.processIdentifier)/status", encoding: .utf8)
        let resident = status.split(separator: "\n").first { $0.hasPrefix("VmRSS") }
        let kilobytes = resident.flatMap { Int($0.split(separator: " ").dropFirst().first ?? "") } ?? .max
        #expect(kilobytes < 100_000, "the answers it does not take lie in files, not in memory")
        #expect(try await broker.stop() == 0)
    }

    @Test func aRequestInManyPiecesIsOneRequest() async throws {
        let broker = try await BrokerProcess(directory: TemporaryDirectory())
        let client = try WireClient(port: broker.port)
        #expect(try client.createTopic("t") == 0)
        let frame = WireClient.frame(
            ApiKey.produce.rawValue, 7, correlation: 2, WireClient.produceBody("t", BatchBuilder().bytes, acks: -1))
        for byte in frame { try client.sendRaw([byte]) }
        #expect(try client.readProduced() == (0, 0))
        try client.sendRaw(frame + frame + frame)
        for offset in 1...3 { #expect(try client.readProduced() == (0, Int64(offset))) }
    }
}
