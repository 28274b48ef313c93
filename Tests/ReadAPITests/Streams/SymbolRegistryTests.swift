import Testing

@testable import ReadAPI

/// Made-up names come and go; the tape's symbols stay.
@Suite struct SymbolRegistryTests {
    private func symbol(_ number: Int) -> StreamSymbol { StreamSymbol(exchange: "NSE", symbol: "S\(number)") }

    @Test func clientsFillHalfOfThePlacesAndGiveThemBack() {
        let registry = SymbolRegistry(limit: 8)
        let first = (0..<4).map { registry.follow(symbol($0)) }
        #expect(Set(first.compactMap(\.self)).count == 4)
        #expect(registry.follow(symbol(4)) == nil)
        // One that is known may have more followers.
        #expect(registry.follow(symbol(0)) == first[0])
        registry.unfollow(symbol(0))
        #expect(registry.follow(symbol(4)) == nil)
        registry.unfollow(symbol(0))
        #expect(registry.follow(symbol(4)) == first[0])
        // The tape has the other half.
        #expect(Set((10..<14).compactMap { registry.tape(symbol($0)) }).count == 4)
        #expect(registry.tape(symbol(14)) == nil)
    }

    @Test func aSymbolOfTheTapeKeepsItsNumber() {
        let registry = SymbolRegistry(limit: 4)
        let number = registry.follow(symbol(1))
        #expect(registry.tape(symbol(1)) == number)
        registry.unfollow(symbol(1))
        registry.unfollow(symbol(1))
        #expect(registry.follow(symbol(2)) != number)
        #expect(registry.tape(symbol(1)) == number)
        // It takes none of the places for clients alone.
        #expect(registry.follow(symbol(3)) != nil)
    }
}
