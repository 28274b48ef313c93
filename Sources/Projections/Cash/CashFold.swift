import Domain
import Events

/// Folds payments, executions and corrections into a double-entry ledger. Every entry set sums to zero, and so do the
/// accounts of each user and currency.
public final class CashFold: ViewFold {
    public static var schema: ViewSchema { CashView.definition }

    private enum TableIndex {
        static let entries = 0
        static let balances = 1
        static let bookings = 2
        static let seen = 3
    }

    private struct Posting {
        let key: CashBookingKey
        let currency: String
        let posted: PostedSet
    }

    private var mode: FoldMode
    private var balances = CachedRows<CashBalanceKey, CashBalance>()
    private var bookings = CachedRows<CashBookingKey, CashBooking>()
    private var seen = SeenEvents()
    private var pending: [Posting] = []
    /// Smaller in tests.
    var maximumCachedRows = ProjectionLimits.maximumCachedKeyedRows

    public init(mode: FoldMode, lane: Int) { self.mode = mode }

    /// Rows count too: a rebuild keeps them all.
    public var rememberedIdentities: Int {
        seen.rememberedCount + (balances.count + bookings.count) * ProjectionLimits.identitiesPerKeyedRow
    }

    public func parkingKey(of event: FoldEvent) -> String { event.decoded.payload.partitionKey }

    public static func parkingKey(of readable: ReadableKey, kind: EventKind) -> String? { readable.userId }

    private static func keys(of payload: EventPayload) -> (booking: CashBookingKey, balance: CashBalanceKey)? {
        func keys(_ userId: String, _ kind: CashBookingKey.Kind, _ reference: String, _ currency: String) -> (
            CashBookingKey, CashBalanceKey
        ) {
            (
                CashBookingKey(userId: userId, kind: kind, reference: reference),
                CashBalanceKey(userId: userId, currency: currency)
            )
        }
        return switch payload {
        case .paymentReceived(let payment): keys(payment.userId, .payment, payment.paymentId, payment.currency)
        case .tradeExecuted(let trade): keys(trade.userId, .trade, trade.tradeId, CashView.tradeCurrency)
        case .tradeCorrected(let trade): keys(trade.userId, .trade, trade.tradeId, CashView.tradeCurrency)
        default: nil
        }
    }

    public func reads(for events: ArraySlice<FoldEvent>) -> [ReadRequest] {
        balances.tick()
        bookings.tick()
        guard mode == .live else { return [] }
        let tables = CashView.definition.tables
        let wanted = tables[TableIndex.balances...].map { ReadRequest($0, by: $0.key) }
        var asked: (balances: Set<CashBalanceKey>, bookings: Set<CashBookingKey>, events: Set<EventIdentity>) = (
            [], [], []
        )
        for event in events {
            guard let (booking, balance) = Self.keys(of: event.decoded.payload) else { continue }
            if balances.mustRead(balance), asked.balances.insert(balance).inserted {
                wanted[0].keys.beginRow()
                CashBalance.encode(balance, into: wanted[0].keys)
            }
            if bookings.mustRead(booking), asked.bookings.insert(booking).inserted {
                wanted[1].keys.beginRow()
                CashBooking.encode(booking, into: wanted[1].keys)
            }
            guard let identity = EventIdentity(event.decoded), seen.mustLookUp(identity) else { continue }
            if asked.events.insert(identity).inserted { wanted[2].keys.append(identity) }
        }
        return wanted.filter { $0.keys.rowCount > 0 }
    }

    public func absorb(_ request: ReadRequest, rows: any RowSource) throws(RowError) {
        for index in 0..<rows.rowCount {
            let row = RowReader(rows, table: request.table, row: index)
            switch request.table {
            case CashView.balances:
                balances.absorb(
                    CashBalanceKey(userId: try row.text(0), currency: try row.text(1)), try CashBalance(row))
            case CashView.bookings: bookings.absorb(try CashBooking.key(row), try CashBooking(row))
            default: try seen.absorb(row, table: request.table.name)
            }
        }
    }

    public func fold(_ event: FoldEvent) -> FoldOutcome {
        guard let keys = Self.keys(of: event.decoded.payload), let identity = EventIdentity(event.decoded) else {
            return .skipped(reason: "moves no cash")
        }
        let hash = seen.hash(event.decoded)
        if let isSame = seen.isSame(identity, hash, mode) {
            guard !isSame else { return .duplicate }
            return .refused(
                code: "conflicting_duplicate",
                reason: "event \(identity.id) of \(identity.kind.topic) came before with other data")
        }
        do throws(FoldRefusal) {
            try book(event.decoded, keys.booking, keys.balance)
        } catch {
            return .refused(code: error.code, reason: error.reason)
        }
        seen.remember(identity, hash, mode)
        return .folded
    }

    /// All or nothing: works on copies.
    private func book(
        _ event: DecodedEvent, _ key: CashBookingKey, _ balanceKey: CashBalanceKey
    ) throws(FoldRefusal) {
        var booking = bookings[key] ?? CashBooking(currency: balanceKey.currency)
        guard booking.currency == balanceKey.currency else {
            throw FoldRefusal(
                "currency_changed",
                "payment \(key.reference) was announced in \(booking.currency) and concluded in \(balanceKey.currency)")
        }
        var balance = balances[balanceKey] ?? CashBalance()
        let heldBefore = booking.held
        let posted: [PostedSet]
        do throws(NumberError) {
            switch event.payload {
            case .paymentReceived(let payment): posted = try booking.fold(payment, at: event.envelope.time)
            case .tradeExecuted(let trade): posted = try booking.fold(trade)
            default: posted = try booking.correct(event)
            }
            for set in posted { try balance.add(set.set) }
            try balance.held += try booking.held - heldBefore
        } catch {
            throw FoldRefusal("cash_out_of_range", "\(key.kind.rawValue) \(key.reference): \(error)")
        }
        balance.updatedAt = max(balance.updatedAt, event.envelope.time)
        bookings.set(key, booking)
        balances.set(balanceKey, balance)
        pending += posted.map { Posting(key: key, currency: balanceKey.currency, posted: $0) }
    }

    public func followUps() throws(FoldFailure) -> [ReadRequest] { [] }

    public func drain(into writes: WriteSet, state: Bool) {
        let entries = writes.tables[TableIndex.entries].inserts
        for posting in pending { posting.posted.encode(posting.key, posting.currency, into: entries) }
        pending.removeAll(keepingCapacity: true)
        seen.drain(into: writes.tables[TableIndex.seen].inserts)
        guard state else { return }
        balances.drain(into: writes.tables[TableIndex.balances]) { key, balance, row in
            CashBalance.encode(key, into: row)
            balance.encode(into: row)
        }
        bookings.drain(into: writes.tables[TableIndex.bookings]) { key, booking, row in
            CashBooking.encode(key, into: row)
            booking.encode(into: row)
        }
    }

    public func committed() {
        guard mode == .live else { return }
        seen.committed()
        balances.trim(to: maximumCachedRows)
        bookings.trim(to: min(maximumCachedRows, ProjectionLimits.maximumCachedBookings))
    }

    public func forget() {
        balances.forget()
        bookings.forget()
        seen.forget()
        pending = []
    }

    public func finishRebuild(limit: Int) -> Bool {
        mode = .live
        seen.endRebuild()
        return false
    }
}

extension PostedSet {
    fileprivate func encode(_ key: CashBookingKey, _ currency: String, into rows: RowBatch) {
        for line in set.lines {
            rows.beginRow()
            CashBooking.encode(key, into: rows)
            rows.put(ordinal)
            rows.put(line.account.rawValue)
            rows.put(currency)
            rows.put(set.kind.rawValue)
            rows.put(amountUnits: line.amount.units)
            rows.put(unixMicroseconds: bookedAt.microseconds)
            rows.put(instrument)
        }
    }
}
