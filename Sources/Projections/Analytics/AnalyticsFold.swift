import Domain
import Events

/// Folds executions, their corrections and payments into closed trades and exact sums by day.
///
/// The books are folded as view `positions` folds them, by the same machinery over tables of this view's own; sums by day
/// follow what changes in its ledger.
public final class AnalyticsFold: ViewFold {
    public static var schema: ViewSchema { AnalyticsView.definition }

    private var mode: FoldMode
    let ledger: PositionsFold
    let days: DayLedger
    private let payments = PaymentLedger()

    /// Traps when the process's settings can't be read; see ``MarketSettings/ofProcess``.
    public convenience init(mode: FoldMode, lane: Int) {
        self.init(mode: mode, lane: lane, calendar: .ofProcess)
    }

    public init(mode: FoldMode, lane: Int, calendar: ExchangeCalendar) {
        self.mode = mode
        days = DayLedger(calendar: calendar, isComplete: mode == .rebuild)
        ledger = PositionsFold(mode: mode, lane: lane, layout: AnalyticsView.books, days: days)
    }

    public var unflushedRows: Int { ledger.unflushedRows + days.unflushedRows }

    public var rememberedIdentities: Int {
        ledger.rememberedIdentities + payments.rememberedIdentities + days.count * ProjectionLimits.identitiesPerDay
    }

    public func expect(_ events: [EventKind: Int]) { ledger.expect(events) }

    public func parkingKey(of event: FoldEvent) -> String {
        guard case .paymentReceived(let payment) = event.decoded.payload else { return ledger.parkingKey(of: event) }
        return "\(payment.userId)|payment|\(payment.paymentId)"
    }

    /// A payment that breaks its schema parks alone: nothing else depends on it.
    public static func parkingKey(of readable: ReadableKey, kind: EventKind) -> String? {
        kind == .paymentReceived ? nil : PositionsFold.parkingKey(of: readable, kind: kind)
    }

    public func reads(for events: ArraySlice<FoldEvent>) -> [ReadRequest] {
        let requests = ledger.reads(for: events)
        days.useClock = ledger.useClock
        guard mode == .live, let payments = payments.reads(for: events) else { return requests }
        return requests + [payments]
    }

    public func absorb(_ request: ReadRequest, rows: any RowSource) throws(RowError) {
        switch request.table {
        case AnalyticsView.payments: try payments.absorb(rows)
        case AnalyticsView.days: try days.absorb(rows)
        default: try ledger.absorb(request, rows: rows)
        }
    }

    public func fold(_ event: FoldEvent) -> FoldOutcome {
        guard case .paymentReceived(let payment) = event.decoded.payload else { return ledger.fold(event) }
        let day = days.day(at: event.decoded.envelope.time, on: InstrumentKey.defaultExchange)
        return payments.fold(payment, of: event.decoded, day: day, mode: mode)
    }

    public func followUps() throws(FoldFailure) -> [ReadRequest] {
        let requests = try ledger.followUps()
        guard requests.isEmpty else { return requests }
        if let missing = days.missing(ledger.changedTrades) { return [missing] }
        try days.settle(ledger.changedTrades)
        return []
    }

    public func drain(into writes: WriteSet, state: Bool) {
        ledger.drain(into: writes, state: state)
        payments.drain(into: writes.tables[AnalyticsView.paymentsIndex])
        if state { days.drain(into: writes.tables[AnalyticsView.daysIndex]) }
    }

    public func committed() {
        ledger.committed()
        payments.committed(mode)
        days.trim()
    }

    public func forget() {
        ledger.forget()
        payments.forget()
        days.forget()
    }

    public func finishRebuild(limit: Int) -> Bool {
        if mode == .rebuild {
            mode = .live
            payments.finishRebuild()
            days.isComplete = false
        }
        return ledger.finishRebuild(limit: limit)
    }
}
