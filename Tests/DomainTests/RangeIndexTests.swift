import TestKit
import Testing

@testable import Domain

/// What a move enters, beside looking at every range.
@Suite struct RangeIndexTests {
    private struct Range {
        let slot: Int32
        let lower: Int64
        let upper: Int64
        func holds(_ value: Int64) -> Bool { lower <= value && value <= upper }
    }

    private func range(_ slot: Int32, _ random: inout SeededRandom) -> Range {
        let lower = Int64.random(in: -20...20, using: &random)
        let upper = lower + Int64.random(in: 0...6, using: &random)
        return Range(
            slot: slot, lower: Int.random(in: 0..<100, using: &random) < 15 ? RangeIndex.noLowerEnd : lower,
            upper: Int.random(in: 0..<100, using: &random) < 15 ? RangeIndex.noUpperEnd : upper)
    }

    @Test(arguments: 1...60 as ClosedRange<UInt64>) func entersWhatHoldsTheValueAndDidNot(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var index = RangeIndex()
        var ranges: [Range] = []
        var value: Int64?
        for step in 0..<300 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0, 1:
                let new = range(Int32(step), &random)
                ranges.append(new)
                index.insert(new.slot, lower: new.lower, upper: new.upper)
            case 2 where !ranges.isEmpty:
                let gone = ranges.remove(at: Int.random(in: ranges.indices, using: &random))
                index.remove(gone.slot, lower: gone.lower, upper: gone.upper)
            case 3 where step % 7 == 0:
                let many = (0..<5).map { range(Int32(1_000 + step * 10 + $0), &random) }
                ranges += many
                index.insert(many.map { (slot: $0.slot, lower: $0.lower, upper: $0.upper) })
            default:
                let next = Int64.random(in: -22...22, using: &random)
                var entered: [Int32] = []
                index.move(to: next, entered: &entered)
                let expected = ranges.filter { range in
                    value.map { !range.holds($0) && range.holds(next) } ?? false
                }
                #expect(entered.sorted() == expected.map(\.slot).sorted())
                value = next
                #expect(index.position == next)
            }
        }
    }

    @Test func theEndsOfTheNumbersAreValuesLikeOthers() {
        var index = RangeIndex()
        index.insert(1, lower: .max, upper: RangeIndex.noUpperEnd)
        index.insert(2, lower: RangeIndex.noLowerEnd, upper: -.max)
        var entered: [Int32] = []
        index.move(to: 0, entered: &entered)
        index.move(to: .max, entered: &entered)
        index.move(to: -.max, entered: &entered)
        #expect(entered == [1, 2])
    }

    @Test func aWatchThatChangesOftenStandsThereOnce() {
        var book = WatchBook()
        var slot = book.add(Watch(lower: 1, upper: 2))
        for _ in 0..<10_000 {
            book.remove(slot)
            slot = book.add(Watch(lower: 1, upper: 2))
        }
        #expect(book.count == 1)
        #expect(book.freshCount < 200)
        var (fired, changed): ([Int32], [Int32]) = ([], [])
        book.take(WatchedTick(price: 1, previousClose: nil, time: 0), fired: &fired, changed: &changed)
        #expect(fired == [slot])
    }

    /// After a restore: which of both came first is known by their own times alone.
    @Test(arguments: [(40, []), (60, [0])] as [(Int64, [Int32])])
    func aKnownTickDoesNotDecideOfWhatWasMadeLater(time: Int64, expected: [Int32]) {
        for isArmed in [false, true] {
            var book = WatchBook()
            var (fired, changed): ([Int32], [Int32]) = ([], [])
            let slot = book.add(Watch(lower: 100, upper: 200, isOnce: !isArmed), at: isArmed ? 10 : 50)
            if isArmed {
                book.take(WatchedTick(price: 100, previousClose: nil, time: 20), fired: &fired, changed: &changed)
                book.rearm(slot, at: 50)
                fired = []
            }
            book.take(
                WatchedTick(price: 105, previousClose: nil, time: time), isKnown: true, fired: &fired,
                changed: &changed)
            #expect(fired == expected)
            fired = []
            book.take(WatchedTick(price: 106, previousClose: nil, time: 70), fired: &fired, changed: &changed)
            #expect(fired == (expected.isEmpty ? [slot] : []))
        }
    }

    @Test func changesAreRoundedTowardsWhatIsNotReached() {
        let tick = WatchedTick(price: 302, previousClose: 300, time: 0)
        #expect(tick.value(of: .rise) == 66_666_666)
        #expect(tick.value(of: .fall) == 66_666_667)
        #expect(WatchedTick(price: 298, previousClose: 300, time: 0).value(of: .rise) == -66_666_667)
        #expect(WatchedTick(price: 298, previousClose: 300, time: 0).value(of: .fall) == -66_666_666)
        #expect(WatchedTick(price: .max, previousClose: 1, time: 0).value(of: .rise) == .max)
        #expect(WatchedTick(price: 1, previousClose: nil, time: 0).value(of: .rise) == nil)
    }
}
