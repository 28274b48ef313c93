import Domain

/// The oracle for books: keeps the list of trades and works out everything from it on every question.
/// It shares nothing with `Book` but the number types, and is as slow as it is plain.
public struct NaiveBook: Sendable {
    private var trades: [String: Fill] = [:]

    public init() {}

    /// Takes a trade, or replaces the one of the same id; the order of arrival is of no matter.
    public mutating func record(_ fill: Fill) { trades[fill.tradeId] = fill }

    public mutating func void(_ tradeId: String) { trades[tradeId] = nil }

    /// The trades as they stand, in matching order.
    public var fills: [Fill] {
        trades.values.sorted { left, right in
            if left.executedAt.microseconds != right.executedAt.microseconds {
                return left.executedAt.microseconds < right.executedAt.microseconds
            }
            return Array(left.tradeId.utf8).lexicographicallyPrecedes(Array(right.tradeId.utf8))
        }
    }

    /// Everything that can be asked of the book.
    public func answer() throws -> NaiveAnswer {
        var ledger = NaiveLedger()
        for fill in fills { try ledger.take(fill) }
        return try ledger.answer()
    }
}

/// A lot, as the oracle sees it.
public struct NaiveLot: Hashable, Sendable {
    public var tradeId: String
    public var openedAt: Timestamp
    public var isShort: Bool
    public var quantity: Quantity
    public var price: Price
    public var fees: Amount
    public var multiplier: Fixed8
    var openedQuantity: Quantity
    var openedFees: Amount

    public init(
        tradeId: String, openedAt: Timestamp, isShort: Bool, quantity: Quantity, price: Price, fees: Amount,
        multiplier: Fixed8, openedQuantity: Quantity, openedFees: Amount
    ) {
        self.tradeId = tradeId
        self.openedAt = openedAt
        self.isShort = isShort
        self.quantity = quantity
        self.price = price
        self.fees = fees
        self.multiplier = multiplier
        self.openedQuantity = openedQuantity
        self.openedFees = openedFees
    }
}

/// A lot match, as the oracle sees it.
public struct NaiveClosure: Hashable, Sendable {
    public var entryTradeId: String
    public var exitTradeId: String
    public var ordinal: Int
    public var quantity: Quantity
    public var entryPrice: Price
    public var exitPrice: Price
    public var entryAt: Timestamp
    public var exitAt: Timestamp
    public var isShort: Bool
    public var grossPnl: Amount
    public var fees: Amount

    public init(
        entryTradeId: String, exitTradeId: String, ordinal: Int, quantity: Quantity, entryPrice: Price,
        exitPrice: Price, entryAt: Timestamp, exitAt: Timestamp, isShort: Bool, grossPnl: Amount, fees: Amount
    ) {
        self.entryTradeId = entryTradeId
        self.exitTradeId = exitTradeId
        self.ordinal = ordinal
        self.quantity = quantity
        self.entryPrice = entryPrice
        self.exitPrice = exitPrice
        self.entryAt = entryAt
        self.exitAt = exitAt
        self.isShort = isShort
        self.grossPnl = grossPnl
        self.fees = fees
    }
}

/// A book, as the oracle sees it.
public struct NaiveAnswer: Hashable, Sendable {
    public var lots: [NaiveLot] = []
    /// In the order in which they came about.
    public var closures: [NaiveClosure] = []
    /// Above zero when long, below when short.
    public var quantity = Quantity.zero
    public var averagePrice: Price?
    public var openFees = Amount.zero
    public var grossPnl = Amount.zero
    /// Of every trade.
    public var fees = Amount.zero
    public var realizedPnl = Amount.zero
    public var netPnl = Amount.zero
    public var fillCount = 0
    public var lastTradeId: String?

    public init() {}

    /// The closures of each closing trade, in order: closed trades.
    public var closedTrades: [[NaiveClosure]] {
        var result: [[NaiveClosure]] = []
        for closure in closures {
            if let last = result.last?.last, last.exitTradeId == closure.exitTradeId {
                result[result.count - 1].append(closure)
            } else {
                result.append([closure])
            }
        }
        return result
    }
}
