import Domain
import Events

extension LedgerTrade {
    private enum SideCode {
        static let buy: Int16 = 1
        static let sell: Int16 = -1
    }

    /// Segment, category, strategy, tags, notes, broker.
    private static let detailColumns = 6

    func encode(into rows: RowBatch) {
        let book = bookKey
        rows.beginRow()
        rows.put(trade.userId)
        rows.put(trade.tradeId)
        rows.put(book.account)
        rows.put(book.instrument)
        rows.put(trade.exchange)
        rows.put(trade.symbol)
        rows.put(trade.side == .buy ? SideCode.buy : SideCode.sell)
        rows.put(trade.quantity.units)
        rows.put(trade.price.units)
        rows.put(amountUnits: Int128(trade.fees.units))
        rows.put(trade.multiplier.units)
        rows.put(unixMicroseconds: trade.executedAt.microseconds)
        encodeLabels(into: rows)
        contentHash.withBytes { rows.put($0) }
        rows.put(isVoid)
        encodeClosed(into: rows)
    }

    private func encodeLabels(into rows: RowBatch) {
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

    private func encodeClosed(into rows: RowBatch) {
        rows.put(closed?.quantity.units)
        rows.put(closed?.averageEntryPrice.units)
        rows.put(unixMicroseconds: closed?.openedAt.microseconds)
        rows.put(amountUnits: closed?.grossPnl.units)
        rows.put(amountUnits: closed?.fees.units)
        rows.put(amountUnits: closed?.realizedPnl.units)
    }

    func encodeClosures(into rows: RowBatch) {
        for closure in closures {
            rows.beginRow()
            rows.put(trade.userId)
            rows.put(closure.exitTradeId)
            rows.put(Int32(closure.ordinal))
            rows.put(closure.entryTradeId)
            rows.put(closure.quantity.units)
            rows.put(closure.entryPrice.units)
            rows.put(unixMicroseconds: closure.entryAt.microseconds)
            rows.put(closure.isShort)
            rows.put(amountUnits: closure.grossPnl.units)
            rows.put(amountUnits: closure.fees.units)
            rows.put(amountUnits: closure.realizedPnl.units)
        }
    }

    /// Reads a stored execution. Its closures stay in the database.
    convenience init(_ row: RowReader) throws(RowError) {
        let fees = try row.amountUnits(9)
        let trade = TradeExecuted(
            tradeId: try row.text(1), userId: try row.text(0), exchange: try row.text(4), symbol: try row.text(5),
            side: try row.int16(6) == SideCode.buy ? .buy : .sell, quantity: Fixed8(units: try row.int64(7)),
            price: Fixed8(units: try row.int64(8)),
            executedAt: Timestamp(microseconds: try row.unixMicroseconds(11)),
            fees: Fixed8(units: Int64(truncatingIfNeeded: fees)), orderId: row.optionalText(12),
            account: try row.text(2), isin: row.optionalText(13),
            product: row.optionalText(14).flatMap(Product.init(rawValue:)),
            multiplier: Fixed8(units: try row.int64(10)),
            details: EventDetails(
                segment: row.optionalText(15), category: row.optionalText(16), strategy: row.optionalText(17),
                tags: row.optionalText(18).map(JSONText.strings) ?? [], notes: row.optionalText(19),
                broker: row.optionalText(20)))
        guard let hash = row.optionalBytes(21).flatMap(ContentHash.init(bytes:)) else {
            throw RowError(table: "trades", column: "content_hash")
        }
        self.init(trade, contentHash: hash)
        isVoid = try row.bool(22)
        hasStoredClosures = try row.optionalInt64(23) != nil
        isStored = true
        isChanged = false
        try readClosed(row)
    }

    private func readClosed(_ row: RowReader) throws(RowError) {
        guard hasStoredClosures, let quantity = try row.optionalInt64(23), let entry = try row.optionalInt64(24),
            let openedAt = try row.optionalUnixMicroseconds(25), let gross = try row.optionalAmountUnits(26),
            let fees = try row.optionalAmountUnits(27), let realized = try row.optionalAmountUnits(28)
        else { return }
        closed = ClosedTrade(
            exitTradeId: trade.tradeId, openedAt: Timestamp(microseconds: openedAt), closedAt: trade.executedAt,
            isShort: trade.side == .buy, quantity: Fixed8(units: quantity), averageEntryPrice: Fixed8(units: entry),
            exitPrice: trade.price, grossPnl: Amount(units: gross), fees: Amount(units: fees),
            realizedPnl: Amount(units: realized), closureCount: 0)
    }
}
