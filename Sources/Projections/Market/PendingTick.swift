import Domain
import Events

/// A tick whose row is still to be written.
struct PendingTick {
    private let symbol: SymbolState
    private let order: TickOrder
    private let hash: UInt64
    private let price: Price
    private let quantity: Quantity?
    private let volume: Quantity?
    private let bid: Price?
    private let ask: Price?
    private let source: String?

    /// Keeps only what its row tells: ticks are copied often.
    init(_ tick: MarketUpdated, of symbol: SymbolState, order: TickOrder, hash: UInt64) {
        self.symbol = symbol
        self.order = order
        self.hash = hash
        price = tick.lastPrice
        quantity = tick.lastQuantity
        volume = tick.volume
        bid = tick.bid
        ask = tick.ask
        source = tick.source
    }

    var microseconds: Int64 { order.time.microseconds }

    func encode(into rows: RowBatch) {
        rows.beginRow()
        rows.put(symbol.key.exchange)
        rows.put(symbol.key.symbol)
        rows.put(unixMicroseconds: order.time.microseconds)
        rows.put(Int64(bitPattern: hash))
        rows.put(price.units)
        rows.put(quantity?.units)
        rows.put(volume?.units)
        rows.put(bid?.units)
        rows.put(ask?.units)
        rows.put(source)
        rows.put(order.offset)
    }
}
