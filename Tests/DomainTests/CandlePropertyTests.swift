import Domain
import TestKit
import Testing

@Suite("Candles: any ticks in any order equal the oracle")
struct CandlePropertyTests {
    @Test(arguments: 0..<30)
    func anyTicks(seed: Int) throws {
        let session = try indianSession()
        for round in 0..<20 { run(seed: UInt64(seed * 20 + round), session) }
    }

    private func run(seed: UInt64, _ session: SessionDay) {
        var random = SeededRandom(seed: seed)
        var (fast, naive) = (CandleDay(session: session), NaiveCandles(session: session))
        var shown = Dictionary(uniqueKeysWithValues: CandleInterval.allCases.map { ($0, [Timestamp: Candle]()) })
        for tick in ticks(session, &random) {
            // A day that was evicted and read again must go on as if it had not been.
            if random.next() % 4 == 0 {
                fast = CandleDay(session: session, volumeMode: fast.volumeMode, buckets: fast.buckets.shuffled())
            }
            naive.record(tick)
            guard let changed = fast.apply(tick) else { continue }
            for interval in CandleInterval.allCases {
                for candle in fast.candles(interval, touching: changed) { shown[interval]?[candle.start] = candle }
                let wanted = naive.candles(interval)
                let isEqual = fast.candles(interval) == wanted
                // What was written out change by change must be what a look at the whole day shows.
                let isShown = shown[interval]?.values.sorted { $0.start < $1.start } == wanted
                #expect(isEqual && isShown, "seed \(seed), \(interval), offset \(tick.order.offset)")
                if !isEqual || !isShown { return }
            }
        }
    }

    /// A day of ticks: some outside the session, some late, some equal in time, with volumes that may run backwards.
    private func ticks(_ session: SessionDay, _ random: inout SeededRandom) -> [CandleTick] {
        let span = [5, 40, 420][Int(random.next() % 3)]
        let start = Int64(random.next() % 4 == 0 ? random.next() % 100 : 0) * Timestamp.microsecondsPerMinute
        let (hasVolume, isMessy, isShuffled) = (random.next() % 3, random.next() % 3 == 0, random.next() % 2 == 0)
        var (volume, times) = (Int64(random.next() % 1_000), [Int64]())
        for _ in 0..<Int.random(in: 1...40, using: &random) {
            let minute = Int64.random(in: -20...Int64(span), using: &random) * Timestamp.microsecondsPerMinute
            times.append(start + minute + Int64(random.next() % 3) * 20_000_000)
        }
        times.sort()
        var result: [(time: Int64, price: Price, quantity: Quantity?, volume: Quantity?)] = times.map { time in
            let quantity = Int64(random.next() % 50)
            volume += isMessy && random.next() % 5 == 0 ? -quantity : quantity
            let tells = hasVolume == 0 || (hasVolume == 1 && random.next() % 3 != 0)
            return (
                time, Price(units: Int64(random.next() % 100)),
                random.next() % 4 == 0 ? nil : Quantity(units: quantity),
                tells ? Quantity(units: max(0, volume)) : nil
            )
        }
        if isShuffled { result.shuffle(using: &random) }
        return result.enumerated().map { index, tick in
            CandleTick(
                time: session.open.adding(microseconds: tick.time), offset: Int64(index), price: tick.price,
                lastQuantity: tick.quantity, cumulativeVolume: tick.volume)
        }
    }
}
