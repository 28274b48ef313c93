import Domain

/// How long a bar lasts.
enum HistoryInterval {
    /// 09:15 to 15:30.
    static let tradingDayMicroseconds: Int64 = 375 * Timestamp.microsecondsPerMinute

    /// The smallest step between neighbouring bars of one symbol and day, whatever their order; a minute when no two
    /// neighbours say more.
    static func inferred(from items: [TableItem], _ columns: HistoryColumns) -> Int64 {
        var previous: (symbol: String, time: Timestamp)?
        var smallest: Int64?
        for case .row(let row) in items {
            guard let symbol = columns.symbol.index.flatMap(row.record.text),
                let time = columns.date.index.flatMap(row.record.text).flatMap(LocalTime.parse)
            else { continue }
            if let previous, previous.symbol == symbol {
                let step = abs(time.microseconds - previous.time.microseconds)
                if step > 0, step < tradingDayMicroseconds { smallest = min(smallest ?? step, step) }
            }
            previous = (symbol, time)
        }
        return smallest ?? Timestamp.microsecondsPerMinute
    }
}
