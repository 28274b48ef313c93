import Domain
import Testing

@testable import Events

@Suite struct RoundTripTests {
    static let events = 2_000

    @Test(arguments: EventKind.allCases)
    func whatIsWrittenIsReadBack(kind: EventKind) throws {
        var source = RandomEvents(seed: 7 + UInt64(kind.rawValue))
        let (encoder, decoder) = (EventEncoder(), EventDecoder())
        for _ in 0..<Self.events {
            let event = source.event(kind)
            let bytes = encoder.structured(event)
            let read = try decoder.decode(kind, bytes: bytes)
            try #require(read == event, "\(String(decoding: bytes, as: UTF8.self))")
            try #require(read.payload.contentHash == event.payload.contentHash)
        }
    }

    @Test(arguments: EventKind.allCases)
    func binaryModeIsReadBack(kind: EventKind) throws {
        var source = RandomEvents(seed: 70 + UInt64(kind.rawValue))
        let (encoder, decoder) = (EventEncoder(), EventDecoder())
        for _ in 0..<Self.events / 10 {
            let event = source.event(kind)
            let headers = TestHeaders(encoder.headers(event))
            let data = encoder.data(event.payload)
            try #require(try decoder.decode(kind, bytes: data, headers: headers) == event)
        }
    }
}

/// Headers in memory of their own.
final class TestHeaders: EventHeaders {
    private let entries: [(name: String, bytes: UnsafeMutableRawBufferPointer)]

    init(_ headers: [(name: String, value: [UInt8])]) {
        entries = headers.map { header in
            let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: header.value.count, alignment: 1)
            bytes.copyBytes(from: header.value)
            return (header.name, bytes)
        }
    }

    convenience init(texts: [(String, String)]) { self.init(texts.map { (name: $0.0, value: Array($0.1.utf8)) }) }

    deinit { for entry in entries { entry.bytes.deallocate() } }

    var isEmpty: Bool { entries.isEmpty }

    func value(named name: StaticString) -> UnsafeRawBufferPointer? {
        entries.last { $0.name == "\(name)" }.map { UnsafeRawBufferPointer($0.bytes) }
    }
}

extension EventDecoder {
    func decode(
        _ kind: EventKind, bytes: [UInt8], headers: TestHeaders, recordTime: Timestamp? = nil
    ) throws(EventRefusal) -> DecodedEvent {
        try bytes.withUnsafeBufferPointer { buffer throws(EventRefusal) in
            try decode(kind, value: UnsafeRawBufferPointer(buffer), headers: headers, recordTime: recordTime)
        }
    }
}
