import Domain
import Events

/// A tick whose row is still to be written.
struct PendingTick {
    let update: MarketUpdated
    let order: TickOrder
    let hash: UInt64

    func encode(into rows: RowBatch) {
        rows.beginRow()
        rows.put(update.exchange)
        rows.put(update.symbol)
        rows.put(unixMicroseconds: order.time.microseconds)
        rows.put(Int64(bitPattern: hash))
        rows.put(update.lastPrice.units)
        rows.put(update.lastQuantity?.units)
        rows.put(update.volume?.units)
        rows.put(update.bid?.units)
        rows.put(update.ask?.units)
        rows.put(update.source)
        rows.put(order.offset)
    }
}
