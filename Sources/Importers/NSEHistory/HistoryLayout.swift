/// The two layouts of a price history, told apart by their columns.
enum HistoryLayout: Sendable, Equatable {
    /// Code,Date,Open,High,Low,Close,Volume with a time in Date: bars within a day.
    case intraday
    /// Date,Symbol,Series,Prev Close,Open,…: one bar a trading day.
    case daily

    static let required = ["date", "open", "high", "low", "close", "volume"]

    init?(_ columns: ColumnMap) {
        if columns.index(of: "code") != nil {
            self = .intraday
        } else if columns.index(of: "symbol") != nil {
            self = .daily
        } else {
            return nil
        }
    }

    /// What event ids start with.
    var idPrefix: String { self == .intraday ? "nse-intraday" : "nse-daily" }
}

/// Where a price history keeps what.
struct HistoryColumns {
    let symbol, date, open, high, low, close, volume, previousClose: Column

    init(_ columns: ColumnMap, _ layout: HistoryLayout) {
        symbol = Column(layout == .intraday ? "code" : "symbol", in: columns)
        date = Column("date", in: columns)
        open = Column("open", in: columns)
        high = Column("high", in: columns)
        low = Column("low", in: columns)
        close = Column("close", in: columns)
        volume = Column("volume", in: columns)
        previousClose = Column("prev close", in: columns)
    }

    /// Where each field of a tick was written.
    var byField: EventCheck.Columns {
        [
            "id": symbol, "subject": symbol, "symbol": symbol, "time": date, "lastPrice": close, "lastQuantity": volume,
            "previousClose": previousClose,
        ]
    }
}
