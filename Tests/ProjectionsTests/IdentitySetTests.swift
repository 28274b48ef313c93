import Events
import Testing

@testable import Projections

@Suite struct IdentitySetTests {
    /// Many that share the first slot with others.
    private static func identity(_ number: UInt64) -> ContentHash {
        ContentHash(high: number << 48 | number % 7, low: (number + 1) << 1)
    }

    @Test func tellsTheSameContentFromOtherAndFromNoneWhileItGrows() {
        var set = IdentitySet()
        for number in 0..<5_000 as Range<UInt64> {
            #expect(set.find(Self.identity(number), content: number) == nil)
            set.insert(Self.identity(number), content: number)
        }
        #expect(set.count == 5_000)
        for number in 0..<5_000 as Range<UInt64> {
            #expect(set.find(Self.identity(number), content: number) == true)
            #expect(set.find(Self.identity(number), content: number ^ 1 << 39) == false)
        }
        #expect(set.find(Self.identity(5_000), content: 0) == nil)
    }

    @Test func bothHalvesOfAHashTellIdentitiesApart() {
        var set = IdentitySet()
        set.insert(ContentHash(high: 1, low: 2), content: 0)
        #expect(set.find(ContentHash(high: 1, low: 2), content: 0) == true)
        #expect(set.find(ContentHash(high: 2, low: 2), content: 0) == nil)
        #expect(set.find(ContentHash(high: 1, low: 4), content: 0) == nil)
    }

    @Test func anIdentityAndContentOfZerosAreRemembered() {
        var set = IdentitySet()
        #expect(set.find(ContentHash(high: 0, low: 0), content: 0) == nil)
        set.insert(ContentHash(high: 0, low: 0), content: 0)
        #expect(set.find(ContentHash(high: 0, low: 0), content: 0) == true)
        #expect(set.find(ContentHash(high: 0, low: 0), content: 1) == false)
    }

    @Test func roomMadeAtOnceHoldsAsManyWithoutGrowing() {
        var set = IdentitySet()
        set.insert(Self.identity(0), content: 0)
        set.reserve(5_000)
        let bytes = set.byteCount
        for number in 1..<5_000 as Range<UInt64> { set.insert(Self.identity(number), content: number) }
        #expect(set.byteCount == bytes)
        for number in 0..<5_000 as Range<UInt64> { #expect(set.find(Self.identity(number), content: number) == true) }
        set.reserve(1)
        #expect(set.byteCount == bytes)
    }

    @Test func aSlotIsSixteenBytes() {
        #expect(IdentitySet().byteCount == 1_024 * 16)
    }
}
