import Domain
import Events

extension LedgerTrade {
    /// - Parameter day: where the table has a column for it.
    func encode(into batch: RowBatch, day: CivilDate?) {
        var rows = batch
        rows.beginRow()
        TradeRow(contentHash: contentHash, isVoid: isVoid, closed: closed, day: day)
            .encode(trade, into: &rows)
    }

    func encodeClosures(into batch: RowBatch) {
        var rows = batch
        for closure in closures {
            rows.beginRow()
            closure.encode(userId: trade.userId, exitId: trade.tradeId, into: &rows)
        }
    }

    /// Reads a stored execution. Its closures stay in the database.
    convenience init(_ row: RowReader) throws(RowError) {
        let fees = try row.amountUnits(9)
        let trade = TradeExecuted(
            tradeId: try row.text(1), userId: try row.text(0), exchange: try row.text(4), symbol: try row.text(5),
            side: try row.int16(6) == TradeRow.SideCode.buy ? .buy : .sell, quantity: Fixed8(units: try row.int64(7)),
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
            openedAt: Timestamp(microseconds: openedAt), closedAt: trade.executedAt,
            isShort: trade.side == .buy, quantity: Fixed8(units: quantity), averageEntryPrice: Fixed8(units: entry),
            exitPrice: trade.price, grossPnl: Amount(units: gross), fees: Amount(units: fees),
            realizedPnl: Amount(units: realized), closureCount: 0)
    }
}
