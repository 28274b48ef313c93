import Domain
import Events

/// NSE price histories as CSV, bars within a day or of whole days, to `market.updates`.
///
/// A bar becomes four ticks: its open, high, low and close in an order that fits. The close carries the bar's volume as its
/// `lastQuantity`, a microsecond before the bar's end; no tick carries a cumulative volume. A day's bar lasts from
/// the session's open to its close, which ends a bar within the day too. The ticks' source names the bars' length, so that of
/// two histories of the same day the first makes the candles. Ids follow from layout, exchange, symbol, bar and tick, so a second import says the same again.
public struct NSEHistory<Source: ByteSource & ~Copyable>: RowImporter, ~Copyable {
    private var table: TableReader<Source>
    private let layout: HistoryLayout
    private let columns: HistoryColumns
    private let check: EventCheck
    private let exchange: String
    private let calendar: ExchangeCalendar
    /// Items that were read to find the bars' length and are not handed out yet, last first.
    private var readAhead: [TableItem] = []
    private var barMicroseconds: Int64 = HistoryInterval.tradingDayMicroseconds
    public private(set) var rowsOutsideSessions = 0
    private var line = EventLine()

    /// - Parameters:
    ///   - file: the name that reports use.
    ///   - exchange: where the symbols trade.
    ///   - barMinutes: how long a bar of an intraday file is; nil takes the smallest step between its first bars.
    ///   - calendar: when the exchange's sessions open and close.
    /// - Throws: `ImportFileError` when the file is no price history.
    public init(
        _ source: consuming Source, file: String, exchange: String = InstrumentKey.defaultExchange,
        barMinutes: Int? = nil, calendar: ExchangeCalendar
    ) throws(ImportFileError) {
        let required = HistoryLayout.required
        var table = try TableReader(source, file: file, required: required, kind: "a price history")
        guard let layout = HistoryLayout(table.columns) else {
            throw ImportFileError(
                path: file, reason: "it has neither a Code nor a Symbol column",
                remedy: "Name the column with the instrument's symbol Code or Symbol.")
        }
        let columns = HistoryColumns(table.columns, layout)
        if layout == .intraday {
            let sample = try Self.sample(&table)
            readAhead = sample.reversed()
            barMicroseconds =
                barMinutes.map { Int64($0) * Timestamp.microsecondsPerMinute }
                ?? HistoryInterval.inferred(from: sample, columns)
        }
        self.table = table
        self.layout = layout
        self.columns = columns
        check = EventCheck(.marketUpdated, columns.byField)
        self.exchange = exchange
        self.calendar = calendar
    }

    public mutating func next() throws(ImportFileError) -> ImportItem? {
        let item = if let ahead = readAhead.popLast() { ahead } else { try table.next() }
        switch item {
        case nil: return nil
        case .problem(let problem): return .problem(problem)
        case .row(let row):
            let bar: PriceBar
            do { bar = try self.bar(row.record) } catch { return .problem(table.problem(error, in: row)) }
            let events = ticks(of: bar)
            if let problem = try check.problem(events, of: row, file: table.file) {
                return .problem(table.problem(problem, in: row))
            }
            if isOutsideSessions(bar.start) { rowsOutsideSessions += 1 }
            return .events(events)
        }
    }

    private static func sample(_ table: inout TableReader<Source>) throws(ImportFileError) -> [TableItem] {
        var items: [TableItem] = []
        while items.count < ImportersLimits.intervalSampleBars, let item = try table.next() { items.append(item) }
        return items
    }

    private func bar(_ record: CSVRecord) throws(FieldProblem) -> PriceBar {
        let start: Timestamp
        var length = barMicroseconds
        switch layout {
        case .daily:
            let session = LocalTime.session(try record.date(columns.date), exchange: exchange, calendar)
            start = session.open
            length = session.close.microseconds - session.open.microseconds
        case .intraday:
            let text = try record.required(columns.date)
            guard let time = LocalTime.parse(text) else {
                throw FieldProblem(
                    columns.date.name, text, "is not a time of the form YYYY-MM-DD HH:MM:SS",
                    "Write the bar's start, such as 2016-08-16 09:15:00.")
            }
            start = time
            // Of hourly bars the day's last one is shorter: a tick behind the session would be in no candle.
            if let close = close(ofSessionAt: start) { length = min(length, close.microseconds - start.microseconds) }
        }
        return try PriceBar(record, columns, start: start, lengthMicroseconds: length)
    }

    /// An exchange that the calendar does not name trades around the clock.
    private func isOutsideSessions(_ time: Timestamp) -> Bool {
        calendar.exchanges.contains(exchange) && calendar.session(exchange, at: time) == nil
    }

    private func close(ofSessionAt time: Timestamp) -> Timestamp? {
        guard calendar.exchanges.contains(exchange), let session = calendar.session(exchange, at: time) else {
            return nil
        }
        return time < session.close ? session.close : nil
    }

    /// `1d`, `1m`, `30m`, or in seconds.
    private var barLabel: String {
        guard layout == .intraday else { return "1d" }
        let seconds = barMicroseconds / 1_000_000
        return seconds % 60 == 0 ? "\(seconds / 60)m" : "\(seconds)s"
    }

    private mutating func ticks(of bar: PriceBar) -> [OutgoingEvent] {
        let prefix = "\(layout.idPrefix):\(exchange):\(bar.symbol):\(bar.start):"
        let subject = "\(exchange):\(bar.symbol)"
        let source = "history-\(barLabel)"
        var events: [OutgoingEvent] = []
        events.reserveCapacity(4)
        for (index, price) in bar.path.enumerated() {
            let id = "\(prefix)\(index)"
            line.clear()
            line.begin(
                id: id.utf8, source: "/import/nse-history", type: "com.tapefold.market.updates.v1",
                time: bar.time(ofTick: index), subject: subject)
            line.field("symbol", bar.symbol)
            line.field("exchange", exchange)
            line.field("source", source)
            line.field("lastPrice", price)
            if index == 3 { line.field("lastQuantity", bar.volume) }
            if let previousClose = bar.previousClose { line.field("previousClose", previousClose) }
            line.end()
            events.append(OutgoingEvent(topic: "market.updates", key: bar.symbol, id: id, value: line.bytes))
        }
        return events
    }
}
