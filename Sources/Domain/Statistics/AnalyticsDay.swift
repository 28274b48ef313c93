/// The stored sums of a user's executions of one day on one exchange.
public struct AnalyticsDay: Hashable, Sendable {
    public var day: CivilDate
    public var exchange: String
    public var sums: TradingSums

    public init(day: CivilDate, exchange: String, sums: TradingSums) {
        self.day = day
        self.exchange = exchange
        self.sums = sums
    }
}

/// A user's days, put together: the sums of each day over all exchanges, and the curve of the equity.
public struct AnalyticsHistory: Hashable, Sendable {
    /// The sums of each day with an execution, over all exchanges.
    public let sums: [CivilDate: TradingSums]
    public let curve: EquityCurve

    /// Why there is no history.
    public enum Failure: Error, Equatable, Sendable {
        case outOfRange(NumberError)
        /// From the first to the last day of trading lie more than this many days.
        case tooManyDays(limit: Int)
    }

    /// - Parameters:
    ///   - days: in any order, days without executions among them.
    ///   - flows: completed deposits − withdrawals, ascending by day.
    ///   - dayLimit: the most days that the curve may have.
    public init(
        days: [AnalyticsDay], flows: [(day: CivilDate, amount: Amount)], calendar: ExchangeCalendar, dayLimit: Int
    ) throws(Failure) {
        let traded = days.filter { $0.sums.executions > 0 }
        guard
            let all = EquityCurve.days(
                traded: Set(traded.map(\.day)), exchanges: Set(traded.map(\.exchange)), calendar: calendar,
                limit: dayLimit)
        else { throw .tooManyDays(limit: dayLimit) }
        do throws(NumberError) {
            var sums: [CivilDate: TradingSums] = [:]
            for day in traded { try sums[day.day, default: TradingSums()].add(day.sums) }
            self.sums = sums
            curve = try EquityCurve(days: all, pnl: sums.mapValues(\.realizedPnl), flows: flows)
        } catch {
            throw .outOfRange(error)
        }
    }

    /// The sums of all days in `range`, and how many days had an execution.
    /// - Throws: `.outOfRange`.
    public func total(in range: ClosedRange<CivilDate>) throws(NumberError) -> (sums: TradingSums, tradingDays: Int) {
        var total = TradingSums()
        var count = 0
        for day in curve.days(in: range) {
            guard let sums = sums[day.day] else { continue }
            try total.add(sums)
            count += 1
        }
        return (total, count)
    }
}
