/// A candle as readers see it.
public struct Candle: Hashable, Sendable {
    public var interval: CandleInterval
    /// Where it starts: the session's open plus a whole number of intervals.
    public var start: Timestamp
    public var open: Price
    public var high: Price
    public var low: Price
    public var close: Price
    /// Never below zero.
    public var volume: Amount
    /// The day's first tick came later than the day's first minute and lies in this candle: something is missing.
    public var isPartial: Bool
    /// The time of the last tick in it.
    public var lastTickAt: Timestamp

    public init(
        interval: CandleInterval, start: Timestamp, open: Price, high: Price, low: Price, close: Price,
        volume: Amount, isPartial: Bool, lastTickAt: Timestamp
    ) {
        self.interval = interval
        self.start = start
        self.open = open
        self.high = high
        self.low = low
        self.close = close
        self.volume = volume
        self.isPartial = isPartial
        self.lastTickAt = lastTickAt
    }
}

/// When a tick was, and where in the log: later wins, and of two at the same time the one behind in the log.
@frozen
public struct TickOrder: Hashable, Comparable, Sendable {
    public var time: Timestamp
    /// The record's offset in its partition.
    public var offset: Int64

    @inlinable
    public init(time: Timestamp, offset: Int64) {
        self.time = time
        self.offset = offset
    }

    @inlinable
    public static func < (left: TickOrder, right: TickOrder) -> Bool {
        left.time == right.time ? left.offset < right.offset : left.time < right.time
    }
}

/// What a candle takes from a tick.
@frozen
public struct CandleTick: Hashable, Sendable {
    public var order: TickOrder
    public var price: Price
    /// Traded with this tick; not below zero.
    public var lastQuantity: Quantity?
    /// Traded since the day's start; not below zero.
    public var cumulativeVolume: Quantity?

    @inlinable
    public init(
        time: Timestamp, offset: Int64, price: Price, lastQuantity: Quantity? = nil, cumulativeVolume: Quantity? = nil
    ) {
        order = TickOrder(time: time, offset: offset)
        self.price = price
        self.lastQuantity = lastQuantity
        self.cumulativeVolume = cumulativeVolume
    }
}
