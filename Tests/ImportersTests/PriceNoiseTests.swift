import Domain
import Importers
import Testing

@Suite struct PriceNoiseTests {
    @Test(arguments: [
        ("1344.199951", "1344.2"), ("2521.699951", "2521.7"), ("129.929993", "129.93"), ("326.850000", "326.85"),
        ("1000.25", "1000.25"), ("83.2575", "83.2575"), ("83.257500", "83.2575"), ("0.05", "0.05"), ("5.800000", "5.8"),
        ("131072.546875", "131072.55"), ("10.123", "10.123"),
    ])
    func roundsOnlyWhatAFloatBlurred(written: String, meant: String) throws {
        let text = "trade_date,symbol,exchange,trade_type,quantity,price\n2025-01-01,X,NSE,buy,1,\(written)\n"
        let imported = try Imported(
            ZerodhaTradebook(MemoryByteSource(text), file: "x.csv", user: "u", calendar: .standard()))
        #expect(try LooseEvent(#require(imported.events.first).value).field("price") == meant)
    }
}
