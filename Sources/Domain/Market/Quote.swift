/// The last price of a symbol and what came with it.
public struct Quote: Hashable, Sendable {
    /// The tick it shows.
    public private(set) var order: TickOrder
    public private(set) var lastPrice: Price
    /// The rest as last told on its day: a tick that leaves a field out does not clear it, a new day does.
    public private(set) var details: QuoteDetails

    public init(order: TickOrder, lastPrice: Price, details: QuoteDetails = QuoteDetails()) {
        self.order = order
        self.lastPrice = lastPrice
        self.details = details
    }

    /// Takes a tick unless it is older than the one shown, and says whether it did.
    /// - Parameters:
    ///   - beginsSession: whether a session began between the tick shown and this one: the high, the volume and the bids of
    ///     the day before are none of the new one's.
    ///   - beginsDay: whether a day with a session began between them: the close before it is another one.
    @discardableResult
    public mutating func apply(
        order: TickOrder, lastPrice: Price, details: QuoteDetails = QuoteDetails(),
        beginsSession: Bool = false, beginsDay: Bool = false
    ) -> Bool {
        guard order > self.order else { return false }
        self.order = order
        self.lastPrice = lastPrice
        if beginsDay { self.details.previousClose = nil }
        if beginsSession { self.details = QuoteDetails(previousClose: self.details.previousClose) }
        self.details.merge(details)
        return true
    }
}

/// What a tick may tell beside the price.
public struct QuoteDetails: Hashable, Sendable {
    public var lastQuantity: Quantity?
    public var volume: Quantity?
    public var dayOpen: Price?
    public var dayHigh: Price?
    public var dayLow: Price?
    public var previousClose: Price?
    public var bid: Price?
    public var ask: Price?
    public var bidQuantity: Quantity?
    public var askQuantity: Quantity?
    public var openInterest: Quantity?

    public init(previousClose: Price? = nil) { self.previousClose = previousClose }

    /// Lets what `newer` tells replace what was known.
    public mutating func merge(_ newer: QuoteDetails) {
        lastQuantity = newer.lastQuantity ?? lastQuantity
        volume = newer.volume ?? volume
        dayOpen = newer.dayOpen ?? dayOpen
        dayHigh = newer.dayHigh ?? dayHigh
        dayLow = newer.dayLow ?? dayLow
        previousClose = newer.previousClose ?? previousClose
        bid = newer.bid ?? bid
        ask = newer.ask ?? ask
        bidQuantity = newer.bidQuantity ?? bidQuantity
        askQuantity = newer.askQuantity ?? askQuantity
        openInterest = newer.openInterest ?? openInterest
    }
}
