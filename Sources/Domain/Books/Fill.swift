/// One execution, as a book sees it.
public struct Fill: Hashable, Sendable {
    /// Unique within the user's trades.
    public var id: TradeId
    public var executedAt: Timestamp
    public var side: Side
    /// Above zero.
    public var quantity: Quantity
    /// Any sign: commodity futures have settled below zero.
    public var price: Price
    /// Charged for the whole execution; a rebate is negative.
    public var fees: Amount
    /// Scales P&L; above zero. A lot keeps the multiplier of the execution that opened it.
    public var multiplier: Fixed8

    public init(
        tradeId: String, executedAt: Timestamp, side: Side, quantity: Quantity, price: Price, fees: Amount = .zero,
        multiplier: Fixed8 = .one
    ) {
        id = TradeId(tradeId)
        self.executedAt = executedAt
        self.side = side
        self.quantity = quantity
        self.price = price
        self.fees = fees
        self.multiplier = multiplier
    }

    public var tradeId: String { id.text }

    /// Where this execution stands in its book.
    public var order: FillOrder { FillOrder(executedAt: executedAt, id: id) }
}

/// The order in which a book matches: by time of execution, then by tradeId, byte by byte as UTF-8
/// (PostgreSQL's `COLLATE "C"`), whatever the order of arrival.
public struct FillOrder: Hashable, Comparable, Sendable {
    public var executedAt: Timestamp
    public var id: TradeId

    public init(executedAt: Timestamp, id: TradeId) {
        self.executedAt = executedAt
        self.id = id
    }

    public init(executedAt: Timestamp, tradeId: String) {
        self.init(executedAt: executedAt, id: TradeId(tradeId))
    }

    public var tradeId: String { id.text }

    public static func < (left: FillOrder, right: FillOrder) -> Bool {
        guard left.executedAt == right.executedAt else { return left.executedAt < right.executedAt }
        return left.id < right.id
    }
}
