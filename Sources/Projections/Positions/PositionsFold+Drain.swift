import Domain
import Events

extension PositionsFold {
    public func drain(into writes: WriteSet, state: Bool) {
        drainTrades(into: writes)
        if state { drainState(into: writes) }
    }

    private func drainTrades(into writes: WriteSet) {
        let trades = writes.tables[layout.trades]
        let closures = layout.lotClosures.map { writes.tables[$0] }
        for entry in staleClosures {
            closures?.deletes.append(entry.key)
        }
        for entry in changedTrades {
            entry.encode(into: entry.isStored ? trades.upserts : trades.inserts, day: days?.day(of: entry.trade))
            if let closures { entry.encodeClosures(into: closures.inserts) }
            entry.isStored = true
            entry.isChanged = false
        }
        copied.drain(trades: trades.inserts, closures: closures?.inserts)
        changedTrades.removeAll(keepingCapacity: true)
        staleClosures.removeAll(keepingCapacity: true)
    }

    private func drainState(into writes: WriteSet) {
        let positions = writes.tables[layout.positions]
        for book in dirtyBooks {
            book.encode(into: book.isStored ? positions.upserts : positions.inserts, lane: lane, scratch: scratch)
            book.isStored = true
            book.isDirty = false
        }
        dirtyBooks.removeAll(keepingCapacity: true)
        let corrections = writes.tables[layout.corrections]
        for correction in self.corrections.changed {
            correction.encode(
                into: correction.isStored ? corrections.upserts : corrections.inserts, lane: lane, encoder: encoder)
            correction.isStored = true
            correction.isChanged = false
        }
        self.corrections.changed.removeAll()
    }

    public func committed() {
        trades.removeAll(keepingCapacity: true)
        if mode == .live {
            corrections.known.removeAll(keepingCapacity: true)
            trimBooks()
        }
    }

    /// Keeps the books of the latest batches when there are more than the limit.
    private func trimBooks() {
        guard books.count > maximumCachedBooks else { return }
        let oldest = useClock - ProjectionLimits.batchesKeptByTrim
        books.keep { $0.lastUse > oldest }
        if books.count > maximumCachedBooks { books.removeAll() }
    }

    public func forget() {
        books.removeAll()
        warm.removeAll()
        dirtyBooks = []
        trades = [:]
        changedTrades = []
        copied.clear()
        staleClosures = []
        refolds = []
        requestedRefolds = []
        refoldTrades = [:]
        corrections = CorrectionBook()
        finishing = DeferredWork()
        identities = IdentitySet()
    }
}
