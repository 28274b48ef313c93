import Domain

extension Quote {
    func encode(_ key: InstrumentKey, into rows: RowBatch) {
        rows.beginRow()
        rows.put(key.exchange)
        rows.put(key.symbol)
        rows.put(lastPrice.units)
        rows.put(details.lastQuantity?.units)
        rows.put(details.volume?.units)
        rows.put(details.dayOpen?.units)
        rows.put(details.dayHigh?.units)
        rows.put(details.dayLow?.units)
        rows.put(details.previousClose?.units)
        rows.put(details.bid?.units)
        rows.put(details.ask?.units)
        rows.put(details.bidQuantity?.units)
        rows.put(details.askQuantity?.units)
        rows.put(details.openInterest?.units)
        rows.put(unixMicroseconds: order.time.microseconds)
        rows.put(order.offset)
    }

    init(_ row: RowReader) throws(RowError) {
        func figure(_ column: Int) throws(RowError) -> Fixed8? {
            try row.optionalInt64(column).map(Fixed8.init(units:))
        }
        var details = QuoteDetails()
        details.lastQuantity = try figure(3)
        details.volume = try figure(4)
        details.dayOpen = try figure(5)
        details.dayHigh = try figure(6)
        details.dayLow = try figure(7)
        details.previousClose = try figure(8)
        details.bid = try figure(9)
        details.ask = try figure(10)
        details.bidQuantity = try figure(11)
        details.askQuantity = try figure(12)
        details.openInterest = try figure(13)
        let time = Timestamp(microseconds: try row.unixMicroseconds(14))
        self.init(
            order: TickOrder(time: time, offset: try row.int64(15)), lastPrice: Price(units: try row.int64(2)),
            details: details)
    }
}
