import Domain
import Events

/// An expired contract's open lots in one book.
struct OpenContract: Equatable {
    var userId: String
    var account: String
    /// As the position has it: exchange:symbol, or an ISIN.
    var instrument: String
    var contract: InstrumentKey
    /// The day on which it expired, at whose close it is settled.
    var expiry: CivilDate
    /// Of all open lots; negative when short.
    var quantity: Quantity
    /// Of the open lots; more than one can't be closed by one execution.
    var multipliers: [Fixed8]
    /// The user's settlements of that expiry, also those that are void or were moved to another book: their ids say what
    /// they said for ever.
    var usedIds: Set<String>
}

/// Plans the executions that close expired contracts: a pure function of what is open and of prices.
struct Settlement {
    static let source = "/tapefold/settle"
    private static let tag = "settlement"

    let calendar: ExchangeCalendar

    struct Plan {
        var events: [DecodedEvent] = []
        /// Why nothing may be sent.
        var problems: [String] = []
    }

    func plan(_ open: [OpenContract], prices: [InstrumentKey: Price]) -> Plan {
        var plan = Plan()
        var unpriced: [InstrumentKey: CivilDate] = [:]
        for book in open {
            guard let price = prices[book.contract] else {
                unpriced[book.contract] = book.expiry
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
        plan.problems += unpriced.sorted { $0.key < $1.key }.map { contract, expiry in
            "no settlement price of \(contract) for \(expiry): the market view has no close of that day; give one by --prices"
        }
        return plan
    }

    /// The last days, with what is open then, whose session has not ended by `now`: what the market shows is a price on
    /// the way, and who holds what may still change.
    func unfinished(_ open: [OpenContract], now: Timestamp) -> [String] {
        var ends: [String: String] = [:]
        for book in open {
            let exchange = book.contract.exchange
            let end = time(of: book.expiry, on: exchange)
            guard end > now else { continue }
            ends["\(exchange) \(book.expiry)"] =
                "the day of \(exchange) is not over: \(book.expiry) ends there at \(end), and it is \(now)"
        }
        return ends.sorted { $0.key < $1.key }.map(\.value)
    }

    private func event(_ book: OpenContract, _ price: Price, _ multiplier: Fixed8) -> DecodedEvent {
        let time = time(of: book.expiry, on: book.contract.exchange)
        let isShort = book.quantity.units < 0
        let name = book.contract.description
        let trade = TradeExecuted(
            tradeId: tradeId(book), userId: book.userId, exchange: book.contract.exchange, symbol: book.contract.symbol,
            side: isShort ? .buy : .sell, quantity: Quantity(units: abs(book.quantity.units)), price: price,
            executedAt: time, account: book.account, isin: book.instrument == name ? nil : book.instrument,
            multiplier: multiplier,
            details: EventDetails(tags: [Self.tag], notes: "settled at expiry on \(book.expiry)"))
        return DecodedEvent(
            envelope: Envelope(id: trade.tradeId, source: Self.source, time: time, subject: book.userId),
            payload: .tradeExecuted(trade))
    }

    /// The session's close, so that the settlement stands behind every execution of the contract; the day's last moment
    /// where the calendar knows no session.
    func time(of day: CivilDate, on exchange: String) -> Timestamp {
        let schedule = calendar.schedule(exchange)
        if let session = schedule.session(on: day) { return session.close }
        return Timestamp(day, minutes: 1_440, offsetMinutes: schedule.offsetMinutes).adding(microseconds: -1)
    }

    /// The same for the same book and expiry, whoever settles it and when; the next for a book that was opened again, by a late
    /// execution or because its settlement was taken back.
    private func tradeId(_ book: OpenContract) -> String {
        let account = book.account == EventDefaults.account ? "" : ":\(book.account)"
        let text = Self.idPrefix + "\(book.expiry):\(book.contract)\(account)"
        // Long accounts leave no room: then a hash tells them apart.
        let fits = text.unicodeScalars.count <= EventsLimits.maximumIdentifierCharacters - 4
        let id = fits ? text : Self.idPrefix + "\(book.expiry):\(ContentHash(of: text))"
        var (candidate, number) = (id, 1)
        while book.usedIds.contains(candidate) {
            number += 1
            candidate = "\(id)#\(number)"
        }
        return candidate
    }

    static let idPrefix = "settlement:"
}
