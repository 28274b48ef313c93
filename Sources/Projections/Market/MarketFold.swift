import Domain
import Events

/// Folds ticks into quotes, candles of six intervals and, unless told otherwise, a ledger of ticks.
///
/// A tick in order costs one look-up of its symbol; only a change of day asks the calendar. Ticks may come late and
/// more than once. Nothing depends on the mode: a rebuild reads days and quotes by key as the live fold does.
public final class MarketFold: ViewFold {
    public static var schema: ViewSchema { MarketView.definition }

    let lane: Int
    let settings: MarketSettings
    var symbols = SymbolTable()
    var dirtyQuotes: [SymbolState] = []
    var dirtyDays: [(key: InstrumentKey, day: DayState)] = []
    var pendingTicks: [PendingTick] = []
    var useClock = 0
    var lastTrim = 0
    /// Smaller in tests.
    var maximumCachedMinutes = ProjectionLimits.maximumCachedMinutes
    var maximumCachedSymbols = ProjectionLimits.maximumCachedSymbols
    let scratch = ByteBuffer()
    /// Ticks that changed no candle: outside of any session, or of a source that is not the day's.
    public private(set) var ticksWithoutCandle = 0

    /// Traps when the process's settings can't be read; see ``MarketSettings/ofProcess``.
    public convenience init(mode: FoldMode, lane: Int) {
        self.init(mode: mode, lane: lane, settings: .required)
    }

    public init(mode: FoldMode, lane: Int, settings: MarketSettings) {
        self.lane = lane
        self.settings = settings
    }

    public var rememberedIdentities: Int { 0 }

    public var unflushedKeys: Int { dirtyDays.count }

    public func parkingKey(of event: FoldEvent) -> String { event.decoded.payload.partitionKey }

    public static func parkingKey(of readable: ReadableKey, kind: EventKind) -> String? { readable.symbol }

    public func fold(_ event: FoldEvent) -> FoldOutcome {
        switch event.decoded.payload {
        case .marketUpdated(let tick): fold(tick, of: event.decoded.envelope, at: event.offset)
        default: .skipped(reason: "not an event of this view")
        }
    }

    private func fold(_ tick: MarketUpdated, of envelope: Envelope, at offset: Int64) -> FoldOutcome {
        let symbol = symbol(exchange: tick.exchange, symbol: tick.symbol)
        let order = TickOrder(time: envelope.time, offset: offset)
        if let day = symbol.day(at: order.time) {
            switch day.take(tick, order: order, of: envelope) {
            case .taken: note(day, of: symbol)
            case .repeated: return .duplicate
            case .otherSource: ticksWithoutCandle += 1
            }
        } else {
            ticksWithoutCandle += 1
        }
        if symbol.show(tick, order: order), !symbol.isQuoteDirty {
            symbol.isQuoteDirty = true
            symbol.lastUse = useClock
            dirtyQuotes.append(symbol)
        }
        if settings.keepsTicks {
            pendingTicks.append(PendingTick(tick, of: symbol, order: order, hash: EventHash.of(envelope)))
        }
        return .folded
    }

    @inline(__always)
    private func note(_ day: DayState, of symbol: SymbolState) {
        guard !day.isDirty else { return }
        day.isDirty = true
        day.lastUse = useClock
        symbol.lastUse = useClock
        dirtyDays.append((symbol.key, day))
    }

    @inline(__always)
    func symbol(exchange: String, symbol: String) -> SymbolState {
        symbols.find(exchange: exchange, symbol: symbol) ?? newSymbol(InstrumentKey(exchange: exchange, symbol: symbol))
    }

    private func newSymbol(_ key: InstrumentKey) -> SymbolState {
        let new = SymbolState(key: key, schedule: settings.calendar.schedule(key.exchange))
        new.lastUse = useClock
        symbols.insert(new)
        return new
    }

    public func followUps() throws(FoldFailure) -> [ReadRequest] { [] }

    public func finishRebuild(limit: Int) -> Bool { false }
}
