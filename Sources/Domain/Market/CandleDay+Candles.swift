extension CandleDay {
    /// All candles of the day that have ticks, in order.
    public func candles(_ interval: CandleInterval) -> [Candle] {
        candles(interval, touching: 0...session.minuteCount)
    }

    /// The candles that contain any of `minutes`, as ``apply(_:)`` returned them.
    public func candles(_ interval: CandleInterval, touching minutes: ClosedRange<Int>) -> [Candle] {
        var result: [Candle] = []
        forEachCandle(interval, touching: minutes) { result.append($0) }
        return result
    }

    /// The candle that starts `index` intervals after the open; `nil` when it has no ticks.
    public func candle(_ interval: CandleInterval, at index: Int) -> Candle? {
        let (first, overflowed) = index.multipliedReportingOverflow(by: interval.minutes)
        guard index >= 0, !overflowed, first < session.minuteCount else { return nil }
        var result: Candle?
        forEachCandle(interval, touching: first...first) { result = $0 }
        return result
    }

    /// Calls `body` with each candle that contains any of `minutes`, in order.
    public func forEachCandle(
        _ interval: CandleInterval, touching minutes: ClosedRange<Int>, _ body: (Candle) -> Void
    ) {
        let length = interval.minutes
        let firstCandle = max(0, minutes.lowerBound) / length
        var index = firstBucket(from: firstCandle * length)
        while index < buckets.count {
            let candle = buckets[index].minute / length
            guard candle <= minutes.upperBound / length else { return }
            let start = index
            repeat { index += 1 } while index < buckets.count && buckets[index].minute / length == candle
            body(rollUp(start..<index, interval: interval, minute: candle * length))
        }
    }

    /// What the day remembers of a minute; `nil` when it has no ticks.
    public func bucket(minute: Int) -> MinuteBucket? {
        let index = firstBucket(from: minute)
        return index < buckets.count && buckets[index].minute == minute ? buckets[index] : nil
    }

    private func rollUp(_ range: Range<Int>, interval: CandleInterval, minute: Int) -> Candle {
        let (first, last) = (buckets[range.lowerBound], buckets[range.upperBound - 1])
        var (high, low, sum) = (first.high, first.low, Int128(0))
        for bucket in buckets[range] {
            high = max(high, bucket.high)
            low = min(low, bucket.low)
            sum &+= bucket.quantitySum.units
        }
        if volumeMode == .cumulative {
            let earlier = range.lowerBound == 0 ? baseVolume : runningVolumes[range.lowerBound - 1]
            sum = Int128(runningVolumes[range.upperBound - 1]) - Int128(earlier)
        }
        return Candle(
            interval: interval,
            start: session.open.adding(microseconds: Int64(minute) * Timestamp.microsecondsPerMinute),
            open: first.open, high: high, low: low, close: last.close, volume: Amount(units: sum),
            isPartial: range.lowerBound == 0 && isPartial, lastTickAt: last.closeOrder.time)
    }
}
