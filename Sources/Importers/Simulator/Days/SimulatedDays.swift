import Domain

/// Whole trading days of many people: instruments, price paths, orders from placing to their end, corrections, payments,
/// alerts, rules, watchlists. A pure function of its options; the same events for the same seed on every machine.
///
/// Each event has its share of a day's time (`SimulatedTimetable`). What happens in it is drawn: a tick, the next step of
/// an order on its way, or something that a user does by habit.
struct SimulatedDays {
    let options: SimulatorOptions
    let calendar: ExchangeCalendar
    var random: RandomSource
    var line = EventLine()
    var now: Timestamp
    var markets: [SimulatedMarket]
    var users: SimulatedUsers
    /// Orders on their way, by slot; free slots are used again.
    var orders: [SimulatedLivingOrder] = []
    var freeOrders: [Int] = []
    var agenda = SimulatedAgenda<SimulatedDue>()
    /// Listings whose master data is still to be told.
    var untold: [Int]
    /// Of the event being made, from 1: what ids are made of.
    var sequence = 0
    let idPrefix: [UInt8]
    private(set) var timetable: SimulatedTimetable
    /// Events of the day made so far.
    private var made = 0
    /// What people did on this day beside trading, of what they have to do at most.
    private var deeds = 0
    private let dailyDeeds: Int
    /// The listing that was ``nextTrading()`` last.
    private var turn = 0
    private let hasCommodities: Bool
    private let finalDay: CivilDate

    init(_ options: SimulatorOptions, _ calendar: ExchangeCalendar) {
        self.options = options
        self.calendar = calendar
        random = RandomSource(seed: options.seed ^ 0xD1B5_4A32_D192_ED03)
        let first = Self.session(onOrAfter: options.firstDay, calendar)
        var last = first
        for _ in 1..<max(2, options.days) where options.days > 1 {
            last = Self.session(onOrAfter: last.tradingDay.adding(days: 1), calendar)
        }
        finalDay = last.tradingDay
        let listings = (0..<options.symbols).map { SimulatedListing(index: $0, lastDay: last.tradingDay) }
        hasCommodities = listings.contains { $0.kind == .commodity }
        dailyDeeds = options.users * ImportersLimits.maximumSimulatedDeedsPerUserDay
        markets = listings.map(SimulatedMarket.init)
        users = SimulatedUsers(options.users, listings)
        untold = Array((0..<options.symbols).reversed())
        // Other than the plain kinds' ids: both may be sent to one system.
        idPrefix = Array("days-\(options.seed)-".utf8)
        timetable = SimulatedTimetable(
            first, evening: Self.evening(first, hasCommodities, calendar), events: Self.events(of: options),
            quietEvents: dailyDeeds)
        now = timetable.start
        line.reserve(1_024)
    }

    private static func events(of options: SimulatorOptions) -> Int {
        max(1, (options.events + options.days - 1) / options.days)
    }

    private static func evening(
        _ session: SessionDay, _ hasCommodities: Bool, _ calendar: ExchangeCalendar
    ) -> Timestamp? {
        hasCommodities ? calendar.session("MCX", on: session.tradingDay)?.close : nil
    }

    /// The exchange's next day with a session.
    private static func session(onOrAfter date: CivilDate, _ calendar: ExchangeCalendar) -> SessionDay {
        let schedule = calendar.schedule("NSE")
        for days in 0..<31 {
            if let session = schedule.session(on: date.adding(days: days)) { return session }
        }
        preconditionFailure("a month without a session")
    }

    /// Writes the next event into `line`.
    mutating func makeEvent(_ sequence: Int) -> (topic: String, key: String) {
        self.sequence = sequence
        if made == timetable.events, timetable.date < finalDay { beginDay() }
        let moment = timetable.moment(made, &random)
        // Strictly later than the event before: of two ticks at one moment the log's order would decide.
        now = max(moment, now.adding(microseconds: 1))
        made += 1
        line.clear()
        return draw()
    }

    private mutating func beginDay() {
        let session = Self.session(onOrAfter: timetable.date.adding(days: 1), calendar)
        timetable = SimulatedTimetable(
            session, evening: Self.evening(session, hasCommodities, calendar), events: timetable.events,
            quietEvents: dailyDeeds)
        made = 0
        deeds = 0
        // Now and then an exchange changes a lot size, a name or a symbol overnight.
        if random.chance(perMille: 400) { changeMaster() }
    }

    private mutating func draw() -> (topic: String, key: String) {
        if !untold.isEmpty, !isOpen("NSE") || random.chance(perMille: 150), let index = untold.popLast() {
            return tellMaster(index)
        }
        if isOpen("NSE") || (hasCommodities && isOpen("MCX")) {
            if random.chance(perMille: options.ticksPerMille), let tick = makeTick() { return tick }
            if let step = nextDue() { return step }
            if random.chance(perMille: 60), let deed = doOneMoreThing() { return deed }
            return act() ?? makeTick() ?? doOneMoreThing() ?? makeTick(of: nextTrading()) ?? housekeeping()
        }
        return nextDue() ?? housekeeping()
    }

    /// What people do beside trading; nil when they have done what they do on a day.
    private mutating func doOneMoreThing() -> (topic: String, key: String)? {
        guard deeds < dailyDeeds else { return nil }
        deeds += 1
        return housekeeping()
    }

    private func isOpen(_ exchange: String) -> Bool {
        calendar.session(exchange, on: timetable.date).map { now >= $0.open && now < $0.close } ?? false
    }

    /// What was to happen by now, and could: orders that wait for their price are put off without an event.
    private mutating func nextDue() -> (topic: String, key: String)? {
        for _ in 0..<8 {
            guard let due = agenda.firstDue, due <= now.microseconds, let item = agenda.removeFirst() else {
                return nil
            }
            switch item {
            case .order(let slot):
                if let event = advance(slot) { return event }
            case .correction(let trade): return correct(trade)
            case .reading(let user, let trade): return readNotification(user: user, trade: trade)
            }
        }
        return nil
    }

    /// A listing that trades now, the first ones oftener; nil after a few that do not.
    mutating func anyTrading(where fits: (SimulatedListing) -> Bool = { _ in true }) -> Int? {
        for _ in 0..<6 {
            let index = random.below(markets.count) * random.below(markets.count) / markets.count
            if fits(markets[index].listing), isTrading(index) { return index }
        }
        return nil
    }

    /// The next listing in turn that trades now; nil where none does.
    private mutating func nextTrading() -> Int? {
        for _ in markets.indices {
            turn = (turn + 1) % markets.count
            if isTrading(turn) { return turn }
        }
        return nil
    }

    /// Begins the listing's day where it has not begun.
    mutating func isTrading(_ index: Int) -> Bool {
        openMarket(index)
        return markets[index].isTrading(at: now)
    }

    mutating func openMarket(_ index: Int) {
        let exchange = markets[index].listing.exchange
        markets[index].open(
            timetable.date, calendar.session("\(exchange)", on: timetable.date), &random)
    }
}

/// What an agenda holds.
enum SimulatedDue {
    /// The next step of the order in this slot.
    case order(Int)
    case correction(SimulatedTrade)
    /// The user reads about a fill.
    case reading(user: Int, trade: Int)
}

/// An execution that will be corrected.
struct SimulatedTrade {
    /// The number that its id holds.
    let number: Int
    let user: Int
    let ticks: Int64
    let quantity: Int64
    let market: Int
    let isBuy: Bool
}
