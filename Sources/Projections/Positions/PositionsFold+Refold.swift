import Domain

extension PositionsFold {
    public func followUps() throws(FoldFailure) -> [ReadRequest] {
        if finishing.isLookingUp { return putOffWork() }
        if !finishing.requested.isEmpty { return [waitingTrades()] }
        applyWaitingCorrections()
        if !requestedRefolds.isEmpty { try refoldRequested() }
        guard !refolds.isEmpty else { return [] }
        let ledger = ReadRequest(PositionsView.trades, by: ["user_id", "account", "instrument"])
        let missing = ReadRequest(PositionsView.positions, by: PositionsView.positions.key)
        takeNextRefolds()
        for key in requestedRefolds {
            ledger.keys.append(key)
            if book(key)?.isStored != true { missing.keys.append(key) }
        }
        return missing.keys.rowCount > 0 ? [missing, ledger] : [ledger]
    }

    /// As many books as have executions for the memory that a refold may take, one at the least: of the others only the
    /// executions whose closing changed stay in memory.
    private func takeNextRefolds() {
        var executions = 0
        for key in refolds {
            executions += book(key).map { $0.book.fillCount } ?? ProjectionLimits.executionsOfUnknownBook
            if !requestedRefolds.isEmpty, executions > maximumRefoldedExecutions { break }
            requestedRefolds.insert(key)
        }
        refolds.subtract(requestedRefolds)
    }

    private func refoldRequested() throws(FoldFailure) {
        let pending = Dictionary(grouping: trades.values, by: \.bookKey)
        for key in requestedRefolds {
            let stored = (refoldTrades[key] ?? []).filter { trades[$0.key] == nil }
            try refold(key, ledger: stored + (pending[key] ?? []))
        }
        requestedRefolds = []
        refoldTrades = [:]
    }

    /// Folds a book anew from all its executions and marks those whose closing may have changed.
    private func refold(_ key: BookKey, ledger: [LedgerTrade]) throws(FoldFailure) {
        guard let state = book(key) else { return }
        let inOrder = ledger.sorted { $0.order < $1.order }
        var book = Book()
        var last: LedgerTrade?
        for entry in inOrder where !entry.isVoid {
            var closures: [LotClosure] = []
            let effect: FillEffect
            do throws(BookError) {
                effect = try book.apply(entry.fill) { closures.append(copy $0) }
            } catch {
                throw FoldFailure(code: "book_refused", reason: error.description)
            }
            replaceClosing(of: entry, by: effect.closedTrade, closures, from: state.refoldFrom)
            last = entry
        }
        for entry in inOrder where entry.isVoid { replaceClosing(of: entry, by: nil, [], from: nil) }
        finish(state, with: book, shown: last ?? inOrder.last)
    }

    private func replaceClosing(
        of entry: LedgerTrade, by closed: ClosedTrade?, _ closures: [LotClosure], from start: FillOrder?
    ) {
        if let start, entry.order < start, entry.isStored, !entry.isChanged { return }
        guard closed != nil || entry.closed != nil || entry.isChanged else { return }
        noteChange(of: entry)
        entry.closed = closed
        entry.closures = closures
        if mode == .live, trades[entry.key] == nil { trades[entry.key] = entry }
    }

    /// - Parameter shown: whose exchange and symbol the book shows; nil when amendments moved all executions away.
    private func finish(_ state: BookState, with book: Book, shown: LedgerTrade?) {
        state.book = book
        state.needsRefold = false
        state.refoldFrom = nil
        state.show(
            exchange: shown?.trade.exchange ?? BookState.noExchange,
            symbol: shown?.trade.symbol ?? state.key.instrument)
        touch(state, at: state.updatedAt)
    }

    public func finishRebuild(limit: Int) -> Bool {
        if mode == .rebuild {
            mode = .live
            identities = IdentitySet()
            corrections.known = [:]
            corrections.hasLoadedWaiting = true
            finishing.corrected = Array(corrections.waiting.keys)
            finishing.isKnown = true
        } else if !finishing.isKnown {
            finishing.isLookingUp = true
            return true
        }
        if finishing.looksUpCorrected {
            finishing.looksUpCorrected = false
            finishing.corrected = Array(corrections.waiting.keys)
        }
        if !finishing.corrected.isEmpty {
            finishing.requested = finishing.corrected.suffix(limit)
            finishing.corrected.removeLast(min(limit, finishing.corrected.count))
            return true
        }
        guard !finishing.books.isEmpty else { return false }
        refolds.formUnion(finishing.books.suffix(limit))
        finishing.books.removeLast(min(limit, finishing.books.count))
        return true
    }

    /// A rebuild that was interrupted behind its bulk part left what it put off in the tables.
    private func putOffWork() -> [ReadRequest] {
        finishing.isLookingUp = false
        finishing.isKnown = true
        finishing.looksUpCorrected = true
        let books = ReadRequest(PositionsView.positions, by: ["refold_lane"])
        books.keys.beginRow()
        books.keys.put(Int32(lane))
        return corrections.hasLoadedWaiting ? [books] : [waitingCorrections(), books]
    }

    private func waitingTrades() -> ReadRequest {
        let request = ReadRequest(PositionsView.trades, by: PositionsView.trades.key)
        for key in finishing.requested { request.keys.append(key) }
        finishing.answered = finishing.requested
        finishing.requested = []
        return request
    }

    /// In a rebuild every correction waits; those whose execution came are applied once it can be read.
    private func applyWaitingCorrections() {
        for key in finishing.answered {
            guard let entry = trades[key] else { continue }
            for correction in corrections.takeWaiting(for: key) { apply(correction, to: entry) }
        }
        finishing.answered = []
    }
}

/// What a rebuild put off until the ledger has its indexes.
struct DeferredWork {
    /// What was put off is in memory; a fold that goes on with another's rebuild has to look it up.
    var isKnown = false
    var isLookingUp = false
    /// The waiting corrections were looked up and are to be applied where their execution is there.
    var looksUpCorrected = false
    /// Books that did not come in order.
    var books: [BookKey] = []
    /// Executions with corrections, still to be looked up.
    var corrected: [TradeKey] = []
    var requested: [TradeKey] = []
    var answered: [TradeKey] = []
}
