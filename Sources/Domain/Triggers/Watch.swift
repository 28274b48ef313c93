/// What a rule or an alert waits for: a price, or the change against the previous close, that lies in a range.
public struct Watch: Equatable, Sendable {
    /// What is measured.
    public enum Measure: Int, Sendable, CaseIterable {
        /// The last price, in units at scale 8.
        case price
        /// The change against the previous close in percent at scale 8, rounded down: for ranges that begin at a threshold.
        case rise
        /// The same rounded up: for ranges that end at a threshold.
        case fall
    }

    public let measure: Measure
    /// The range's ends belong to it; ``RangeIndex/noLowerEnd`` and ``RangeIndex/noUpperEnd`` where there is none.
    public let lower: Int64
    public let upper: Int64
    /// Fires by a move into the range only: the first value, and a watch that is new, wait for the next one.
    public let needsPrevious: Bool
    /// How long it stays silent after it fired, by event time. 0: until the measure was outside. Above 0 it fires again
    /// while the measure stays inside, not more often than this.
    public let cooldownMicroseconds: Int64
    /// Fires once and never again.
    public let isOnce: Bool

    public init(
        _ measure: Measure = .price, lower: Int64 = RangeIndex.noLowerEnd, upper: Int64 = RangeIndex.noUpperEnd,
        needsPrevious: Bool = false, cooldownMicroseconds: Int64 = 0, isOnce: Bool = false
    ) {
        self.measure = measure
        self.lower = lower
        self.upper = upper
        self.needsPrevious = needsPrevious
        self.cooldownMicroseconds = cooldownMicroseconds
        self.isOnce = isOnce
    }

    public func holds(_ value: Int64) -> Bool { lower <= value && value <= upper }

    /// Fires again without leaving its range, once its cooldown is over.
    public var repeats: Bool { cooldownMicroseconds > 0 && !needsPrevious && !isOnce }
}

/// What a watch remembers.
public struct WatchState: Equatable, Sendable {
    /// Made, changed or armed again, and no value of its measure came since: the next one fires if it lies in the range.
    public var isFresh: Bool
    /// The time of the tick that it fired at last, in microseconds; kept where the watch has a cooldown.
    public var lastFiredAt: Int64?
    /// A watch that fires once has.
    public var isSpent: Bool

    public init(isFresh: Bool = true, lastFiredAt: Int64? = nil, isSpent: Bool = false) {
        self.isFresh = isFresh
        self.lastFiredAt = lastFiredAt
        self.isSpent = isSpent
    }
}

/// A tick as watches see it.
public struct WatchedTick: Equatable, Sendable {
    public var price: Int64
    /// Above 0; nil while none was told.
    public var previousClose: Int64?
    /// The event's time in microseconds.
    public var time: Int64

    public init(price: Int64, previousClose: Int64?, time: Int64) {
        self.price = price
        self.previousClose = previousClose
        self.time = time
    }

    /// The measure's value; nil where the previous close is not known.
    public func value(of measure: Watch.Measure) -> Int64? {
        if measure == .price { return price }
        guard let close = previousClose, close > 0 else { return nil }
        // Percent at scale 8: (price − close) × 100 × 10⁸ / close, exact in 128 bits.
        let scaled = (Int128(price) - Int128(close)) * 10_000_000_000
        var quotient = scaled / Int128(close)
        let remainder = scaled % Int128(close)
        if measure == .rise, remainder < 0 { quotient -= 1 }
        if measure == .fall, remainder > 0 { quotient += 1 }
        return Int64(clamping: quotient)
    }
}
