/// Where a user's capital comes from.
public enum CapitalBasis: String, Hashable, Sendable {
    /// Completed deposits less withdrawals.
    case payments
    /// There are none at all: ``EquityCurve/assumedCapital`` stands in.
    case assumed
}

/// One day of the curve.
public struct EquityDay: Hashable, Sendable {
    public var day: CivilDate
    /// Realised on this day.
    public var pnl: Amount
    /// Deposits − withdrawals of this day, and of days before it that the curve does not have.
    public var flow: Amount
    /// Of the day before + flow + pnl.
    public var equity: Amount
    /// pnl / (equity of the day before + flow), a fraction; nil where that is zero or below.
    public var dailyReturn: Double?

    public init(day: CivilDate, pnl: Amount, flow: Amount, equity: Amount, dailyReturn: Double?) {
        self.day = day
        self.pnl = pnl
        self.flow = flow
        self.equity = equity
        self.dailyReturn = dailyReturn
    }
}

/// equity(d) = equity(d−1) + flow(d) + pnl(d); r(d) = pnl(d) / (equity(d−1) + flow(d)).
///
/// Money paid in takes part in the day's return from its morning on, so that a deposit alone is no gain. Source: the
/// true daily time-weighted return of the CFA Institute's GIPS, with flows at the start of the day.
public struct EquityCurve: Hashable, Sendable {
    public let basis: CapitalBasis
    public let days: [EquityDay]

    /// The capital before the first day where nothing was ever paid in or out: 1 000 000 in the trades' currency.
    public static var assumedCapital: Amount { Amount(units: 1_000_000 * Int128(Fixed8.unitsPerOne)) }

    /// - Parameters:
    ///   - days: the days of the curve, ascending, each once.
    ///   - pnl: what was realised, by day; each of its days must be among `days`.
    ///   - flows: completed deposits − withdrawals, by day, ascending. One on a day that is not among `days` counts on the next
    ///     that is; what comes behind the last is left out.
    /// - Throws: `.outOfRange`.
    public init(days: [CivilDate], pnl: [CivilDate: Amount], flows: [(day: CivilDate, amount: Amount)])
        throws(NumberError)
    {
        basis = flows.isEmpty ? .assumed : .payments
        var equity = flows.isEmpty ? Self.assumedCapital : .zero
        var pending = flows[...]
        var result: [EquityDay] = []
        result.reserveCapacity(days.count)
        for day in days {
            var flow = Amount.zero
            while let next = pending.first, next.day <= day {
                try flow += next.amount
                pending.removeFirst()
            }
            let earned = pnl[day] ?? .zero
            let base = try equity + flow
            equity = try base + earned
            result.append(
                EquityDay(
                    day: day, pnl: earned, flow: flow, equity: equity,
                    dailyReturn: base.isPositive ? earned.ratio(to: base) : nil))
        }
        self.days = result
    }

    /// The days of the curve that lie in `range`.
    public func days(in range: ClosedRange<CivilDate>) -> ArraySlice<EquityDay> {
        let first = days.partitioningIndex { $0.day >= range.lowerBound }
        let end = days.partitioningIndex { $0.day > range.upperBound }
        return days[first..<max(first, end)]
    }

    /// The days from the first through the last on which a user traded: those on which an exchange that they traded on
    /// had a session, and those on which they traded all the same.
    ///
    /// - Returns: ascending; nil when they would be more than `limit`.
    public static func days(
        traded: Set<CivilDate>, exchanges: Set<String>, calendar: ExchangeCalendar, limit: Int
    ) -> [CivilDate]? {
        guard let first = traded.min(), let last = traded.max() else { return [] }
        guard Int(last.dayNumber) - Int(first.dayNumber) < limit else { return nil }
        let schedules = exchanges.map(calendar.schedule)
        return (first.dayNumber...last.dayNumber).lazy.map(CivilDate.init(dayNumber:)).filter { day in
            traded.contains(day) || schedules.contains { $0.session(on: day) != nil }
        }
    }
}

extension Array {
    /// Where a sorted array's second part begins: the first index whose element is `second`.
    fileprivate func partitioningIndex(where isSecond: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = low + (high - low) / 2
            if isSecond(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
