import Domain
import Events

/// An execution in a fold's memory, amendments applied, with what it closed.
final class LedgerTrade {
    private(set) var trade: TradeExecuted
    private(set) var bookKey: BookKey
    /// Of the execution as it first came: tells a repetition from a conflict.
    let contentHash: ContentHash
    var isVoid = false
    var closed: ClosedTrade?
    var closures: [LotClosure] = []
    /// A row of this execution is in the database.
    var isStored = false
    /// Closure rows of this execution may be in the database.
    var hasStoredClosures = false
    /// To be written with the next drain.
    var isChanged = true
    /// What the sums by day have of it, where the view keeps some.
    var counted: DayShare?

    init(_ trade: TradeExecuted, contentHash: ContentHash) {
        self.trade = trade
        self.contentHash = contentHash
        bookKey = BookKey(trade)
    }

    /// Changes the execution, and with it perhaps the book it belongs to.
    func amend(_ change: (inout TradeExecuted) -> Void) {
        change(&trade)
        bookKey = BookKey(trade)
    }

    var key: TradeKey { TradeKey(userId: trade.userId, tradeId: trade.tradeId) }

    var fill: Fill { Fill(trade) }

    var order: FillOrder { FillOrder(executedAt: trade.executedAt, tradeId: trade.tradeId) }
}

extension Fill {
    init(_ trade: TradeExecuted) {
        self.init(
            tradeId: trade.tradeId, executedAt: trade.executedAt, side: trade.side, quantity: trade.quantity,
            price: trade.price, fees: Amount(trade.fees), multiplier: trade.multiplier)
    }
}

extension BookKey {
    init(_ trade: TradeExecuted) {
        self.init(
            userId: trade.userId, account: trade.account,
            instrument: Self.instrument(
                isin: trade.instrumentISIN, exchange: trade.exchange, symbol: trade.symbol))
    }

    static func instrument(isin: String?, exchange: String, symbol: String) -> String {
        guard let isin else { return "\(exchange)\(ContentHasher.instrumentSeparator)\(symbol)" }
        return isin
    }
}
