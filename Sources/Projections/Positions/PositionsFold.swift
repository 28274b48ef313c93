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
    /// Drained in a rebuild, where nothing else holds them: for use again.
    var spareTrades: [LedgerTrade] = []
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
    let scratch = ByteBuffer()
    let hasher = ContentHasher()
    let encoder = EventEncoder()

    public init(mode: FoldMode, lane: Int) {
        self.mode = mode
        self.lane = lane
    }

    /// Books and corrections count too: a rebuild keeps them all.
    public var rememberedIdentities: Int {
        identities.count + books.count * ProjectionLimits.identitiesPerBook
            + corrections.known.count * ProjectionLimits.identitiesPerCorrection
    }

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
        if let symbol = readable.symbol {
            let exchange = readable.exchange ?? InstrumentKey.defaultExchange
            let instrument = BookKey.instrument(isin: readable.isin, exchange: exchange, symbol: symbol)
            return parkingKey(
                BookKey(userId: userId, account: readable.account ?? EventDefaults.account, instrument: instrument))
        }
        return readable.tradeId.map { "\(userId)|trade|\($0)" }
    }

    private static func parkingKey(_ book: BookKey) -> String { "\(book.userId)|\(book.account)|\(book.instrument)" }

    public func fold(_ event: FoldEvent) -> FoldOutcome {
        switch event.decoded.payload {
        case .tradeExecuted(let trade): fold(trade, of: event.decoded, at: warm.take(event.offset) ?? look(at: trade))
        case .tradeCorrected(let correction): fold(correction, of: event)
        default: .skipped(reason: "not an event of this view")
        }
    }

    private func fold(_ trade: TradeExecuted, of event: DecodedEvent, at place: TradePlace) -> FoldOutcome {
        let entry = ledgerTrade(trade, place, contentHash: hasher.hash(event.payload))
        let identity = mode == .rebuild ? place.identity : nil
        if let repeated = repetition(of: entry, identity) { return repeated }
        let state = book(entry, hash: place.bookHash, at: event.envelope.time)
        if let refusal = enter(entry, into: state) { return refusal }
        if let identity {
            identities.insert(identity, content: entry.contentHash.low)
        } else {
            trades[entry.key] = entry
        }
        changedTrades.append(entry)
        touch(state, at: event.envelope.time)
        for correction in corrections.takeWaiting(for: entry.key) { apply(correction, to: entry) }
        return .folded
    }

    private func ledgerTrade(_ trade: TradeExecuted, _ place: TradePlace, contentHash: ContentHash) -> LedgerTrade {
        guard let spare = spareTrades.popLast() else {
            return LedgerTrade(trade, bookKey: place.key, contentHash: contentHash)
        }
        spare.reuse(for: trade, bookKey: place.key, contentHash: contentHash)
        return spare
    }

    /// Whether this identity was there before, saying the same or something else.
    private func repetition(of entry: LedgerTrade, _ identity: ContentHash?) -> FoldOutcome? {
        let isSame: Bool
        if let identity {
            guard let known = identities.find(identity) else { return nil }
            isSame = known == entry.contentHash.low
        } else {
            guard let known = trades[entry.key] else { return nil }
            isSame = known.contentHash == entry.contentHash
        }
        if isSame { return .duplicate }
        return .refused(
            code: "conflicting_duplicate",
            reason: "tradeId \(entry.trade.tradeId) of \(entry.trade.userId) came before with other data")
    }

    /// Folds the execution into its book, or notes that the book must be folded anew.
    private func enter(_ entry: LedgerTrade, into state: BookState) -> FoldOutcome? {
        if state.needsRefold {
            state.refoldFrom = earlier(state.refoldFrom, entry.order)
            return nil
        }
        do throws(BookError) {
            entry.closed = try state.book.apply(entry.fill) { entry.closures.append($0) }.closedTrade
            state.exchange = entry.trade.exchange
            state.symbol = entry.trade.symbol
            return nil
        } catch {
            guard error == .outOfOrder else { return .refused(code: "book_refused", reason: error.description) }
            requireRefold(state, from: entry.order)
            return nil
        }
    }

    func book(_ entry: LedgerTrade, hash: UInt64? = nil, at time: Timestamp) -> BookState {
        let key = entry.bookKey
        let hash = hash ?? books.hash(key)
        if let known = books.find(key, hash: hash) {
            known.lastUse = useClock
            return known
        }
        let new = BookState(key: key, exchange: entry.trade.exchange, symbol: entry.trade.symbol, updatedAt: time)
        new.lastUse = useClock
        books.put(new, hash: hash)
        return new
    }

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
