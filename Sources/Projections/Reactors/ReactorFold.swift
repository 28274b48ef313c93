import Domain
import Events

/// The fold of a ``Reactor``: definitions by symbol and ticks in, decisions out. What it decides depends on how the topics
/// interleave, so it runs live alone; its state is checkpointed as a view's rows are.
///
/// A row is written when a definition or its watch changed, and one a symbol and batch for the last tick.
public final class ReactorFold<R: Reactor>: EffectfulFold {
    public static var schema: ViewSchema { R.schema }

    public let effects = EffectCollector()
    private let calendar: ExchangeCalendar
    private var books: [InstrumentKey: InstrumentWatches<R>] = [:]
    /// Looked up last: ticks of a symbol come in runs.
    private var recent: InstrumentWatches<R>?
    private var dirty: [InstrumentWatches<R>] = []
    private var seen = SeenEvents()
    private var useClock = 0
    private var batchesSinceTrim = 0
    /// Asked for and not complete yet, by batch.
    private var loading: [InstrumentKey: Loading] = [:]
    /// Smaller in tests.
    var maximumCachedWatches = ProjectionLimits.maximumCachedWatches
    var maximumWatchesPerSymbol = ProjectionLimits.maximumWatchesPerSymbol

    private struct Loading {
        var last: WatchedTick?
        var rows: [InstrumentWatches<R>.Loaded] = []
    }

    /// Traps when the process's settings can't be read; see ``MarketSettings/ofProcess``.
    public init(mode: FoldMode, lane: Int) {
        calendar = .ofProcess
    }

    public var rememberedIdentities: Int { 0 }

    public func parkingKey(of event: FoldEvent) -> String {
        R.command(of: event.decoded)?.key.parkingKey ?? "tick|\(event.decoded.payload.partitionKey)"
    }

    public static func parkingKey(of readable: ReadableKey, kind: EventKind) -> String? {
        R.parkingKey(of: readable, kind: kind)
    }

    public func fold(_ event: FoldEvent) -> FoldOutcome {
        if case .marketUpdated(let tick) = event.decoded.payload { return fold(tick, event) }
        return foldCommand(event)
    }

    /// Apart from the ticks' way: its values of the reactor's own type would cost each tick a look for their layout.
    @inline(never)
    private func foldCommand(_ event: FoldEvent) -> FoldOutcome {
        guard let command = R.command(of: event.decoded) else {
            return .skipped(reason: "means nothing to reactor \(R.name)")
        }
        guard let identity = EventIdentity(event.decoded) else { return fold(command, event) }
        let hash = seen.hash(event.decoded)
        if let isSame = seen.isSame(identity, hash, .live) {
            guard !isSame else { return .duplicate }
            return .refused(
                code: "conflicting_duplicate",
                reason: "event \(identity.id) of \(identity.kind.topic) came before with other data")
        }
        let outcome = fold(command, event)
        if case .refused = outcome { return outcome }
        seen.remember(identity, hash, .live)
        return outcome
    }

    private func fold(_ tick: MarketUpdated, _ event: FoldEvent) -> FoldOutcome {
        let book = book(exchange: tick.exchange, symbol: tick.symbol)
        // No trade yet: a price of 0 is none.
        guard tick.lastPrice.isPositive else { return .skipped(reason: "tells no price") }
        let close = tick.previousClose.flatMap { $0.isPositive ? $0.units : nil }
        let seen = WatchedTick(
            price: tick.lastPrice.units, previousClose: close, time: event.decoded.envelope.time.microseconds)
        let wasDirty = book.isDirty
        guard book.take(seen, isKnown: !effects.wants(event)) else {
            return .skipped(reason: "older than the last tick of its symbol")
        }
        note(book, wasDirty: wasDirty)
        if book.hasFired { tell(of: book, tick, event) }
        return .folded
    }

    /// What the definitions that the tick fired give rise to.
    @inline(never)
    private func tell(of book: InstrumentWatches<R>, _ tick: MarketUpdated, _ event: FoldEvent) {
        for (key, watch) in book.firedByLastTick {
            let firing = Firing(
                instrument: book.instrument, key: key, definition: watch.definition, origin: watch.origin,
                price: tick.lastPrice,
                previousClose: book.book.last?.previousClose.map(Price.init(units:)),
                time: event.decoded.envelope.time, offset: event.offset)
            for payload in R.effects(of: firing) { effects.emit(payload, from: event) }
        }
    }

    private func fold(_ command: ReactorCommand<R.Definition>, _ event: FoldEvent) -> FoldOutcome {
        let book = book(exchange: command.instrument.exchange, symbol: command.instrument.symbol)
        let wasDirty = book.isDirty
        let origin = WatchOrigin.reference(to: event.decoded.envelope)
        let time = event.decoded.envelope.time
        switch command.action {
        case .set(let definition):
            guard book.has(command.key) || book.count < maximumWatchesPerSymbol else {
                return .refused(
                    code: "too_many_watches",
                    reason:
                        "\(command.instrument) has \(book.count) definitions in reactor \(R.name), the most that one "
                        + "symbol may have: take some away, then `tapefold dlq retry \(R.name)`")
            }
            book.set(command.key, definition, by: origin, at: time)
        case .remove: book.remove(command.key)
        case .rearm:
            guard book.has(command.key) else { return .skipped(reason: "\(command.key.id) is not there any more") }
            book.rearm(command.key, by: origin, at: time)
        }
        note(book, wasDirty: wasDirty)
        return .folded
    }

    private func note(_ book: InstrumentWatches<R>, wasDirty: Bool) {
        book.lastUse = useClock
        if !wasDirty, book.isDirty { dirty.append(book) }
    }

    @inline(__always)
    private func book(exchange: String, symbol: String) -> InstrumentWatches<R> {
        if let recent, recent.instrument.symbol == symbol, recent.instrument.exchange == exchange { return recent }
        return find(InstrumentKey(exchange: exchange, symbol: symbol))
    }

    private func find(_ instrument: InstrumentKey) -> InstrumentWatches<R> {
        let book = books[instrument] ?? newBook(instrument, last: nil)
        books[instrument] = book
        recent = book
        return book
    }

    private func newBook(_ instrument: InstrumentKey, last: WatchedTick?) -> InstrumentWatches<R> {
        InstrumentWatches(instrument, calendar.schedule(instrument.exchange), last: last)
    }
}

extension ReactorFold {
    private var seenTable: TableDefinition { SeenEvents.table(beside: R.watches) }

    /// The instrument that an event is about; nil when it means nothing here.
    private func instrument(of event: DecodedEvent) -> InstrumentKey? {
        if case .marketUpdated(let tick) = event.payload {
            return InstrumentKey(exchange: tick.exchange, symbol: tick.symbol)
        }
        return R.command(of: event)?.instrument
    }

    public func reads(for events: ArraySlice<FoldEvent>) -> [ReadRequest] {
        useClock += 1
        let seenTable = seenTable
        let watches = ReadRequest(R.watches, by: ["exchange", "symbol"])
        let lastTicks = ReadRequest(R.lastTicks, by: R.lastTicks.key)
        let wantedEvents = ReadRequest(seenTable, by: seenTable.key)
        var identities: Set<EventIdentity> = []
        loading = [:]
        for event in events {
            if case .marketUpdated(let tick) = event.decoded.payload, let recent, recent.lastUse == useClock,
                recent.instrument.symbol == tick.symbol, recent.instrument.exchange == tick.exchange
            {
                continue
            }
            guard let instrument = instrument(of: event.decoded) else { continue }
            if let known = books[instrument] {
                known.lastUse = useClock
                recent = known
            } else if loading.updateValue(Loading(), forKey: instrument) == nil {
                for request in [watches, lastTicks] {
                    request.keys.beginRow()
                    request.keys.put(instrument.exchange)
                    request.keys.put(instrument.symbol)
                }
            }
            guard let identity = EventIdentity(event.decoded), seen.mustLookUp(identity) else { continue }
            if identities.insert(identity).inserted { wantedEvents.keys.append(identity) }
        }
        return [watches, lastTicks, wantedEvents].filter { $0.keys.rowCount > 0 }
    }

    public func absorb(_ request: ReadRequest, rows: any RowSource) throws(RowError) {
        for index in 0..<rows.rowCount {
            let row = RowReader(rows, table: request.table, row: index)
            if request.table == seenTable {
                try seen.absorb(row, table: request.table.name)
                continue
            }
            let instrument = InstrumentKey(exchange: try row.text(0), symbol: try row.text(1))
            if request.table == R.lastTicks {
                loading[instrument]?.last = try WatchedTick(row)
            } else {
                let key = WatchKey(userId: try row.text(2), id: try row.text(3))
                let definition = try R.definition(of: row, first: 4)
                loading[instrument]?.rows.append(
                    .init(
                        key: key, definition: definition,
                        state: try ReactorWatch<R.Definition>.state(of: row, after: R.columns.count),
                        origin: ReactorWatch<R.Definition>.origin(of: row, after: R.columns.count)))
            }
        }
        if request.table == R.lastTicks { finishLoading() }
    }

    /// The last ticks are asked for behind the watches, whenever anything is.
    private func finishLoading() {
        for (instrument, loaded) in loading {
            let book = newBook(instrument, last: loaded.last)
            book.load(loaded.rows)
            book.lastUse = useClock
            books[instrument] = book
        }
        loading = [:]
    }

    public func followUps() throws(FoldFailure) -> [ReadRequest] { [] }

    public func drain(into writes: WriteSet, state: Bool) {
        for book in dirty { book.drain(watches: writes.tables[0], lastTicks: writes.tables[1]) }
        dirty.removeAll(keepingCapacity: true)
        seen.drain(into: writes.tables[2].inserts)
    }

    public func committed() {
        seen.committed()
        batchesSinceTrim += 1
        guard batchesSinceTrim >= ProjectionLimits.batchesBetweenTrims else { return }
        batchesSinceTrim = 0
        trim()
    }

    /// Keeps the symbols of the latest batches when there are more watches than the limit; then those alone that are within it.
    private func trim() {
        // A symbol without watches takes about the memory of one.
        var count = books.values.reduce(0) { $0 + max(1, $1.count) }
        guard count > maximumCachedWatches else { return }
        let oldest = useClock - ProjectionLimits.batchesKeptByTrim
        for book in books.values.sorted(by: { $0.lastUse < $1.lastUse }) where count > maximumCachedWatches {
            guard book.lastUse <= oldest else { break }
            count -= max(1, book.count)
            books[book.instrument] = nil
        }
        recent = nil
    }

    public func forget() {
        books = [:]
        dirty = []
        recent = nil
        loading = [:]
        seen.forget()
        effects.clear()
    }

    public func finishRebuild(limit: Int) -> Bool { false }
}
