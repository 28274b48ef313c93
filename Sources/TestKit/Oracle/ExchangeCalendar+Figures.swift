import Domain

extension ExchangeCalendar {
    /// Whether a day's figures that were told at `earlier` still count at `later`: no session begins between them.
    public func keepsFigures(of exchange: String, from earlier: Timestamp, to later: Timestamp) -> Bool {
        let schedule = schedule(exchange)
        let days = schedule.tradingDays(from: schedule.tradingDay(at: earlier), through: schedule.tradingDay(at: later))
        return days.compactMap(schedule.session(on:)).allSatisfy { $0.preOpen <= earlier || later < $0.preOpen }
    }

    /// Whether a close that was told at `earlier` still is the one before `later`: they are of one day with a session, or no such
    /// day lies between them.
    public func keepsClose(of exchange: String, from earlier: Timestamp, to later: Timestamp) -> Bool {
        let schedule = schedule(exchange)
        let next = schedule.tradingDay(at: earlier).adding(days: 1)
        return schedule.tradingDays(from: next, through: schedule.tradingDay(at: later)).isEmpty
    }
}
