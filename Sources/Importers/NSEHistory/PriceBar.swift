import Domain

/// One bar of a price history, its figures checked against each other.
struct PriceBar: Equatable {
    let symbol: String
    let start: Timestamp
    let lengthMicroseconds: Int64
    let open, high, low, close: Price
    let volume: Quantity
    let previousClose: Price?

    init(
        _ record: CSVRecord, _ columns: HistoryColumns, start: Timestamp, lengthMicroseconds: Int64
    ) throws(FieldProblem) {
        self.start = start
        self.lengthMicroseconds = lengthMicroseconds
        symbol = try record.symbol(columns.symbol)
        open = PriceNoise.cleaned(try record.positiveDecimal(columns.open))
        high = PriceNoise.cleaned(try record.positiveDecimal(columns.high))
        low = PriceNoise.cleaned(try record.positiveDecimal(columns.low))
        close = PriceNoise.cleaned(try record.positiveDecimal(columns.close))
        volume = try record.decimal(columns.volume)
        previousClose = try record.previousClose(columns.previousClose)
        try check(columns)
    }

    private func check(_ columns: HistoryColumns) throws(FieldProblem) {
        guard !volume.isNegative else {
            throw FieldProblem(columns.volume.name, volume.description, "is negative", "Write the volume traded.")
        }
        guard high >= max(open, close) else {
            throw FieldProblem(
                columns.high.name, high.description, "is below the bar's open or close",
                "Check the row against its source.")
        }
        guard low <= min(open, close) else {
            throw FieldProblem(
                columns.low.name, low.description, "is above the bar's open or close",
                "Check the row against its source.")
        }
    }

    /// Four prices in an order that such a bar can have had: a rising bar falls to its low first.
    var path: [Price] {
        close >= open ? [open, low, high, close] : [open, high, low, close]
    }

    /// When tick `index` of four happens: the first at the bar's start, the last a microsecond before its end.
    func time(ofTick index: Int) -> Timestamp {
        index == 3
            ? start.adding(microseconds: lengthMicroseconds - 1)
            : start.adding(microseconds: lengthMicroseconds / 3 * Int64(index))
    }
}

extension CSVRecord {
    /// Absent on an instrument's first day, where sources write nothing or zero.
    fileprivate func previousClose(_ column: Column) throws(FieldProblem) -> Price? {
        guard try optional(column) != nil else { return nil }
        let price = try decimal(column)
        return price.isPositive ? PriceNoise.cleaned(price) : nil
    }
}
