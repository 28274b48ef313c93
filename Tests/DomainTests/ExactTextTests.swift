import Domain
import Testing

/// Ids are their bytes: Unicode's canonical equivalence makes none of them another.
@Suite struct ExactTextTests {
    private static let pairs = [
        ("\u{e9}", "e\u{301}"), ("\u{c5}", "\u{212b}"), ("a\u{323}\u{307}", "a\u{307}\u{323}"), ("a", "b"), ("", "a"),
        ("order-0123456789-abcdefgh", "order-0123456789-abcdefgi"),
    ]

    @Test(arguments: pairs) func differentBytesAreDifferentTexts(left: String, right: String) {
        #expect(ExactText(left) != ExactText(right))
        #expect(!left.hasBytes(of: right) && left.hasBytes(of: left) && right.hasBytes(of: right))
        #expect(Set([ExactText(left), ExactText(right), ExactText(String(left.reversed().reversed()))]).count >= 2)
        #expect((ExactText(left) < ExactText(right)) != (ExactText(right) < ExactText(left)))
    }

    @Test func theSameBytesAreTheSameTextHoweverTheyAreStored() {
        let long = String(repeating: "é", count: 40)
        let copy = String(decoding: Array(long.utf8), as: UTF8.self)
        #expect(ExactText(long) == ExactText(copy) && ExactText(long).hashValue == ExactText(copy).hashValue)
        #expect(ExactText("") == ExactText(wrappedValue: String("x".dropFirst())))
    }
}
