/// An open part of a position, as one execution opened it.
public struct Lot: Hashable, Sendable {
    /// Apart from the id, which most of a match has no need of.
    var numbers: LotNumbers
    /// The execution that opened it.
    public var id: TradeId

    public init(
        tradeId: String, openedAt: Timestamp, quantity: Quantity, price: Price, fees: Amount, multiplier: Fixed8 = .one,
        openedQuantity: Quantity? = nil, openedFees: Amount? = nil
    ) {
        self.init(
            id: TradeId(tradeId), openedAt: openedAt, quantity: quantity, price: price, fees: fees,
            multiplier: multiplier, openedQuantity: openedQuantity, openedFees: openedFees)
    }

    public init(
        id: TradeId, openedAt: Timestamp, quantity: Quantity, price: Price, fees: Amount, multiplier: Fixed8 = .one,
        openedQuantity: Quantity? = nil, openedFees: Amount? = nil
    ) {
        self.id = id
        numbers = LotNumbers(
            fees: fees, openedFees: openedFees ?? fees, openedAt: openedAt, quantity: quantity, price: price,
            multiplier: multiplier, openedQuantity: openedQuantity ?? quantity)
    }

    init(id: TradeId, numbers: LotNumbers) {
        self.id = id
        self.numbers = numbers
    }

    public var tradeId: String { id.text }

    public var openedAt: Timestamp { numbers.openedAt }
    /// What is still open; above zero whichever the direction.
    public var quantity: Quantity { numbers.quantity }
    public var price: Price { numbers.price }
    public var multiplier: Fixed8 { numbers.multiplier }
    /// The fees on what is still open.
    public var fees: Amount { numbers.fees }
    /// What was opened at first: the base over which ``openedFees`` are shared.
    public var openedQuantity: Quantity { numbers.openedQuantity }
    /// The fees on what was opened at first.
    public var openedFees: Amount { numbers.openedFees }
}

/// A lot without its tradeId: nothing but bits.
struct LotNumbers: Hashable, Sendable {
    // The widest first: no padding, and a lot is two cache lines.
    var fees: Amount
    var openedFees: Amount
    var openedAt: Timestamp
    var quantity: Quantity
    var price: Price
    var multiplier: Fixed8
    var openedQuantity: Quantity

    static var none: LotNumbers {
        LotNumbers(
            fees: .zero, openedFees: .zero, openedAt: Timestamp(microseconds: 0), quantity: .zero, price: .zero,
            multiplier: .one, openedQuantity: .zero)
    }

    /// The entry fees that closing `closed` takes along: its share of the opening fees, rounded half-even,
    /// and all that is left for the last slice.
    func fees(closing closed: Quantity) -> Amount {
        closed == quantity ? fees : openedFees.share(of: closed, in: openedQuantity)
    }
}

/// One match of a closing execution with an open lot. The execution is the one that was applied.
public struct LotClosure: Hashable, Sendable {
    public var entryId: TradeId
    /// 0 for the first lot that the exit closed, then 1, 2, …
    public var ordinal: Int
    /// Above zero.
    public var quantity: Quantity
    public var entryPrice: Price
    public var exitPrice: Price
    public var entryAt: Timestamp
    public var exitAt: Timestamp
    /// A sale opened the lot and a purchase closed it.
    public var isShort: Bool
    public var multiplier: Fixed8
    /// (exit − entry) × quantity × sign × multiplier.
    public var grossPnl: Amount
    /// Entry and exit fees of `quantity`.
    public var fees: Amount
    /// `grossPnl` − `fees`.
    public var realizedPnl: Amount

    public init(
        entryId: TradeId, ordinal: Int, quantity: Quantity, entryPrice: Price,
        exitPrice: Price, entryAt: Timestamp, exitAt: Timestamp, isShort: Bool, multiplier: Fixed8, grossPnl: Amount,
        fees: Amount, realizedPnl: Amount
    ) {
        self.entryId = entryId
        self.ordinal = ordinal
        self.quantity = quantity
        self.entryPrice = entryPrice
        self.exitPrice = exitPrice
        self.entryAt = entryAt
        self.exitAt = exitAt
        self.isShort = isShort
        self.multiplier = multiplier
        self.grossPnl = grossPnl
        self.fees = fees
        self.realizedPnl = realizedPnl
    }

    public var entryTradeId: String { entryId.text }
}

/// All closures of one closing execution: what a trader calls a trade. Nothing but bits, so that it is copied for little.
public struct ClosedTrade: Hashable, Sendable {
    /// When the first of the closed lots was opened.
    public var openedAt: Timestamp
    public var closedAt: Timestamp
    public var isShort: Bool
    /// Above zero; less than the execution's quantity when it flipped the book.
    public var quantity: Quantity
    /// Σ entry price × quantity / Σ quantity of its closures, half-even at scale 8.
    public var averageEntryPrice: Price
    public var exitPrice: Price
    public var grossPnl: Amount
    public var fees: Amount
    public var realizedPnl: Amount
    public var closureCount: Int

    public init(
        openedAt: Timestamp, closedAt: Timestamp, isShort: Bool, quantity: Quantity,
        averageEntryPrice: Price, exitPrice: Price, grossPnl: Amount, fees: Amount, realizedPnl: Amount,
        closureCount: Int
    ) {
        self.openedAt = openedAt
        self.closedAt = closedAt
        self.isShort = isShort
        self.quantity = quantity
        self.averageEntryPrice = averageEntryPrice
        self.exitPrice = exitPrice
        self.grossPnl = grossPnl
        self.fees = fees
        self.realizedPnl = realizedPnl
        self.closureCount = closureCount
    }

    public var heldMicroseconds: Int64 { closedAt.microseconds - openedAt.microseconds }
}

/// What one execution did to its book.
public struct FillEffect: Hashable, Sendable {
    /// `nil` when nothing was closed.
    public var closedTrade: ClosedTrade?
    /// What the execution opened or added; zero when it only closed.
    public var openedQuantity: Quantity

    public init(closedTrade: ClosedTrade?, openedQuantity: Quantity) {
        self.closedTrade = closedTrade
        self.openedQuantity = openedQuantity
    }
}

/// Why a book refuses an execution. The book is as it was before.
public enum BookError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Quantity or multiplier not above zero.
    case notPositive(field: String)
    /// A quantity, value or amount of the book would leave its range.
    case overflow(field: String)
    /// Not behind the last execution: the book must be folded anew from its trades.
    case outOfOrder
    /// Stored lots contradict each other.
    case inconsistentLots

    public var description: String {
        switch self {
        case .notPositive(let field): "\(field) must be above 0"
        case .overflow(let field): "\(field) of the book would leave its range"
        case .outOfOrder: "the execution is not behind the book's last one"
        case .inconsistentLots: "the stored lots contradict each other"
        }
    }
}
