import Domain
import Events

/// Folds executions and their corrections into books.
///
/// An execution that comes in order costs O(1). One that comes late, is amended or is void has its book folded anew
/// from the ledger, live at the end of its batch, in a rebuild once the indexes are there.
public final class PositionsFold: ViewFold {
    public static var schema: ViewSchema { PositionsView.definition }

    enum Input {
        static let executed = 0
        static let corrected = 1
    }

    var mode: FoldMode
    let lane: Int
    /// Books by key; the ones that a drain has not written yet are dirty.
    let books = BookTable()
    var warm = WarmTrades()
    var identities = IdentitySet()
    var dirtyBooks: [BookState] = []
    /// Executions that this batch folds, changes or asked the database for.
    var trades: [TradeKey: LedgerTrade] = [:]
    var changedTrades: [LedgerTrade] = []
    /// In a rebuild: rows of executions that nothing will look at again.
    let copied: CopiedLedger
    let layout: BookLayout
    /// Sums by day of the executions, where the view keeps some.
    let days: DayLedger?
    /// Closing executions whose closures in the database are out of date.
    var staleClosures: [LedgerTrade] = []
    var refolds: Set<BookKey> = []
    var requestedRefolds: Set<BookKey> = []
    var corrections = CorrectionBook()
    var finishing = DeferredWork()
    /// Rows answered so far for a refold: the book's executions.
    var refoldTrades: [BookKey: [LedgerTrade]] = [:]
    var useClock = 0
    /// Smaller in tests.
    var maximumCachedBooks = ProjectionLimits.maximumCachedBooks
    var maximumRefoldedExecutions = ProjectionLimits.maximumRefoldedExecutions
    let scratch = ByteBuffer()
    let hasher = ContentHasher()
    let encoder = EventEncoder()

    public convenience init(mode: FoldMode, lane: Int) {
        self.init(mode: mode, lane: lane, layout: .positions, days: nil)
    }

    /// The part of another view that keeps its books.
    init(mode: FoldMode, lane: Int, layout: BookLayout, days: DayLedger?) {
        self.mode = mode
        self.lane = lane
        self.layout = layout
        self.days = days
        copied = CopiedLedger(layout)
    }

    /// Books and corrections count too: a rebuild keeps them all.
    public var rememberedIdentities: Int {
        identities.count + books.count * ProjectionLimits.identitiesPerBook
            + corrections.known.count * ProjectionLimits.identitiesPerCorrection
    }

    public var unflushedRows: Int { dirtyBooks.count }

    public func expect(_ events: [EventKind: Int]) { identities.reserve(events[.tradeExecuted] ?? 0) }

    public func parkingKey(of event: FoldEvent) -> String {
        switch event.decoded.payload {
        case .tradeExecuted(let trade): Self.parkingKey(BookKey(trade))
        case .tradeCorrected(let correction): "\(correction.userId)|trade|\(correction.tradeId)"
        default: ""
        }
    }

    /// The key that an event parks whose schema is broken but whose fields can be read that far.
    public static func parkingKey(of readable: ReadableKey, kind: EventKind) -> String? {
        guard let userId = readable.userId else { return nil }
        if kind == .tradeExecuted, let symbol = readable.symbol, !readable.hasUnreadableBook {
            let exchange = readable.exchange ?? InstrumentKey.defaultExchange
            let isContract = ContractMarket.isNamed(exchange: exchange, segment: readable.segment)
            let instrument = BookKey.instrument(
                isin: isContract ? nil : readable.isin, exchange: exchange, symbol: symbol)
            return parkingKey(
                BookKey(userId: userId, account: readable.account ?? EventDefaults.account, instrument: instrument))
        }
        return readable.tradeId.map { "\(userId)|trade|\($0)" }
    }

    private static func parkingKey(_ book: BookKey) -> String { "\(book.userId)|\(book.account)|\(book.instrument)" }

    public func fold(_ event: FoldEvent) -> FoldOutcome {
        switch event.decoded.payload {
        case .tradeExecuted(let trade): fold(trade, of: event)
        case .tradeCorrected(let correction): fold(correction, of: event)
        default: .skipped(reason: "not an event of this view")
        }
    }

    private func fold(_ trade: TradeExecuted, of event: FoldEvent) -> FoldOutcome {
        let place = warm.take(event.offset) ?? hasher.hashes(of: trade)
        prefetchAhead()
        if let repeated = repetition(of: trade, place) { return repeated }
        let state = book(of: trade, place.book, at: event.decoded.envelope.time)
        do throws(BookError) {
            if mode == .rebuild, !isAwaitedByCorrections(trade) {
                try copy(trade, place, into: state)
            } else {
                try keep(trade, place, in: state)
            }
        } catch {
            return .refused(code: "book_refused", reason: error.description)
        }
        touch(state, at: event.decoded.envelope.time)
        return .folded
    }

    private func isAwaitedByCorrections(_ trade: TradeExecuted) -> Bool {
        !corrections.waiting.isEmpty
            && corrections.waiting[TradeKey(userId: trade.userId, tradeId: trade.tradeId)] != nil
    }

    /// Writes the execution's rows at once: in a rebuild nothing can change them before the indexes are there.
    private func copy(_ trade: TradeExecuted, _ place: TradeHashes, into state: BookState) throws(BookError) {
        let closed = try enter(trade, into: state) { copied.append($0, of: trade) }
        if let days, !days.add(trade, closed: closed) {
            // The book took what the view refuses: it is folded anew from the ledger, which does not have it.
            requireRefold(state, from: Fill(trade).order)
            throw .overflow(field: DayLedger.overflowField)
        }
        identities.insert(place.identity, content: place.content.low)
        copied.append(
            trade,
            TradeRow(contentHash: place.content, isVoid: false, closed: closed, day: days?.day(of: trade)))
    }

    /// Keeps the execution where corrections and refolds find it; its rows are written by the next drain.
    private func keep(_ trade: TradeExecuted, _ place: TradeHashes, in state: BookState) throws(BookError) {
        let entry = LedgerTrade(trade, contentHash: place.content)
        entry.closed = try enter(trade, into: state) { entry.closures.append(copy $0) }
        if mode == .live { trades[entry.key] = entry }
        changedTrades.append(entry)
        let awaiting = corrections.takeWaiting(for: entry.key)
        for correction in awaiting { apply(correction, to: entry) }
        guard mode == .rebuild else { return }
        if let days, !days.settle(entry) {
            // As if it had not come: its corrections wait on, and it is refused when it comes again.
            changedTrades.removeAll { $0 === entry }
            for correction in awaiting { corrections.wait(correction) }
            requireRefold(state, from: entry.order)
            throw .overflow(field: DayLedger.overflowField)
        }
        identities.insert(place.identity, content: place.content.low)
    }

    /// Whether this identity was there before, saying the same or something else.
    private func repetition(of trade: TradeExecuted, _ place: TradeHashes) -> FoldOutcome? {
        let isSame: Bool
        if mode == .rebuild {
            guard let known = identities.find(place.identity, content: place.content.low) else { return nil }
            isSame = known
        } else {
            guard let known = trades[TradeKey(userId: trade.userId, tradeId: trade.tradeId)] else { return nil }
            isSame = known.contentHash == place.content
        }
        if isSame { return .duplicate }
        return .refused(
            code: "conflicting_duplicate",
            reason: "tradeId \(trade.tradeId) of \(trade.userId) came before with other data")
    }

    /// Folds the execution into its book, or notes that the book must be folded anew.
    private func enter(
        _ trade: TradeExecuted, into state: BookState, _ onClosure: (borrowing LotClosure) -> Void
    ) throws(BookError) -> ClosedTrade? {
        let fill = Fill(trade)
        if state.needsRefold {
            state.refoldFrom = earlier(state.refoldFrom, fill.order)
            return nil
        }
        do throws(BookError) {
            let effect = try state.book.apply(fill, onClosure)
            // Where exchange and symbol are the book's key they are known since its first execution.
            if trade.instrumentISIN != nil || state.book.fillCount == 1 {
                state.show(exchange: trade.exchange, symbol: trade.symbol)
            }
            return effect.closedTrade
        } catch {
            guard error == .outOfOrder else { throw error }
            requireRefold(state, from: fill.order)
            return nil
        }
    }

    func book(_ entry: LedgerTrade, at time: Timestamp) -> BookState {
        book(of: entry.trade, hasher.hashes(of: entry.trade).book, at: time)
    }

    @inline(__always)
    private func book(of trade: TradeExecuted, _ identity: ContentHash, at time: Timestamp) -> BookState {
        if let known = books.find(identity) {
            known.lastUse = useClock
            return known
        }
        return addBook(of: trade, identity, at: time)
    }

    @inline(never)
    private func addBook(of trade: TradeExecuted, _ identity: ContentHash, at time: Timestamp) -> BookState {
        let new = BookState(
            key: BookKey(trade), identity: identity, exchange: trade.exchange, symbol: trade.symbol, updatedAt: time)
        new.lastUse = useClock
        books.put(new)
        return new
    }

    func book(_ key: BookKey) -> BookState? { books.find(hasher.book(key)) }

    func touch(_ state: BookState, at time: Timestamp) {
        state.updatedAt = max(state.updatedAt, time)
        guard !state.isDirty else { return }
        state.isDirty = true
        dirtyBooks.append(state)
    }

    func requireRefold(_ state: BookState, from order: FillOrder) {
        state.refoldFrom = earlier(state.refoldFrom, order)
        if mode == .live {
            refolds.insert(state.key)
        } else if !state.needsRefold {
            finishing.books.append(state.key)
        }
        state.needsRefold = true
    }

    func earlier(_ left: FillOrder?, _ right: FillOrder) -> FillOrder {
        guard let left else { return right }
        return min(left, right)
    }
}
