import Domain
import Events

/// An execution in a fold's memory, amendments applied, with what it closed.
final class LedgerTrade {
    var trade: TradeExecuted
    /// Of the execution as it first came: tells a repetition from a conflict.
    let contentHash: ContentHash
    var executedAt: Timestamp
    var isVoid = false
    var closed: ClosedTrade?
    var closures: [LotClosure] = []
    /// A row of this execution is in the database.
    var isStored: Bool
    /// Closure rows of this execution may be in the database.
    var hasStoredClosures = false
    /// To be written with the next drain.
    var isChanged = true

    init(_ trade: TradeExecuted, contentHash: ContentHash, eventTime: Timestamp) {
        self.trade = trade
        self.contentHash = contentHash
        executedAt = trade.executedAt ?? eventTime
        isStored = false
    }

    var key: TradeKey { TradeKey(userId: trade.userId, tradeId: trade.tradeId) }

    var bookKey: BookKey { BookKey(trade) }

    var fill: Fill {
        Fill(
            tradeId: trade.tradeId, executedAt: executedAt, side: trade.side, quantity: trade.quantity,
            price: trade.price, fees: trade.fees ?? .zero, multiplier: trade.multiplier ?? .one)
    }

    var order: FillOrder { FillOrder(executedAt: executedAt, tradeId: trade.tradeId) }
}

extension BookKey {
    static let defaultAccount = "main"

    init(_ trade: TradeExecuted) {
        userId = trade.userId
        account = trade.account ?? Self.defaultAccount
        instrument = Self.instrument(isin: trade.isin, exchange: trade.exchange, symbol: trade.symbol)
    }

    static func instrument(isin: String?, exchange: String, symbol: String) -> String {
        isin ?? "\(exchange):\(symbol)"
    }
}
