/// One user's position in one instrument of one account: open lots, first in first out, and what closing them earned.
///
/// A value: long, short or flat. Fills go in by (executedAt, tradeId); one that comes late is refused
/// (`BookError.outOfOrder`) and the book is folded anew from all its executions.
public struct Book: Hashable, Sendable {
    // What every execution looks at comes first, the lots behind it: an execution that adds to a position does not need
    // them, and half a million books are met cold.
    /// Above zero when long, below when short.
    public internal(set) var quantity = Quantity.zero
    /// Executions seen.
    public internal(set) var fillCount = 0
    /// Σ price × quantity of the open lots at scale 16: the average's numerator.
    var openValue: Int128 = 0
    /// The fees on what is open.
    public internal(set) var openFees = Amount.zero
    /// Of everything ever closed, before fees.
    public internal(set) var grossPnl = Amount.zero
    /// Of every execution seen.
    public internal(set) var fees = Amount.zero
    /// The last execution in matching order.
    public internal(set) var lastFill: FillOrder?
    /// The open lots, oldest first; all long or all short.
    public internal(set) var openLots = LotQueue()

    /// Of what lies before the first lot, in memory: the lot is the last field of the last field.
    @inlinable
    public static var totalsBytes: Int { MemoryLayout<Book>.size - MemoryLayout<Lot>.size }

    /// A flat book that has seen nothing.
    public init() {}

    @inlinable public var isFlat: Bool { quantity.units == 0 }
    @inlinable public var isShort: Bool { quantity.units < 0 }

    /// Gross P&L less the fees of the closed quantity.
    public var realizedPnl: Amount { Amount(units: grossPnl.units - (fees.units - openFees.units)) }

    /// Realised P&L less the fees on what is still open.
    public var netPnl: Amount { Amount(units: grossPnl.units - fees.units) }

    /// Σ price × quantity / Σ quantity of the open lots, half-even at scale 8; `nil` when flat.
    public var averagePrice: Price? {
        isFlat ? nil : Fixed8.average(value: openValue, quantity: Quantity(units: abs(quantity.units)))
    }

    /// What closing every open lot at `lastPrice` would gross, each lot rounded once; zero when flat.
    /// - Throws: `.outOfRange`.
    public func unrealizedPnl(lastPrice: Price) throws(NumberError) -> Amount {
        var sum = Amount.zero
        for lot in openLots {
            let (entry, exit) = isShort ? (lastPrice, lot.price) : (lot.price, lastPrice)
            try sum += .product(from: entry, to: exit, quantity: lot.quantity, multiplier: lot.multiplier)
        }
        return sum
    }

    /// Whether `fill` comes behind everything the book has seen, so that ``apply(_:_:)`` takes it.
    public func isInOrder(_ fill: borrowing Fill) -> Bool {
        guard let lastFill else { return true }
        if fill.executedAt != lastFill.executedAt { return fill.executedAt > lastFill.executedAt }
        return lastFill.id < fill.id
    }
}

extension Book {
    /// A book as it was stored.
    /// - Parameters:
    ///   - lots: open lots, oldest first.
    ///   - isShort: the direction of `lots`; of no meaning without lots.
    /// - Throws: `.inconsistentLots` when a lot is empty or larger than it was opened, `.overflow`.
    public init(
        lots: some Sequence<Lot>, isShort: Bool, grossPnl: Amount, fees: Amount, lastFill: FillOrder?, fillCount: Int
    ) throws(BookError) {
        self.init()
        for lot in lots {
            guard lot.quantity.isPositive, lot.quantity <= lot.openedQuantity, lot.multiplier.isPositive else {
                throw .inconsistentLots
            }
            let totals = try openTotals(adding: lot, isShort: isShort)
            quantity = totals.quantity
            openValue = totals.value
            openFees = totals.fees
            openLots.append(lot)
        }
        self.grossPnl = grossPnl
        self.fees = fees
        self.lastFill = lastFill
        self.fillCount = fillCount
        try checkTotals(grossPnl: grossPnl, fees: fees, openFees: openFees)
    }
}
