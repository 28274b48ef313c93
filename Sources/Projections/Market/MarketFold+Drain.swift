import Domain

extension MarketFold {
    private enum TableIndex {
        static let ticks = 0
        static let quotes = 1
        static let days = 2
        static let candles = 3
    }

    public func drain(into writes: WriteSet, state: Bool) {
        let ticks = writes.tables[TableIndex.ticks]
        for tick in pendingTicks {
            ticks.touch(microseconds: tick.microseconds)
            tick.encode(into: ticks.inserts)
        }
        pendingTicks.removeAll(keepingCapacity: true)
        guard state else { return }
        drainQuotes(into: writes.tables[TableIndex.quotes])
        for (key, day) in dirtyDays {
            day.encode(
                key, days: writes.tables[TableIndex.days], candles: writes.tables[TableIndex.candles], scratch: scratch)
            day.markDrained()
        }
        dirtyDays.removeAll(keepingCapacity: true)
    }

    private func drainQuotes(into quotes: WriteSet.TableWrites) {
        for symbol in dirtyQuotes {
            symbol.quote?.encode(symbol.key, into: symbol.isQuoteStored ? quotes.upserts : quotes.inserts)
            symbol.isQuoteStored = true
            symbol.isQuoteDirty = false
        }
        dirtyQuotes.removeAll(keepingCapacity: true)
    }

    public func committed() {
        guard useClock - lastTrim >= ProjectionLimits.batchesBetweenTrims else { return }
        lastTrim = useClock
        trimDays()
        trimSymbols()
    }

    /// Drops the days that the latest batches did not touch, or all that are clean when those are too many as well.
    private func trimDays() {
        let oldest = useClock - ProjectionLimits.batchesBetweenTrims
        guard cachedMinutes > maximumCachedMinutes else { return }
        for symbol in symbols.values { symbol.dropDays { !$0.isDirty && $0.lastUse <= oldest } }
        guard cachedMinutes > maximumCachedMinutes else { return }
        for symbol in symbols.values { symbol.dropDays { !$0.isDirty } }
    }

    private var cachedMinutes: Int {
        symbols.values.reduce(0) { $0 + $1.days.values.reduce(0) { $0 + $1.candles.buckets.count } }
    }

    private func trimSymbols() {
        guard symbols.count > maximumCachedSymbols else { return }
        let oldest = useClock - ProjectionLimits.batchesBetweenTrims
        func isClean(_ symbol: SymbolState) -> Bool {
            !symbol.isQuoteDirty && symbol.days.values.allSatisfy { !$0.isDirty }
        }
        symbols.keep { !isClean($0) || $0.lastUse > oldest }
        guard symbols.count > maximumCachedSymbols else { return }
        symbols.keep { !isClean($0) }
    }

    public func forget() {
        symbols.removeAll()
        dirtyQuotes = []
        dirtyDays = []
        pendingTicks = []
    }
}
