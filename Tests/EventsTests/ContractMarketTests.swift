import Domain
import Events
import Testing

/// Which executions the ISIN names the instrument of.
@Suite struct ContractMarketTests {
    private func trade(_ exchange: String, _ segment: String?) -> TradeExecuted {
        TradeExecuted(
            tradeId: "t", userId: "u", exchange: exchange, symbol: "RELIANCE", side: .buy, quantity: .one, price: .one,
            executedAt: Timestamp(microseconds: 0), isin: "INE002A01018",
            details: segment.map { EventDetails(segment: $0) } ?? nil)
    }

    @Test(arguments: [
        ("NSE", nil), ("NSE", "EQ"), ("BSE", "EQ"), ("BSE", "eq"), ("NSE", "NSE_EQ"), ("NASDAQ", nil),
        ("XETRA", "cash"),
        ("BSE", "MF"), ("NSE", "INDUSTRIES"),
    ])
    func aShareOrFundIsNamedByItsISIN(exchange: String, segment: String?) {
        #expect(trade(exchange, segment).instrumentISIN == "INE002A01018")
    }

    @Test(arguments: [
        ("NFO", nil), ("BFO", "EQ"), ("MCX", nil), ("CDS", nil), ("NSE_FO", nil), ("NSE", "FO"), ("NSE", "fo"),
        ("BSE", "F&O"), ("NSE", "NFO-OPT"), ("NSE", "NSE_FO"), ("CBOE", "options"), ("NSE", "CDS"),
    ])
    func aContractIsNotNamedByItsUnderlyingsISIN(exchange: String, segment: String?) {
        #expect(trade(exchange, segment).instrumentISIN == nil)
    }

    @Test func withoutAnISINThereIsNone() {
        var share = trade("NSE", "EQ")
        share.isin = nil
        #expect(share.instrumentISIN == nil)
    }

    @Test(arguments: [("NSE", "EQ"), ("NSE", "FO"), ("NFO", nil), ("BSE", nil)])
    func aBookIsFoundByItsKeyAsByItsExecutions(exchange: String, segment: String?) {
        let trade = trade(exchange, segment)
        let hasher = ContentHasher()
        let instrument = trade.instrumentISIN ?? "\(exchange):RELIANCE"
        #expect(
            hasher.hashes(of: trade).book
                == hasher.book(userId: "u", account: EventDefaults.account, instrument: instrument))
    }
}
