import Domain
import Testing

@testable import Events

/// How an event may be wrapped.
@Suite struct ModeTests {
    let decoder = EventDecoder()
    static let data =
        #"{"tradeId":"t-1","userId":"u-1","symbol":"NSE:RELIANCE","exchange":"NSE","side":"BUY","quantity":1,"price":"2"}"#
    static let attributes = [
        ("ce_specversion", "1.0"), ("ce_id", "e-1"), ("ce_source", "/s"), ("ce_type", "trades.executed.v1"),
    ]
    let recordTime = Timestamp(microseconds: 1_768_448_700_000_000)

    private func refusal(_ body: () throws(EventRefusal) -> DecodedEvent) -> EventRefusal? {
        do throws(EventRefusal) {
            _ = try body()
            return nil
        } catch {
            return error
        }
    }

    @Test func binaryTakesTheRecordsTimeWhenItNamesNone() throws {
        let headers = TestHeaders(texts: Self.attributes)
        let event = try decoder.decode(
            .tradeExecuted, bytes: Array(Self.data.utf8), headers: headers, recordTime: recordTime)
        #expect(event.envelope.time == recordTime)
        #expect(event.trade?.executedAt == recordTime)
        #expect(event.trade?.isExecutedAtImplied == true)
        #expect(event.trade?.symbol == "RELIANCE")
        let refused = refusal { () throws(EventRefusal) in
            try decoder.decode(.tradeExecuted, bytes: Array(Self.data.utf8), headers: headers)
        }
        #expect(refused?.field == "ce_time")
        #expect(refused?.readable.tradeId == "t-1")
        #expect(refused?.readable.eventId == "e-1")
    }

    @Test func confluentPrefixIsSkippedInBothModes() throws {
        let prefix: [UInt8] = [0, 0, 0, 0, 42]
        let structured = try decoder.decode(.tradeExecuted, bytes: prefix + Array(Samples.trade.utf8))
        #expect(structured.trade?.userId == "user-000123")
        let binary = try decoder.decode(
            .tradeExecuted, bytes: prefix + Array(Self.data.utf8), headers: TestHeaders(texts: Self.attributes),
            recordTime: recordTime)
        #expect(binary.trade?.userId == "u-1")
        let broken = refusal { () throws(EventRefusal) in
            try decoder.decode(.tradeExecuted, bytes: prefix + Array("{\"id\":tru}".utf8))
        }
        #expect(broken?.byteOffset == 5 + 6)
    }

    @Test(arguments: [
        [("content-type", "application/cloudevents+json; charset=utf-8")], [("content-type", "application/json")],
        [("traceparent", "00-1-2-01")], [],
    ])
    func aWholeObjectIsStructured(headers: [(String, String)]) throws {
        let event = try decoder.decode(
            .tradeExecuted, bytes: Array(Samples.trade.utf8), headers: TestHeaders(texts: headers))
        #expect(event.envelope.id == "6f1e")
    }

    @Test func contentTypeOutweighsAttributes() throws {
        let headers = TestHeaders(texts: Self.attributes + [("content-type", "application/cloudevents+json")])
        let event = try decoder.decode(.tradeExecuted, bytes: Array(Samples.trade.utf8), headers: headers)
        #expect(event.envelope.id == "6f1e")
    }

    @Test func whatIsNotReadHereIsRefusedByName() {
        let batch = TestHeaders(texts: [("content-type", "application/cloudevents-batch+json")])
        #expect(
            refusal { () throws(EventRefusal) in
                try decoder.decode(.tradeExecuted, bytes: Array("[]".utf8), headers: batch)
            }?.code == .unsupportedContent)
        let avro = TestHeaders(texts: Self.attributes + [("content-type", "application/avro")])
        let refused = refusal { () throws(EventRefusal) in
            try decoder.decode(.tradeExecuted, bytes: Array(Self.data.utf8), headers: avro, recordTime: recordTime)
        }
        #expect(refused?.code == .unsupportedContent)
        #expect(refused?.field == "content-type")
        let notText = TestHeaders([(name: "ce_id", value: [0xFF])])
        #expect(
            refusal { () throws(EventRefusal) in
                try decoder.decode(.tradeExecuted, bytes: Array(Self.data.utf8), headers: notText)
            }?.field == "ce_id")
        let base64 = Samples.trade.replacing("\"data\":{", with: "\"data_base64\":\"AA==\",\"x\":{")
        #expect(
            refusal { () throws(EventRefusal) in try decoder.decode(.tradeExecuted, json: base64) }?.field
                == "data_base64")
    }

    @Test(arguments: [
        ("com.tapefold.trades.executed.v1", nil), ("trades.executed.v1", nil),
        ("com.tapefold.orders.placed.v1", EventRefusal.Code.wrongEventType), ("trades.executed", .wrongEventType),
        ("trades.executed.v2", .unknownVersion), ("trades.executed.v0", .unknownVersion),
        ("trades.executed.v01", .unknownVersion), ("trades.executed.v", .unknownVersion),
        ("trades.executed.v99999999999999999999", .unknownVersion), ("com.other.trades.executed.v1", .wrongEventType),
    ])
    func typesAreOfTheTopicAndKnown(type: String, code: EventRefusal.Code?) {
        let json = Samples.trade.replacing("com.tapefold.trades.executed.v1", with: type)
        let refused = refusal { () throws(EventRefusal) in try decoder.decode(.tradeExecuted, json: json) }
        #expect(refused?.code == code, "\(type)")
        #expect(refused == nil || refused?.field == "type")
        #expect(refused == nil || refused?.readable.userId == "user-000123")
    }

    @Test func bareDataSaysWhatIsMissingAndKeepsItsKey() {
        let refused = refusal { () throws(EventRefusal) in try decoder.decode(.tradeExecuted, json: Self.data) }
        #expect(refused?.field == "specversion")
        #expect(refused?.code == .missingField)
        #expect(refused?.readable.userId == "u-1")
        #expect(refused?.readable.symbol == "RELIANCE")
    }
}
