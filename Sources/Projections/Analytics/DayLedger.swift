import Domain
import Events

/// Exact sums by user, day and exchange of all executions that a ledger holds.
///
/// A day is what its executions add up to. Each remembers what was counted of it (`LedgerTrade.counted`, which is what its
/// stored row leads to), so that a correction takes that out and puts in what holds now: only the days that it touches
/// are written, and no day is ever added up anew.
final class DayLedger {
    /// How a sum that leaves its range is told.
    static let overflowField = "a sum of the day"

    private let calendar: ExchangeCalendar
    /// Minutes east of UTC.
    private var offsets: [String: Int] = [:]
    private var states: [DayKey: DaySums] = [:]
    private var dirty: [DaySums] = []
    /// Days that a correction found an execution in, or put it into: they have a row, whatever is left in them.
    private var touched: Set<DayKey> = []
    /// Asked of the database.
    private var asked: Set<DayKey> = []
    /// Every day is in memory: a rebuild, which reads none.
    var isComplete: Bool
    var useClock = 0
    /// Smaller in tests.
    var maximumCachedDays = ProjectionLimits.maximumCachedDays

    /// - Parameter isComplete: no day is in the database yet.
    init(calendar: ExchangeCalendar, isComplete: Bool) {
        self.calendar = calendar
        self.isComplete = isComplete
    }

    var count: Int { states.count }
    var unflushedRows: Int { dirty.count }

    /// The exchange's day of an execution.
    func day(of trade: TradeExecuted) -> CivilDate { day(at: trade.executedAt, on: trade.exchange) }

    func day(at time: Timestamp, on exchange: String) -> CivilDate {
        if let offset = offsets[exchange] { return time.date(offsetMinutes: offset) }
        let offset = calendar.schedule(exchange).offsetMinutes
        if offsets.count < ProjectionLimits.maximumRememberedExchanges { offsets[exchange] = offset }
        return time.date(offsetMinutes: offset)
    }

    private func key(of trade: TradeExecuted) -> DayKey {
        DayKey(userId: trade.userId, day: day(of: trade), exchange: trade.exchange)
    }

    /// Nil of a void execution. Held until now's time of execution, whatever a stale closing says.
    private func share(of entry: LedgerTrade) -> DayShare? {
        guard !entry.isVoid else { return nil }
        return DayShare(key: key(of: entry.trade), sums: Self.sums(entry.trade, entry.closed))
    }

    private static func sums(_ trade: TradeExecuted, _ closed: ClosedTrade?) -> TradingSums {
        guard var closed else { return TradingSums(fees: Amount(trade.fees), closed: nil) }
        closed.closedAt = trade.executedAt
        return TradingSums(fees: Amount(trade.fees), closed: closed)
    }

    /// In a rebuild: counts an execution that nothing will change before the indexes are there.
    /// - Returns: whether its day's sums keep their range; if not, nothing was counted.
    func add(_ trade: TradeExecuted, closed: ClosedTrade?) -> Bool {
        let state = state(key(of: trade))
        do throws(NumberError) { try state.add(Self.sums(trade, closed)) } catch { return false }
        note(state)
        return true
    }

    /// An execution as the database has it: that much of it is counted.
    func remember(_ entry: LedgerTrade) { entry.counted = share(of: entry) }

    /// A correction finds the execution on its day, or puts it there.
    func touch(_ trade: TradeExecuted) {
        let key = key(of: trade)
        if isComplete { note(state(key)) } else { touched.insert(key) }
    }

    /// Days that `changed` executions or corrections touch and that are not in memory.
    func missing(_ changed: [LedgerTrade]) -> ReadRequest? {
        guard !isComplete else { return nil }
        var wanted = touched
        for entry in changed {
            if let counted = entry.counted { wanted.insert(counted.key) }
            if !entry.isVoid { wanted.insert(key(of: entry.trade)) }
        }
        asked = wanted.filter { states[$0] == nil }
        guard !asked.isEmpty else { return nil }
        let request = ReadRequest(AnalyticsView.days, by: AnalyticsView.days.key)
        for key in asked { request.keys.append(key) }
        return request
    }

    func absorb(_ rows: any RowSource) throws(RowError) {
        for index in 0..<rows.rowCount {
            let state = try DaySums(RowReader(rows, table: AnalyticsView.days, row: index))
            state.lastUse = useClock
            states[state.key] = state
            asked.remove(state.key)
        }
        for key in asked { _ = state(key) }
        asked = []
    }

    /// Counts what holds now of all these in place of what was counted.
    func settle(_ changed: [LedgerTrade]) throws(FoldFailure) {
        for entry in changed where !settle(entry) {
            throw FoldFailure(code: "book_refused", reason: "\(Self.overflowField) would leave its range")
        }
        for key in touched {
            let state = state(key)
            if !state.isStored { note(state) }
        }
        touched = []
    }

    /// - Returns: whether the days' sums keep their range; if not, some of it may be counted.
    func settle(_ entry: LedgerTrade) -> Bool {
        let now = share(of: entry)
        let before = entry.counted
        guard now?.key != before?.key || now?.sums != before?.sums else { return true }
        do throws(NumberError) {
            if let before {
                let state = state(before.key)
                try state.subtract(before.sums)
                note(state)
            }
            if let now {
                let state = state(now.key)
                try state.add(now.sums)
                note(state)
            }
        } catch {
            return false
        }
        entry.counted = now
        return true
    }

    private func state(_ key: DayKey) -> DaySums {
        if let known = states[key] {
            known.lastUse = useClock
            return known
        }
        let new = DaySums(key)
        new.lastUse = useClock
        states[key] = new
        return new
    }

    private func note(_ state: DaySums) {
        guard !state.isDirty else { return }
        state.isDirty = true
        dirty.append(state)
    }

    func drain(into days: WriteSet.TableWrites) {
        for state in dirty {
            state.encode(into: state.isStored ? days.upserts : days.inserts)
            state.isStored = true
            state.isDirty = false
        }
        dirty.removeAll(keepingCapacity: true)
    }

    /// Keeps the days of the latest batches when there are more than the limit.
    func trim() {
        guard !isComplete, states.count > maximumCachedDays else { return }
        let oldest = useClock - ProjectionLimits.batchesKeptByTrim
        states = states.filter { $0.value.lastUse > oldest }
        if states.count > maximumCachedDays { states.removeAll() }
    }

    func forget() {
        states = [:]
        dirty = []
        touched = []
        asked = []
    }
}
