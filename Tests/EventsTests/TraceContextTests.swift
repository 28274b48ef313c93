import Domain
import Testing

@testable import Events

/// `traceparent` from the producer to the envelope, and back.
@Suite struct TraceContextTests {
    private static let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    private let decoder = EventDecoder()

    private func structured(_ members: String) -> [UInt8] {
        Array(
            (#"{"specversion":"1.0","id":"e-1","source":"/s","type":"trades.executed.v1","time":"2026-01-15T03:45:00Z",\#(members)"data":"#
                + ModeTests.data + "}").utf8)
    }

    private func trace(_ bytes: [UInt8], _ headers: [(String, String)] = []) throws -> TraceContext? {
        let event = try decoder.decode(
            .tradeExecuted, bytes: bytes, headers: TestHeaders(texts: headers),
            recordTime: Timestamp(microseconds: 1_768_448_700_000_000))
        return event.envelope.trace
    }

    @Test func aStructuredEventNamesIt() throws {
        let found = try trace(structured(#""traceparent":"\#(Self.parent)","tracestate":"vendor=1","#))
        #expect(found == TraceContext(parent: Self.parent, state: "vendor=1"))
        #expect(found?.traceId == "4bf92f3577b34da6a3ce929d0e0e4736")
    }

    @Test func headersNameItInBothModes() throws {
        let binary = Array(ModeTests.data.utf8)
        let attributes = ModeTests.attributes
        #expect(try trace(binary, attributes + [("ce_traceparent", Self.parent)])?.parent == Self.parent)
        #expect(try trace(binary, attributes + [("traceparent", Self.parent), ("tracestate", "a=b")])?.state == "a=b")
        #expect(try trace(structured(""), [("traceparent", Self.parent)])?.parent == Self.parent)
        // The event's own comes first: a header may be of whoever carried it last.
        let other = Self.parent.replacing("4bf9", with: "0000")
        let own = #""traceparent":"\#(Self.parent)","#
        #expect(try trace(structured(own), [("traceparent", other)])?.parent == Self.parent)
    }

    @Test(arguments: [
        "\"\"", "7", "null", "{}", #""00-xyz""#, #""ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01""#,
        #""00-00000000000000000000000000000000-00f067aa0ba902b7-01""#,
        #""00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01""#,
        #""00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01""#,
        #""00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01x""#,
    ])
    func whatIsNoneIsLeftOutAndRefusesNothing(_ value: String) throws {
        #expect(try trace(structured(#""traceparent":\#(value),"#)) == nil)
    }

    @Test func theEncoderWritesItBack() throws {
        let event = try decoder.decode(
            .tradeExecuted, bytes: structured(#""traceparent":"\#(Self.parent)","tracestate":"a=\"b","#),
            headers: TestHeaders(texts: []), recordTime: nil)
        let encoder = EventEncoder()
        let again = try decoder.decode(
            .tradeExecuted, bytes: encoder.structured(event), headers: TestHeaders(texts: []), recordTime: nil)
        #expect(again == event)
        let headers = encoder.headers(event).map { ($0.name, String(decoding: $0.value, as: UTF8.self)) }
        let binary = try decoder.decode(
            .tradeExecuted, bytes: encoder.data(event.payload), headers: TestHeaders(texts: headers), recordTime: nil)
        #expect(binary.envelope.trace == event.envelope.trace)
    }

    @Test func aRefusalRemembersTheTrace() throws {
        let broken = String(decoding: structured(#""traceparent":"\#(Self.parent)","#), as: UTF8.self)
            .replacing("\"BUY\"", with: "\"HOLD\"")
        do throws(EventRefusal) {
            _ = try decoder.decode(.tradeExecuted, bytes: Array(broken.utf8), headers: TestHeaders(texts: []))
            Issue.record("was not refused")
        } catch {
            #expect(error.readable.traceId == "4bf92f3577b34da6a3ce929d0e0e4736")
        }
    }
}
