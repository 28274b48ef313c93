import Domain
import Events

/// An order's identity.
struct OrderKey: Hashable, Sendable {
    @ExactText var userId: String
    @ExactText var orderId: String
}

/// The identity of an `orders.updated`. The user is part of it, so that a lane can tell alone.
struct OrderFactKey: Hashable, Sendable {
    @ExactText var source: String
    @ExactText var eventId: String
    @ExactText var userId: String
}

/// What a ledger of identities gains with a batch.
enum OrderLedgerRow {
    case fill(TradeExecuted, orderId: String, ContentHash)
    case fact(OrderFactKey, orderId: String, ContentHash)

    /// Writes the row into its table's inserts.
    func encode(fills: RowBatch, facts: RowBatch) {
        switch self {
        case .fill(let trade, let orderId, let hash):
            fills.beginRow()
            fills.put(trade.userId)
            fills.put(trade.tradeId)
            fills.put(orderId)
            fills.put(trade.quantity.units)
            fills.put(trade.price.units)
            fills.put(unixMicroseconds: trade.executedAt.microseconds)
            hash.withBytes { fills.put($0) }
        case .fact(let key, let orderId, let hash):
            facts.beginRow()
            facts.put(key.source)
            facts.put(key.eventId)
            facts.put(key.userId)
            facts.put(orderId)
            hash.withBytes { facts.put($0) }
        }
    }
}
