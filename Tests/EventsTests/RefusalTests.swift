import Domain
import Testing

@testable import Events

/// Every refusal names field, value and reason, and keeps the key where it can be read.
@Suite struct RefusalTests {
    let decoder = EventDecoder()

    private func refusal(replacing old: String, with new: String) throws -> EventRefusal {
        let json = Samples.trade.replacing(old, with: new)
        try #require(json != Samples.trade)
        do throws(EventRefusal) {
            _ = try decoder.decode(.tradeExecuted, json: json)
        } catch {
            return error
        }
        throw Unexpected()
    }

    struct Unexpected: Error {}

    @Test func tooManyDecimals() throws {
        let refusal = try refusal(replacing: "2450.55", with: "2450.123456789")
        #expect(refusal.code == .tooManyDecimals)
        #expect(refusal.field == "data.price")
        #expect(refusal.value == "2450.123456789")
        #expect(refusal.readable.userId == "user-000123")
        #expect(refusal.readable.tradeId == "zerodha:NSE:EQ:2026-01-15:1234567")
        #expect(refusal.readable.symbol == "RELIANCE")
        #expect(
            refusal.description
                == "data.price (2450.123456789) has more than 8 decimals [tooManyDecimals]: round it where it is made")
    }

    @Test func disagreeingExchange() throws {
        let refusal = try refusal(replacing: "\"RELIANCE\"", with: "\"BSE:RELIANCE\"")
        #expect(refusal.code == .fieldsDisagree)
        #expect(refusal.field == "data.symbol")
        #expect(refusal.reason.contains("data.exchange (NSE)"))
        #expect(refusal.readable.exchange == "NSE")
    }

    @Test func aBrokenKeyIsNotReadable() throws {
        let refusal = try refusal(replacing: "\"user-000123\",\"symbol\"", with: "7,\"symbol\"")
        #expect(refusal.code == .wrongType)
        #expect(refusal.field == "data.userId")
        #expect(refusal.readable.userId == nil)
        #expect(refusal.readable.tradeId == "zerodha:NSE:EQ:2026-01-15:1234567")
    }

    @Test func malformedJSONKeepsWhatStoodBefore() throws {
        let refusal = try refusal(replacing: "\"side\":\"BUY\"", with: "\"side\":BUY")
        #expect(refusal.code == .malformedJSON)
        let offset = try #require(refusal.byteOffset)
        #expect(Array(Samples.trade.utf8)[offset - 1] == UInt8(ascii: ":"))
        #expect(refusal.readable.userId == "user-000123")
        #expect(refusal.readable.eventId == "6f1e")
    }

    @Test func duplicateNames() throws {
        let inData = try refusal(replacing: "\"side\":\"BUY\"", with: "\"side\":\"BUY\",\"s\\u0069de\":\"SELL\"")
        #expect((inData.code, inData.field) == (.duplicateName, "data.side"))
        let inEnvelope = try refusal(replacing: "\"id\":\"6f1e\"", with: "\"id\":\"6f1e\",\"id\":\"2\"")
        #expect((inEnvelope.code, inEnvelope.field) == (.duplicateName, "id"))
        let unreadable = try refusal(replacing: "\"side\":", with: "\"userId\":\"other\",\"side\":")
        #expect(unreadable.field == "data.userId")
        #expect(unreadable.readable.userId == nil)
    }

    @Test func nestingAndSizeAreBounded() throws {
        let deep = try refusal(
            replacing: "\"side\":",
            with: "\"x\":" + String(repeating: "[", count: 40) + String(repeating: "]", count: 40) + ",\"side\":")
        #expect(deep.code == .tooDeep)
        let names = (0...EventsLimits.maximumUnknownNames).map { "\"n\($0)\":1," }.joined()
        #expect(try refusal(replacing: "\"side\":", with: names + "\"side\":").code == .tooManyNames)
        let filler = "\"x\":\"" + String(repeating: "a", count: EventsLimits.maximumEventBytes) + "\",\"side\":"
        #expect(try refusal(replacing: "\"side\":", with: filler).code == .tooLarge)
        // The reader is none the worse for it.
        _ = try decoder.decode(.tradeExecuted, json: Samples.trade)
    }

    @Test func envelope() throws {
        #expect(try refusal(replacing: "\"1.0\"", with: "\"0.3\"").code == .wrongSpecVersion)
        #expect(try refusal(replacing: "\"6f1e\"", with: "\"\"").field == "id")
        #expect(try refusal(replacing: "\"source\"", with: "\"sauce\"").field == "source")
        #expect(try refusal(replacing: "\"time\":\"2026", with: "\"time\":\"x026").code == .wrongFormat)
        #expect(try refusal(replacing: "\"data\":{", with: "\"data\":[],\"x\":{").code == .wrongType)
        #expect(try refusal(replacing: "\"data\":{", with: "\"x\":{").code == .missingField)
        #expect(try refusal(replacing: Samples.trade, with: "").code == .noValue)
        #expect(try refusal(replacing: Samples.trade, with: "   ").code == .malformedJSON)
    }

    /// A record without a value, or with an empty one, may be the first that a decoder sees.
    @Test(arguments: EventKind.allCases) func nothingIsRefusedFirstOfAll(kind: EventKind) throws {
        let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
        let time = Timestamp(microseconds: 1_768_448_700_000_000)
        let binary = TestHeaders(texts: ModeTests.attributes)
        let ways: [(EventDecoder) throws -> DecodedEvent] = [
            { try $0.decode(kind, value: nothing) }, { try $0.decode(kind, json: "") },
            { try $0.decode(kind, bytes: [0, 0, 0, 0, 42]) },
            { try $0.decode(kind, value: nothing, headers: binary, recordTime: time) },
            { try $0.decodeData(kind, value: nothing, envelope: Envelope(id: "e", source: "/t", time: time)) },
        ]
        for way in ways {
            let refusal = #expect(throws: EventRefusal.self) { try way(EventDecoder()) }
            #expect(refusal?.code == .noValue, "\(String(describing: refusal))")
        }
    }

    @Test func longValuesAreShortened() throws {
        let long = String(repeating: "é", count: 500)
        let refusal = try refusal(replacing: "\"BUY\"", with: "\"\(long)\"")
        #expect(refusal.code == .notInEnum)
        #expect((refusal.value ?? "").count <= EventsLimits.maximumExcerptCharacters + 3)
    }
}
