import Domain
import Events

/// A row of table `trades`: an execution and what it closed.
struct TradeRow {
    enum SideCode {
        static let buy: Int16 = 1
        static let sell: Int16 = -1
    }

    /// Segment, category, strategy, tags, notes, broker.
    private static let detailColumns = 6
    /// Quantity, entry price, opened at, gross P&L, fees, realised P&L.
    private static let closedColumns = 6

    let contentHash: ContentHash
    let isVoid: Bool
    let closed: ClosedTrade?
    /// Of a view whose table has a column for it.
    let day: CivilDate?

    @inline(__always)
    func encode<Rows: RowSink & ~Copyable>(_ trade: TradeExecuted, into rows: inout Rows) {
        rows.put(trade.userId)
        rows.put(trade.tradeId)
        rows.put(trade.account)
        // Not the book's key, which is met cold.
        if let isin = trade.instrumentISIN {
            rows.put(isin)
        } else {
            rows.put(trade.exchange, separator: UInt8(ascii: ContentHasher.instrumentSeparator), trade.symbol)
        }
        rows.put(trade.exchange)
        rows.put(trade.symbol)
        rows.put(trade.side == .buy ? SideCode.buy : SideCode.sell)
        rows.put(trade.quantity.units)
        rows.put(trade.price.units)
        rows.put(amountUnits: Int128(trade.fees.units))
        rows.put(trade.multiplier.units)
        rows.put(unixMicroseconds: trade.executedAt.microseconds)
        encodeLabels(trade, into: &rows)
        contentHash.withBytes { rows.put($0) }
        rows.put(isVoid)
        encodeClosed(into: &rows)
        if let day { rows.put(day.dayNumber - PostgresEpoch.unixDays) }
    }

    @inline(__always)
    private func encodeLabels<Rows: RowSink & ~Copyable>(_ trade: TradeExecuted, into rows: inout Rows) {
        rows.put(trade.orderId)
        rows.put(trade.isin)
        rows.put(trade.product?.rawValue)
        guard let details = trade.details else {
            for _ in 0..<Self.detailColumns { rows.putNull() }
            return
        }
        rows.put(details.segment)
        rows.put(details.category)
        rows.put(details.strategy)
        rows.put(details.tags.isEmpty ? nil : JSONText.array(details.tags))
        rows.put(details.notes)
        rows.put(details.broker)
    }

    @inline(__always)
    private func encodeClosed<Rows: RowSink & ~Copyable>(into rows: inout Rows) {
        guard let closed else {
            for _ in 0..<Self.closedColumns { rows.putNull() }
            return
        }
        rows.put(closed.quantity.units)
        rows.put(closed.averageEntryPrice.units)
        rows.put(unixMicroseconds: closed.openedAt.microseconds)
        rows.put(amountUnits: closed.grossPnl.units)
        rows.put(amountUnits: closed.fees.units)
        rows.put(amountUnits: closed.realizedPnl.units)
    }
}

extension LotClosure {
    /// Writes the fields of a row of table `lot_closures`.
    @inline(__always)
    func encode<Rows: RowSink & ~Copyable>(userId: String, exitId: String, into rows: inout Rows) {
        rows.put(userId)
        rows.put(exitId)
        rows.put(Int32(truncatingIfNeeded: ordinal))
        rows.put(entryId)
        rows.put(quantity.units)
        rows.put(entryPrice.units)
        rows.put(unixMicroseconds: entryAt.microseconds)
        rows.put(isShort)
        rows.put(amountUnits: grossPnl.units)
        rows.put(amountUnits: fees.units)
        rows.put(amountUnits: realizedPnl.units)
    }
}
