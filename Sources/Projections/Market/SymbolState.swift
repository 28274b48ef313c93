import Domain
import Events

/// A symbol in a fold's memory: its quote, and the days that are in use.
final class SymbolState {
    let key: InstrumentKey
    let schedule: ExchangeSchedule
    var quote: Quote?
    var isQuoteStored = false
    var isQuoteDirty = false
    /// By trading day, as days since 1970.
    var days: [Int32: DayState] = [:]
    var lastUse = 0
    private var current: DayState?

    init(key: InstrumentKey, schedule: ExchangeSchedule) {
        self.key = key
        self.schedule = schedule
    }

    /// The day that a tick at `time` belongs to; nil outside of any session.
    @inline(__always)
    func day(at time: Timestamp) -> DayState? {
        if let current, current.session.contains(time) { return current }
        return findDay(at: time)
    }

    private func findDay(at time: Timestamp) -> DayState? {
        guard let session = schedule.session(at: time) else { return nil }
        let day = days[session.tradingDay.dayNumber] ?? DayState(session: session)
        days[session.tradingDay.dayNumber] = day
        current = day
        return day
    }

    /// The session of `time` when its candles may be stored but are not in memory. A quote is as late as the latest
    /// tick ever folded, so a day that begins behind it has no candles yet.
    func missingSession(at time: Timestamp) -> SessionDay? {
        if let current, current.session.contains(time) { return nil }
        guard let session = schedule.session(at: time), days[session.tradingDay.dayNumber] == nil, let quote,
            quote.order.time >= session.preOpen
        else { return nil }
        return session
    }

    func dropDays(where isDropped: (DayState) -> Bool) {
        days = days.filter { !isDropped($0.value) }
        current = nil
    }

    /// Shows the tick unless it is older than the one shown; says whether it did.
    @inline(__always)
    func show(_ tick: MarketUpdated, order: TickOrder) -> Bool {
        guard let shown = quote?.order else {
            quote = Quote(order: order, lastPrice: tick.lastPrice, details: QuoteDetails(tick))
            return true
        }
        guard order > shown else { return false }
        // Within a session, which is where nearly all ticks are, nothing begins.
        if let current, current.session.contains(order.time), current.session.contains(shown.time) {
            quote?.apply(order: order, lastPrice: tick.lastPrice, details: QuoteDetails(tick))
        } else {
            quote?.apply(
                order: order, lastPrice: tick.lastPrice, details: QuoteDetails(tick),
                beginsSession: schedule.sessionBegan(after: shown.time, until: order.time),
                beginsDay: schedule.sessionDayBegan(after: shown.time, until: order.time))
        }
        return true
    }
}

extension QuoteDetails {
    init(_ tick: MarketUpdated) {
        self.init()
        lastQuantity = tick.lastQuantity
        volume = tick.volume
        dayOpen = tick.dayOpen
        dayHigh = tick.dayHigh
        dayLow = tick.dayLow
        previousClose = tick.previousClose
        bid = tick.bid
        ask = tick.ask
        bidQuantity = tick.bidQuantity
        askQuantity = tick.askQuantity
        openInterest = tick.openInterest
    }
}
