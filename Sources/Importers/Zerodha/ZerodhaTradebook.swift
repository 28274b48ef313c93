import Domain
import Events

/// Zerodha Console's tradebook as CSV, equity or F&O, old layout or new, to `trades.executed`.
///
/// Columns are found by name. Times carry no zone and mean Asia/Kolkata. A row without `order_execution_time` gets
/// its session's open plus its ordinal among such rows of that day and instrument, in microseconds: overlapping exports then
/// agree on every row's time. The trade's id is `zerodha:exchange:segment:date:trade_id`; a row without
/// `trade_id` gets a hash of the row and its ordinal among equal rows. The event's id follows from user and trade id, so a
/// second import adds nothing.
public struct ZerodhaTradebook<Source: ByteSource & ~Copyable>: RowImporter, ~Copyable {
    private var table: TableReader<Source>
    private let columns: ZerodhaColumns
    private let check: EventCheck
    private let user: String
    private let account: String?
    private let calendar: ExchangeCalendar
    private var ordinals: [String: Int64] = [:]
    private var equalRows: [String: Int] = [:]
    private var line = EventLine()

    /// - Parameters:
    ///   - file: the name that reports use.
    ///   - user: whose trades these are.
    ///   - account: which of the user's accounts; `main` when nil.
    ///   - calendar: when the exchanges' sessions open.
    /// - Throws: `ImportFileError` when the file is no tradebook of Zerodha's.
    public init(
        _ source: consuming Source, file: String, user: String, account: String? = nil, calendar: ExchangeCalendar
    ) throws(ImportFileError) {
        table = try TableReader(
            source, file: file, required: ZerodhaColumns.required, kind: "a Zerodha Console tradebook")
        columns = ZerodhaColumns(table.columns)
        check = EventCheck(.tradeExecuted, columns.byField)
        self.user = user
        self.account = account
        self.calendar = calendar
    }

    public mutating func next() throws(ImportFileError) -> ImportItem? {
        switch try table.next() {
        case nil: return nil
        case .problem(let problem): return .problem(problem)
        case .row(let row):
            let events: [OutgoingEvent]
            do { events = [try event(row.record)] } catch { return .problem(table.problem(error, in: row)) }
            let problem = try check.problem(events, of: row, file: table.file)
            return problem.map { .problem(table.problem($0, in: row)) } ?? .events(events)
        }
    }

    private mutating func event(_ record: CSVRecord) throws(FieldProblem) -> OutgoingEvent {
        let ordinal = nextOrdinal(record)
        let trade = try ZerodhaTrade(record, columns, ordinal: ordinal, calendar)
        let tradeId = trade.prefix + (trade.exchangeTradeId ?? hashedId(record))
        var hash = RowHash()
        hash.addField(user.utf8)
        hash.addField(tradeId.utf8)
        let id = "zerodha-\(hash.text)"
        line.clear()
        line.begin(
            id: id.utf8, source: "/import/zerodha-tradebook",
            type: "com.tapefold.trades.executed.v1", time: trade.executedAt, subject: user)
        line.field("tradeId", tradeId)
        line.field("userId", user)
        line.field("account", optional: account)
        trade.write(to: &line)
        line.end()
        return OutgoingEvent(topic: "trades.executed", key: user, id: id, value: line.bytes)
    }

    /// Counted before the row's values are judged, so that correcting a bad row later moves no other row's time.
    private mutating func nextOrdinal(_ record: CSVRecord) -> Int64 {
        let time = columns.executionTime.index.flatMap(record.text) ?? ""
        guard time.allSatisfy(\.isWhitespace), let place = columns.dayAndInstrument(of: record) else { return 0 }
        let ordinal = ordinals[place, default: 0]
        ordinals[place] = ordinal + 1
        return ordinal
    }

    private mutating func hashedId(_ record: CSVRecord) -> String {
        var hash = RowHash()
        for index in 0..<record.fieldCount { hash.addField(record.trimmedBytes(index)) }
        let text = hash.text
        let ordinal = equalRows[text, default: 0]
        equalRows[text] = ordinal + 1
        return "\(text)-\(ordinal)"
    }
}
