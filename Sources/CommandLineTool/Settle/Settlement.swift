import Domain
import Events

/// An expired contract's open lots in one book.
struct OpenContract: Equatable {
    var userId: String
    var account: String
    /// As the position has it: exchange:symbol, or an ISIN.
    var instrument: String
    var contract: InstrumentKey
    /// Of all open lots; negative when short.
    var quantity: Quantity
    /// Of the open lots; more than one can't be closed by one execution.
    var multipliers: [Fixed8]
    /// Settlements of this book that the view has already, which a late execution has opened again.
    var settledBefore: Int
}

/// Plans the executions that close expired contracts: a pure function of what is open, of prices and of the day.
struct Settlement {
    static let source = "/tapefold/settle"
    private static let tag = "settlement"

    let day: CivilDate
    let calendar: ExchangeCalendar

    struct Plan {
        var events: [DecodedEvent] = []
        /// Why nothing may be sent.
        var problems: [String] = []
    }

    func plan(_ open: [OpenContract], prices: [InstrumentKey: Price]) -> Plan {
        var plan = Plan()
        var unpriced: Set<InstrumentKey> = []
        for book in open {
            guard let price = prices[book.contract] else {
                unpriced.insert(book.contract)
                continue
            }
            guard let multiplier = book.multipliers.first, book.multipliers.count == 1 else {
                plan.problems.append(
                    "\(book.userId)'s lots of \(book.contract) have \(book.multipliers.count) multipliers "
                        + "(\(book.multipliers.map(\.description).joined(separator: ", "))): amend the executions first"
                )
                continue
            }
            plan.events.append(event(book, price, multiplier))
        }
        plan.problems += unpriced.sorted().map {
            "no settlement price of \($0) for \(day): the market view has no close of that day; give one by --prices"
        }
        return plan
    }

    /// The exchanges, with what is open there, whose session of the day has not ended by `now`: what the market shows is
    /// a price on the way then, and who holds what may still change.
    func unfinished(_ open: [OpenContract], now: Timestamp) -> [String] {
        Set(open.map(\.contract.exchange)).sorted().compactMap { exchange in
            let end = time(on: exchange)
            guard end > now else { return nil }
            return "the day of \(exchange) is not over: \(day) ends there at \(end), and it is \(now)"
        }
    }

    private func event(_ book: OpenContract, _ price: Price, _ multiplier: Fixed8) -> DecodedEvent {
        let time = time(on: book.contract.exchange)
        let isShort = book.quantity.units < 0
        let name = book.contract.description
        let trade = TradeExecuted(
            tradeId: tradeId(book), userId: book.userId, exchange: book.contract.exchange, symbol: book.contract.symbol,
            side: isShort ? .buy : .sell, quantity: Quantity(units: abs(book.quantity.units)), price: price,
            executedAt: time, account: book.account, isin: book.instrument == name ? nil : book.instrument,
            multiplier: multiplier,
            details: EventDetails(tags: [Self.tag], notes: "settled at expiry on \(day)"))
        return DecodedEvent(
            envelope: Envelope(id: trade.tradeId, source: Self.source, time: time, subject: book.userId),
            payload: .tradeExecuted(trade))
    }

    /// The session's close, so that the settlement stands behind every execution of the contract; the day's last moment
    /// where the calendar knows no session.
    func time(on exchange: String) -> Timestamp {
        let schedule = calendar.schedule(exchange)
        if let session = schedule.session(on: day) { return session.close }
        return Timestamp(day, minutes: 1_440, offsetMinutes: schedule.offsetMinutes).adding(microseconds: -1)
    }

    /// The same for the same book and day, whoever settles it and when; the next for a book that was opened again.
    private func tradeId(_ book: OpenContract) -> String {
        let account = book.account == EventDefaults.account ? "" : ":\(book.account)"
        let text = Self.idPrefix + "\(day):\(book.contract)\(account)"
        // Long accounts leave no room: then a hash tells them apart.
        let fits = text.unicodeScalars.count <= EventsLimits.maximumIdentifierCharacters - 4
        let id = fits ? text : Self.idPrefix + "\(day):\(ContentHash(of: text))"
        return book.settledBefore == 0 ? id : "\(id)#\(book.settledBefore + 1)"
    }

    static let idPrefix = "settlement:"
}
