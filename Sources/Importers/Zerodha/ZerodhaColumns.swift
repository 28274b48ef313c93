/// Where a tradebook of Zerodha's keeps what.
struct ZerodhaColumns {
    static let required = ["symbol", "trade_date", "exchange", "trade_type", "quantity", "price"]

    let symbol, isin, tradeDate, exchange, segment, tradeType, auction: Column
    let quantity, price, tradeId, orderId, executionTime: Column

    init(_ columns: ColumnMap) {
        symbol = Column("symbol", in: columns)
        isin = Column("isin", in: columns)
        tradeDate = Column("trade_date", in: columns)
        exchange = Column("exchange", in: columns)
        segment = Column("segment", in: columns)
        tradeType = Column("trade_type", in: columns)
        auction = Column("auction", in: columns)
        quantity = Column("quantity", in: columns)
        price = Column("price", in: columns)
        tradeId = Column("trade_id", in: columns)
        orderId = Column("order_id", in: columns)
        executionTime = Column("order_execution_time", in: columns)
    }

    /// Where each field of an execution was written.
    var byField: EventCheck.Columns {
        [
            "tradeId": tradeId, "symbol": symbol, "exchange": exchange, "segment": segment, "isin": isin,
            "side": tradeType, "quantity": quantity, "price": price, "orderId": orderId,
            "executedAt": executionTime.index == nil ? tradeDate : executionTime,
        ]
    }

    /// What a row's ordinal counts within: its day and instrument as written; nil when either is missing.
    func dayAndInstrument(of record: CSVRecord) -> String? {
        guard let day = tradeDate.index.flatMap(record.text), let symbol = symbol.index.flatMap(record.text),
            !day.isEmpty, !symbol.isEmpty
        else { return nil }
        let isin = isin.index.flatMap(record.text) ?? ""
        return isin.isEmpty ? "\(day)|\(symbol)" : "\(day)|\(isin)"
    }
}
