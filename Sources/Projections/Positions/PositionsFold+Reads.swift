import Domain
import Events

extension PositionsFold {
    public func reads(for events: ArraySlice<FoldEvent>) -> [ReadRequest] {
        useClock += 1
        warmUp(events)
        guard mode == .live else { return [] }
        var requests: [ReadRequest] = []
        if !corrections.hasLoadedWaiting { requests.append(waitingCorrections()) }
        let trades = ReadRequest(PositionsView.trades, by: ["user_id", "trade_id"])
        let books = ReadRequest(PositionsView.positions, by: PositionsView.positions.key)
        let corrections = ReadRequest(PositionsView.corrections, by: PositionsView.corrections.key)
        var asked = Asked()
        for event in events { ask(for: event, trades: trades, books: books, corrections: corrections, asked: &asked) }
        for request in [trades, books, corrections] where request.keys.rowCount > 0 { requests.append(request) }
        return requests
    }

    private struct Asked {
        var trades: Set<TradeKey> = []
        var books: Set<BookKey> = []
        var corrections: Set<Correction.Key> = []
    }

    private func ask(
        for event: FoldEvent, trades: ReadRequest, books: ReadRequest, corrections: ReadRequest, asked: inout Asked
    ) {
        switch event.decoded.payload {
        case .tradeExecuted(let trade):
            ask(trade: TradeKey(userId: trade.userId, tradeId: trade.tradeId), trades, &asked)
            let book = BookKey(trade)
            if self.book(book) == nil, asked.books.insert(book).inserted { books.keys.append(book) }
        case .tradeCorrected(let body):
            ask(trade: TradeKey(userId: body.userId, tradeId: body.tradeId), trades, &asked)
            let envelope = event.decoded.envelope
            let key = Correction.Key(source: envelope.source, eventId: envelope.id, userId: body.userId)
            if self.corrections.known[key] == nil, asked.corrections.insert(key).inserted {
                corrections.keys.append(key)
            }
        default: break
        }
    }

    private func ask(trade key: TradeKey, _ request: ReadRequest, _ asked: inout Asked) {
        if trades[key] == nil, asked.trades.insert(key).inserted { request.keys.append(key) }
    }

    func waitingCorrections() -> ReadRequest {
        let request = ReadRequest(PositionsView.corrections, by: ["waiting_lane"], order: ["log_offset"])
        request.keys.beginRow()
        request.keys.put(Int32(lane))
        return request
    }

    public func absorb(_ request: ReadRequest, rows: any RowSource) throws(RowError) {
        switch request.table {
        case PositionsView.positions where request.keys.columns.count == 1: try absorbPutOffBooks(rows)
        case PositionsView.positions: try absorbBooks(rows)
        case PositionsView.corrections: try absorbCorrections(rows, areWaiting: request.keys.columns.count == 1)
        default: try absorbTrades(rows, isRefold: request.keys.columns.count > 2)
        }
    }

    /// Books that an interrupted rebuild put off; their rows are read again when it is their turn.
    private func absorbPutOffBooks(_ rows: any RowSource) throws(RowError) {
        for index in 0..<rows.rowCount {
            let row = RowReader(rows, table: PositionsView.positions, row: index)
            finishing.books.append(
                BookKey(userId: try row.text(0), account: try row.text(1), instrument: try row.text(2)))
        }
    }

    private func absorbBooks(_ rows: any RowSource) throws(RowError) {
        for index in 0..<rows.rowCount {
            let state = try BookState(RowReader(rows, table: PositionsView.positions, row: index), hasher: hasher)
            guard books.find(state.identity)?.isStored != true else { continue }
            merge(stored: state)
        }
    }

    /// A book that corrections touched before its row was read keeps their marks.
    private func merge(stored: BookState) {
        stored.lastUse = useClock
        guard let touched = books.find(stored.identity) else {
            books.put(stored)
            return
        }
        stored.updatedAt = max(stored.updatedAt, touched.updatedAt)
        stored.needsRefold = stored.needsRefold || touched.needsRefold
        if let from = touched.refoldFrom { stored.refoldFrom = earlier(stored.refoldFrom, from) }
        stored.isDirty = touched.isDirty
        dirtyBooks = dirtyBooks.map { $0 === touched ? stored : $0 }
        books.put(stored)
    }

    private func absorbTrades(_ rows: any RowSource, isRefold: Bool) throws(RowError) {
        for index in 0..<rows.rowCount {
            let stored = try LedgerTrade(RowReader(rows, table: PositionsView.trades, row: index))
            days?.remember(stored)
            if isRefold {
                refoldTrades[stored.bookKey, default: []].append(stored)
            } else if trades[stored.key] == nil {
                trades[stored.key] = stored
            }
        }
    }

    private func absorbCorrections(_ rows: any RowSource, areWaiting: Bool) throws(RowError) {
        if areWaiting { corrections.hasLoadedWaiting = true }
        for index in 0..<rows.rowCount {
            let stored = try Correction(RowReader(rows, table: PositionsView.corrections, row: index))
            corrections.known[stored.key] = stored.contentHash
            guard areWaiting else { continue }
            corrections.waiting[stored.tradeKey, default: []].append(stored)
        }
    }
}

extension RowBatch {
    func append(_ key: BookKey) {
        beginRow()
        put(key.userId)
        put(key.account)
        put(key.instrument)
    }

    func append(_ key: TradeKey) {
        beginRow()
        put(key.userId)
        put(key.tradeId)
    }

    func append(_ key: Correction.Key) {
        beginRow()
        put(key.source)
        put(key.eventId)
        put(key.userId)
    }
}
