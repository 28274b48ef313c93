import Testing

@testable import ReadAPI

/// One tick of a symbol in an interval, the newest, none lost at the end.
@Suite struct TickConflatorTests {
    @Test func theFirstGoesAtOnceAndTheNewestOfTheRestOnTheBeat() {
        var conflator = TickConflator<String, Int>(intervalMilliseconds: 200)
        #expect(conflator.offer(1, of: "A", at: 1_050) == 1)
        #expect(conflator.offer(2, of: "A", at: 1_060) == nil)
        #expect(conflator.offer(3, of: "A", at: 1_100) == nil)
        #expect(conflator.nextDue == 1_400)
        #expect(conflator.take(at: 1_399).isEmpty)
        #expect(conflator.take(at: 1_412) == [3])
        #expect(conflator.nextDue == nil)
        // The late call has not shifted the beat.
        #expect(conflator.offer(4, of: "A", at: 1_420) == nil)
        #expect(conflator.take(at: 1_600) == [4])
    }

    @Test func aQuietSymbolIsNotHeldUp() {
        var conflator = TickConflator<String, Int>(intervalMilliseconds: 200)
        #expect(conflator.offer(1, of: "A", at: 0) == 1)
        #expect(conflator.offer(2, of: "A", at: 200) == 2)
        #expect(conflator.offer(7, of: "B", at: 201) == 7)
    }

    /// Whatever the arrivals: never two within the interval, and the last tick always comes out, soon.
    @Test(arguments: 1...20) func randomArrivals(seed: UInt64) {
        var random = seed &* 0x9e37_79b9_7f4a_7c15
        func next(_ bound: UInt64) -> Int64 {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int64((random >> 33) % bound)
        }
        var conflator = TickConflator<Int64, Int>(intervalMilliseconds: 200)
        var sent: [Int64: [(at: Int64, tick: Int)]] = [:]
        var last: [Int64: (at: Int64, tick: Int)] = [:]
        var keys: [Int: Int64] = [:]
        var now: Int64 = 0
        for tick in 0..<2_000 {
            now += next(40)
            let key = next(3)
            keys[tick] = key
            last[key] = (now, tick)
            if let out = conflator.offer(tick, of: key, at: now) { sent[key, default: []].append((now, out)) }
            if next(3) == 0 {
                for out in conflator.take(at: now) { sent[keys[out] ?? -1, default: []].append((now, out)) }
            }
        }
        for out in conflator.take(at: now + 400) { sent[keys[out] ?? -1, default: []].append((now + 400, out)) }
        for (key, list) in sent {
            #expect(list.last?.tick == last[key]?.tick)
            #expect(zip(list, list.dropFirst()).allSatisfy { $0.tick < $1.tick })
            // Taken late, a tick may come closer to the next than the interval, but not more of them than intervals.
            #expect(list.count <= Int((now + 400) / 200) + 2)
        }
    }
}
