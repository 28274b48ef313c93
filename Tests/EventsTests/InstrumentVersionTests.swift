import Testing

@testable import Events

/// `instruments.updated` of version 1 said an instrument's type in its exchange's own words.
@Suite struct InstrumentVersionTests {
    private func decode(_ version: Int, _ data: String) throws -> DecodedEvent {
        try EventDecoder().decode(
            .instrumentUpdated,
            json:
                #"{"specversion":"1.0","id":"1","source":"/s","type":"instruments.updated.v\#(version)","time":"2026-01-15T03:45:00Z","data":\#(data)}"#
        )
    }

    private func lifted(_ type: String, symbol: String = "A") throws -> InstrumentUpdated? {
        let event = try decode(1, #"{"symbol":"\#(symbol)","exchange":"NFO","type":"\#(type)"}"#)
        guard case .instrumentUpdated(let data) = event.payload else { return nil }
        return data
    }

    @Test(
        arguments: [
            ("EQ", "A", InstrumentType.equity, nil), ("eq", "A", .equity, "eq"), ("FUTSTK", "A", .future, "FUTSTK"),
            ("FUT", "A", .future, nil), ("OPTIDX", "NIFTY26JAN24000CE", .call, "OPTIDX"),
            ("OPTSTK", "SBIN26JAN800PE", .put, "OPTSTK"), ("OPTSTK", "SBIN", .other, "OPTSTK"), ("PE", "A", .put, nil),
            ("INDICES", "A", .index, "INDICES"), ("GOLD BOND", "A", .other, "GOLD BOND"), ("OTHER", "A", .other, nil),
        ] as [(String, String, InstrumentType, String?)])
    func theWordOfVersion1IsRead(word: String, symbol: String, type: InstrumentType, kept: String?) throws {
        let data = try #require(try lifted(word, symbol: symbol))
        #expect(data.type == type)
        #expect(data.exchangeType == kept)
    }

    /// Sent again by a producer that writes version 2, it is the same event: a duplicate, and no conflict.
    @Test func bothVersionsAreTheSameEvent() throws {
        let old = try decode(1, #"{"symbol":"A","exchange":"NFO","type":"FUTSTK","lotSize":"75","exchangeType":"x"}"#)
        let new = try decode(
            2, #"{"symbol":"A","exchange":"NFO","type":"FUT","exchangeType":"FUTSTK","lotSize":"75"}"#)
        #expect(old.payload == new.payload)
        #expect(old.payload.contentHash == new.payload.contentHash)
        #expect([old.envelope.version, new.envelope.version] == [1, 2])
        let written = String(decoding: EventEncoder().structured(old), as: UTF8.self)
        #expect(written.contains("instruments.updated.v2"))
        #expect(try EventDecoder().decode(.instrumentUpdated, json: written).payload == old.payload)
    }

    @Test func version2TakesTheListAlone() throws {
        let refusal = #expect(throws: EventRefusal.self) {
            try decode(2, #"{"symbol":"A","exchange":"NFO","type":"FUTSTK"}"#)
        }
        #expect(
            refusal?.field == "data.type" && refusal?.reason.contains("EQ, FUT, CE, PE, INDEX, OTHER") == true,
            "\(refusal)")
        #expect(throws: EventRefusal.self) { try decode(1, #"{"symbol":"A","exchange":"NFO"}"#) }
        #expect(throws: EventRefusal.self) { try decode(1, #"{"symbol":"A","exchange":"NFO","type":7}"#) }
    }

    /// What waits behind a refused event waits by its key, whichever version it was of.
    @Test func aRefusalOfVersion1NamesItsInstrument() throws {
        let refusal = #expect(throws: EventRefusal.self) {
            try decode(1, #"{"symbol":"A","exchange":"NFO","type":"FUTSTK","expiry":"soon"}"#)
        }
        #expect(refusal?.field == "data.expiry", "\(refusal)")
        #expect(refusal?.readable.symbol == "A" && refusal?.readable.exchange == "NFO")
        #expect(refusal?.readable.eventId == "1" && refusal?.readable.source == "/s")
    }

    /// Data without an envelope names no version: it is of the current one.
    @Test func bareDataIsOfTheCurrentVersion() throws {
        let envelope = Envelope(id: "1", source: "/test", time: .minimum)
        func decode(_ data: String) throws -> DecodedEvent {
            try Array(data.utf8).withUnsafeBytes {
                try EventDecoder().decodeData(.instrumentUpdated, value: $0, envelope: envelope)
            }
        }
        #expect(try decode(#"{"symbol":"A","exchange":"NFO","type":"FUT"}"#).envelope.version == 2)
        #expect(throws: EventRefusal.self) { try decode(#"{"symbol":"A","exchange":"NFO","type":"FUTSTK"}"#) }
    }
}
