import Domain

/// One listing's day: its path and the figures that an exchange publishes.
struct SimulatedMarket {
    var listing: SimulatedListing
    private(set) var ticks: Int64
    private(set) var volume: Int64 = 0
    private(set) var dayOpen: Int64 = 0
    private(set) var dayHigh: Int64 = 0
    private(set) var dayLow: Int64 = 0
    private(set) var previousClose: Int64
    /// Of a future or option, in contracts.
    private(set) var openInterest: Int64
    private(set) var path: SimulatedPricePath?
    private var day: CivilDate?
    var session: SessionDay?

    init(_ listing: SimulatedListing) {
        self.listing = listing
        ticks = listing.startTicks
        previousClose = listing.startTicks
        openInterest = listing.isEquity ? 0 : 10_000
    }

    /// Begins the day of `session` unless it has begun; nil: no session on that day.
    mutating func open(_ date: CivilDate, _ session: SessionDay?, _ random: inout RandomSource) {
        guard day != date else { return }
        day = date
        self.session = session
        previousClose = ticks
        volume = 0
        guard let session else {
            path = nil
            return
        }
        path = SimulatedPricePath(previousClose: ticks, listing: listing, session: session, &random)
        dayOpen = 0
    }

    /// Trades happen, and ticks come, at this moment.
    func isTrading(at time: Timestamp) -> Bool {
        guard let session, let path, time >= session.open, time < session.close else { return false }
        if let expiry = listing.expiry, session.tradingDay > expiry { return false }
        return !path.isHalted(at: time)
    }

    /// No order of the day can be filled any more.
    func isClosed(at time: Timestamp) -> Bool { session.map { time >= $0.close } ?? true }

    /// Moves the price to this moment.
    mutating func move(to time: Timestamp, _ random: inout RandomSource) {
        guard let path else { return }
        ticks = path.ticks(at: time, &random)
        if dayOpen == 0 { (dayOpen, dayHigh, dayLow) = (ticks, ticks, ticks) }
        dayHigh = max(dayHigh, ticks)
        dayLow = min(dayLow, ticks)
    }

    mutating func trade(_ quantity: Int64, _ random: inout RandomSource) {
        volume += quantity
        if !listing.isEquity { openInterest = max(0, openInterest + Int64(random.within(-2...2))) }
    }

    func isLocked(forBuyer: Bool) -> Bool { path?.isLocked(ticks, forBuyer: forBuyer) ?? true }
}
