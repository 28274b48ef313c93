import Domain
import Testing

@testable import Events

@Suite struct EventDecoderTests {
    let decoder = EventDecoder()

    @Test func readsAStructuredTrade() throws {
        let event = try decoder.decode(.tradeExecuted, json: Samples.trade)
        #expect(event.envelope.id == "6f1e")
        #expect(event.envelope.source == "/broker/zerodha")
        #expect(event.envelope.subject == "user-000123")
        #expect(event.envelope.time.description == "2026-01-15T03:45:00.123456Z")
        let trade = try #require(event.trade)
        #expect(trade.tradeId == "zerodha:NSE:EQ:2026-01-15:1234567")
        #expect(trade.userId == "user-000123")
        #expect((trade.exchange, trade.symbol) == ("NSE", "RELIANCE"))
        #expect(trade.side == .buy)
        #expect(trade.quantity == (try Fixed8(parsing: "10")))
        #expect(trade.price == (try Fixed8(parsing: "2450.55")))
        #expect(trade.fees == (try Fixed8(parsing: "12.34")))
        #expect(trade.executedAt.description == "2026-01-15T03:44:59.5Z")
        #expect(trade.account == "main")
        #expect(trade.multiplier == .one)
        #expect(event.payload.partitionKey == "user-000123")
        #expect(try #require(event.identity) == ("user-000123", "zerodha:NSE:EQ:2026-01-15:1234567"))
    }

    /// Also by a decoder that has met no array with something in it before.
    @Test func anEmptyListIsOne() throws {
        let envelope = Envelope(id: "1", source: "/test", time: Timestamp(microseconds: 0))
        let list = Array(#"{"listId":"l1","userId":"u1","name":"gone","symbols":[]}"#.utf8)
        let event = try list.withUnsafeBytes {
            try EventDecoder().decodeData(.watchlistChanged, value: $0, envelope: envelope)
        }
        guard case .watchlistChanged(let change) = event.payload else {
            Issue.record("not a watchlist")
            return
        }
        #expect(change.symbols.isEmpty)
    }

    @Test func readsAStructuredTick() throws {
        let event = try decoder.decode(.marketUpdated, json: Samples.tick)
        guard case .marketUpdated(let tick) = event.payload else {
            Issue.record("not a tick")
            return
        }
        #expect((tick.exchange, tick.symbol) == ("NSE", "RELIANCE"))
        #expect(tick.lastPrice == (try Fixed8(parsing: "1344.19995117")))
        #expect(tick.volume == (try Fixed8(parsing: "1200345")))
        #expect(tick.bid == nil)
        #expect(event.roundedFields == 1)
    }
}

enum Samples {
    static let trade = #"""
        {"specversion":"1.0","id":"6f1e","source":"/broker/zerodha","type":"com.tapefold.trades.executed.v1","time":"2026-01-15T03:45:00.123456Z","subject":"user-000123","data":{"tradeId":"zerodha:NSE:EQ:2026-01-15:1234567","userId":"user-000123","symbol":"RELIANCE","exchange":"NSE","side":"BUY","quantity":"10","price":2450.55,"executedAt":"2026-01-15T09:14:59.5+05:30","fees":"12.34"}}
        """#
    static let tick = #"""
        {"specversion":"1.0","id":"t-1","source":"/feed","type":"market.updates.v1","time":"2026-01-15T03:45:00Z","data":{"symbol":"NSE:RELIANCE","exchange":"NSE","lastPrice":1344.199951171875,"volume":1200345,"bid":null,"depth":{"buy":[{"price":1,"quantity":2,"orders":3}],"sell":[]},"unheard":[1,{"of":"it"}]}}
        """#
}

extension EventDecoder {
    func decode(_ kind: EventKind, json: String, recordTime: Timestamp? = nil) throws(EventRefusal) -> DecodedEvent {
        try decode(kind, bytes: Array(json.utf8), recordTime: recordTime)
    }

    func decode(_ kind: EventKind, bytes: [UInt8], recordTime: Timestamp? = nil) throws(EventRefusal) -> DecodedEvent {
        try bytes.withUnsafeBufferPointer { buffer throws(EventRefusal) in
            try decode(kind, value: UnsafeRawBufferPointer(buffer), recordTime: recordTime)
        }
    }
}

extension DecodedEvent {
    var trade: TradeExecuted? {
        guard case .tradeExecuted(let trade) = payload else { return nil }
        return trade
    }
}
