/// How a day counts its volume: the first tick folded for it decides.
public enum VolumeMode: Int16, Sendable {
    /// From the ticks' volume since the day's start.
    case cumulative = 0
    /// By adding up the ticks' quantities.
    case perTick = 1
}

/// What one minute of a day must remember, so that ticks may come late and the day be stored and read again.
public struct MinuteBucket: Hashable, Sendable {
    /// Minutes after the session's open.
    public var minute: Int
    /// The first tick, in the order of times and not of arrival.
    public var openOrder: TickOrder
    public var open: Price
    /// The last tick.
    public var closeOrder: TickOrder
    public var close: Price
    public var high: Price
    public var low: Price
    /// Σ of the ticks' quantities; zero in `.cumulative` mode.
    public var quantitySum: Amount
    /// What the bucket knows of cumulative volume; `nil` when no tick told, and in `.perTick` mode.
    public var volume: CumulativeVolume?

    /// The cumulative volumes seen in a minute.
    public struct CumulativeVolume: Hashable, Sendable {
        public var maximum: Quantity
        /// The first tick that told a volume.
        public var firstOrder: TickOrder
        /// That tick's volume less its own quantity, at least zero: what was traded before it.
        public var before: Quantity

        public init(maximum: Quantity, firstOrder: TickOrder, before: Quantity) {
            self.maximum = maximum
            self.firstOrder = firstOrder
            self.before = before
        }
    }

    public init(
        minute: Int, openOrder: TickOrder, open: Price, closeOrder: TickOrder, close: Price, high: Price, low: Price,
        quantitySum: Amount, volume: CumulativeVolume?
    ) {
        self.minute = minute
        self.openOrder = openOrder
        self.open = open
        self.closeOrder = closeOrder
        self.close = close
        self.high = high
        self.low = low
        self.quantitySum = quantitySum
        self.volume = volume
    }

    init(minute: Int, tick: CandleTick) {
        self.init(
            minute: minute, openOrder: tick.order, open: tick.price, closeOrder: tick.order, close: tick.price,
            high: tick.price, low: tick.price, quantitySum: .zero, volume: nil)
    }

    /// Takes in a tick's price, whenever it comes.
    mutating func take(_ tick: CandleTick) {
        if tick.order >= closeOrder {
            (closeOrder, close) = (tick.order, tick.price)
        } else if tick.order < openOrder {
            (openOrder, open) = (tick.order, tick.price)
        }
        if tick.price > high { high = tick.price }
        if tick.price < low { low = tick.price }
    }

    /// Takes in a tick's volume and says whether the first tick that told one is now another.
    mutating func takeVolume(of tick: CandleTick, mode: VolumeMode) -> Bool {
        guard mode == .cumulative else {
            if let quantity = tick.lastQuantity { quantitySum.units &+= Int128(quantity.units) }
            return false
        }
        guard let told = tick.cumulativeVolume else { return false }
        let isFirst = volume.map { tick.order < $0.firstOrder } ?? true
        if isFirst {
            let before = Quantity(units: max(0, told.units &- (tick.lastQuantity ?? .zero).units))
            let maximum = max(told, volume?.maximum ?? told)
            volume = CumulativeVolume(maximum: maximum, firstOrder: tick.order, before: before)
        } else if let known = volume, told > known.maximum {
            volume?.maximum = told
        }
        return isFirst
    }
}
