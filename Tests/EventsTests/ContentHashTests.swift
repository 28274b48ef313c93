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
