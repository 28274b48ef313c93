import Domain
import Testing

@testable import Events

@Suite struct ContentHashTests {
    let decoder = EventDecoder()

    private func hash(_ json: String) throws -> ContentHash {
        try decoder.decode(.tradeExecuted, json: json).payload.contentHash
    }

    @Test func spellingDoesNotMatter() throws {
        let first = try hash(Samples.trade)
        #expect(try hash(Samples.trade.replacing("\"quantity\":\"10\"", with: "\"quantity\":1.00e1")) == first)
        #expect(try hash(Samples.trade.replacing("\"RELIANCE\"", with: "\"NSE:RELI\\u0041NCE\"")) == first)
        #expect(try hash(Samples.trade.replacing("09:14:59.5+05:30", with: "03:44:59.500Z")) == first)
        #expect(
            try hash(
                Samples.trade.replacing("\"side\":\"BUY\",", with: "").replacing("}}", with: ",\"side\":\"BUY\"}}"))
                == first)
        #expect(try hash(Samples.trade.replacing("}}", with: ",\"account\":\"main\",\"isin\":null,\"x\":1}}")) == first)
        // The envelope is not the data.
        #expect(try hash(Samples.trade.replacing("6f1e", with: "other")) == first)
    }

    @Test func dataMatters() throws {
        let first = try hash(Samples.trade)
        #expect(try hash(Samples.trade.replacing("2450.55", with: "2450.56")) != first)
        #expect(try hash(Samples.trade.replacing("\"BUY\"", with: "\"SELL\"")) != first)
        #expect(try hash(Samples.trade.replacing("}}", with: ",\"tags\":[\"a\"]}}")) != first)
        let tags = [#"["ab","c"]"#, #"["a","bc"]"#, #"["abc"]"#].map {
            Samples.trade.replacing("}}", with: ",\"tags\":\($0)}}")
        }
        #expect(Set(try tags.map { try hash($0) }).count == 3)
    }

    @Test func anImpliedTimeIsNotData() throws {
        let without = Samples.trade.replacing("\"executedAt\":\"2026-01-15T09:14:59.5+05:30\",", with: "")
        #expect(try hash(without) == hash(without.replacing("03:45:00.123456Z", with: "03:46:00Z")))
        #expect(try hash(without) != hash(Samples.trade))
    }
}

/// The three hashes of an execution that are worked out at once, beside those worked out one by one.
@Suite struct TradeHashesTests {
    private static func trade(
        user: String = "user-1", id: String = "t-1", symbol: String = "RELIANCE", exchange: String = "NSE",
        account: String = EventDefaults.account, isin: String? = nil
    ) -> TradeExecuted {
        TradeExecuted(
            tradeId: id, userId: user, exchange: exchange, symbol: symbol, side: .buy, quantity: .one, price: .one,
            executedAt: Timestamp(microseconds: 1), account: account, isin: isin)
    }

    private static let trades = [
        trade(), trade(user: "user-2"), trade(symbol: "INFY"), trade(exchange: "BSE"), trade(account: "second"),
        trade(isin: "INE002A01018"), trade(account: "second", isin: "INE002A01018"),
        trade(symbol: "A", exchange: "BN"), trade(symbol: "NA", exchange: "B"),
        trade(user: String(repeating: "u", count: 100), symbol: String(repeating: "S", count: 60)),
    ]

    @Test func aBooksHashIsThatOfItsKey() {
        let hasher = ContentHasher()
        for trade in Self.trades {
            let instrument = trade.isin ?? "\(trade.exchange):\(trade.symbol)"
            let key = hasher.book(userId: trade.userId, account: trade.account, instrument: instrument)
            #expect(hasher.hashes(of: trade).book == key, "\(trade)")
        }
        #expect(Set(Self.trades.map { hasher.hashes(of: $0).book }).count == Self.trades.count)
    }

    @Test func anIdentityIsUserAndTradeIdAlone() {
        let hasher = ContentHasher()
        let identity = hasher.hashes(of: Self.trade()).identity
        #expect(hasher.hashes(of: Self.trade(symbol: "INFY", account: "second")).identity == identity)
        #expect(hasher.hashes(of: Self.trade(id: "t-2")).identity != identity)
        #expect(hasher.hashes(of: Self.trade(user: "user-2")).identity != identity)
        #expect(hasher.hashes(of: Self.trade(user: "user-", id: "t-11")).identity != identity)
    }

    @Test func theContentsHashIsThatOfThePayload() {
        let hasher = ContentHasher()
        for trade in Self.trades {
            #expect(hasher.hashes(of: trade).content == EventPayload.tradeExecuted(trade).contentHash)
        }
    }
}
