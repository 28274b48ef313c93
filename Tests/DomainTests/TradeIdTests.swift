import Domain
import TestKit
import Testing

@Suite("Trade ids: equal and ordered as their bytes are, whatever their length")
struct TradeIdTests {
    private static let texts = [
        "", "a", "a\0", "a\0\0", "b", "é", "e\u{301}", "zerodha:NSE:EQ:2026-01-15:0000000001",
        String(repeating: "x", count: 46), String(repeating: "x", count: 47), String(repeating: "x", count: 48),
        String(repeating: "x", count: 46) + "\0", String(repeating: "x", count: 127) + "y",
        String(repeating: "x", count: 128), String(repeating: "é", count: 24), "\u{10FFFF}",
    ]

    @Test func keepsTheText() {
        for text in Self.texts {
            #expect(Array(TradeId(text).text.utf8) == Array(text.utf8))
            #expect(TradeId(text).withBytes { Array($0) } == Array(text.utf8))
        }
    }

    @Test func comparesAsBytesDo() {
        for left in Self.texts {
            for right in Self.texts { expectBytewise(left, right) }
        }
    }

    @Test func comparesRandomIdsAsBytesDo() {
        var random = SeededRandom(seed: 3)
        func text() -> String {
            let count = Int.random(in: 0...60, using: &random)
            return String((0..<count).map { _ in random.next() % 10 > 0 ? Character("x") : Character("y") })
        }
        for _ in 0..<2_000 { expectBytewise(text(), text()) }
    }

    private func expectBytewise(_ left: String, _ right: String) {
        let (first, second) = (TradeId(left), TradeId(right))
        let (firstBytes, secondBytes) = (Array(left.utf8), Array(right.utf8))
        #expect((first == second) == (firstBytes == secondBytes), "\(left) and \(right)")
        #expect((first < second) == firstBytes.lexicographicallyPrecedes(secondBytes), "\(left) and \(right)")
        if first == second { #expect(first.hashValue == second.hashValue) }
    }
}
