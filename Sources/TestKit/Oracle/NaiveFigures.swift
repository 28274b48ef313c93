import Domain
import Foundation

/// Every figure of a user's analytics, from the list of their trades, each by its definition and nothing else.
public struct NaiveFigures {
    /// Counts and amounts, spelt out; what has no value is absent.
    public var exact: [String: String] = [:]
    /// Ratios in binary floating point; what has no value is absent.
    public var ratios: [String: Double] = [:]

    public init() {}
}

extension NaiveAnalytics {
    /// - Parameters:
    ///   - currency: of the payments that count.
    ///   - riskFreeRate: of a year, as a fraction.
    public func figures(
        user: String, in range: ClosedRange<CivilDate>, currency: String, riskFreeRate: Double,
        calendar: ExchangeCalendar
    ) -> NaiveFigures {
        let all = executions.filter { $0.trade.userId == user && !$0.isVoid }
        let chosen = all.filter { range.contains($0.day) }
        let closing = chosen.filter(\.isClosing).sorted { left, right in
            if left.trade.executedAt != right.trade.executedAt { return left.trade.executedAt < right.trade.executedAt }
            return Array(left.trade.tradeId.utf8).lexicographicallyPrecedes(Array(right.trade.tradeId.utf8))
        }
        var figures = NaiveFigures()
        add(trades: closing, chosen, to: &figures)
        add(curve: all, user: user, range, currency, riskFreeRate, calendar, to: &figures)
        return figures
    }

    private func add(trades closing: [Execution], _ chosen: [Execution], to figures: inout NaiveFigures) {
        let pnls = closing.map(\.realized)
        let (wins, losses) = (pnls.filter { $0 > 0 }, pnls.filter { $0 < 0 })
        let realized = pnls.reduce(0, +)
        let gross = closing.reduce(Int128(0)) { $0 + $1.gross }
        let fees = chosen.reduce(Int128(0)) { $0 + Int128($1.trade.fees.units) }
        let days = Set(chosen.map(\.day))
        figures.exact["executions"] = "\(chosen.count)"
        figures.exact["trades"] = "\(closing.count)"
        figures.exact["wins"] = "\(wins.count)"
        figures.exact["losses"] = "\(losses.count)"
        figures.exact["fees"] = "\(fees)"
        figures.exact["realizedPnl"] = "\(realized)"
        figures.exact["netPnl"] = "\(gross - fees)"
        figures.exact["averageWin"] = Self.mean(wins)
        figures.exact["averageLoss"] = Self.mean(losses)
        figures.exact["expectancy"] = Self.mean(pnls)
        figures.exact["averageHeld"] = Self.mean(closing.map(\.heldMicroseconds))
        figures.exact["largestWin"] = wins.max().map { "\($0)" }
        figures.exact["largestLoss"] = losses.min().map { "\($0)" }
        figures.exact["winStreak"] = "\(Self.longest(pnls) { $0 > 0 })"
        figures.exact["lossStreak"] = "\(Self.longest(pnls) { $0 < 0 })"
        figures.exact["tradingDays"] = "\(days.count)"
        let (profit, loss) = (Double(wins.reduce(0, +)), -Double(losses.reduce(0, +)))
        let decided = wins.count + losses.count
        figures.ratios["winRate"] = decided == 0 ? nil : Double(wins.count) / Double(decided) * 100
        figures.ratios["profitFactor"] = losses.isEmpty ? nil : profit / loss
        figures.ratios["payoffRatio"] =
            wins.isEmpty || losses.isEmpty ? nil : (profit / Double(wins.count)) / (loss / Double(losses.count))
        figures.ratios["tradesPerDay"] = days.isEmpty ? nil : Double(closing.count) / Double(days.count)
    }

    /// Half-even, by trying.
    private static func mean(_ values: [Int128]) -> String? {
        guard !values.isEmpty else { return nil }
        let (sum, count) = (values.reduce(0, +), Int128(values.count))
        let floor = (sum - ((sum % count) + count) % count) / count
        let twice = 2 * (sum - floor * count)
        let isUp = twice > count || (twice == count && floor % 2 != 0)
        return "\(isUp ? floor + 1 : floor)"
    }

    private static func longest(_ pnls: [Int128], where isCounted: (Int128) -> Bool) -> Int {
        pnls.split(omittingEmptySubsequences: true) { !isCounted($0) }.map(\.count).max() ?? 0
    }

    private func add(
        curve all: [Execution], user: String, _ range: ClosedRange<CivilDate>, _ currency: String,
        _ riskFreeRate: Double,
        _ calendar: ExchangeCalendar, to figures: inout NaiveFigures
    ) {
        let flows = payments.filter { payment, _ in
            payment.userId == user && payment.status == .completed && payment.currency == currency
                && (payment.kind == .deposit || payment.kind == .withdrawal)
        }
        func paid(through day: CivilDate) -> Int128 {
            flows.filter { Self.day($0.time, "NSE") <= day }.reduce(0) { sum, flow in
                let amount = Int128(flow.payment.amount.units)
                return flow.payment.kind == .deposit ? sum + amount : sum - amount
            }
        }
        func earned(before day: CivilDate) -> Int128 { all.filter { $0.day < day }.reduce(0) { $0 + $1.realized } }
        func earned(on day: CivilDate) -> Int128 { all.filter { $0.day == day }.reduce(0) { $0 + $1.realized } }
        let start: Int128 = flows.isEmpty ? 1_000_000 * 100_000_000 : 0
        let days = Self.tradingDays(all, calendar).filter { range.contains($0) }
        var returns: [Double] = []
        var (index, peak, worstPercent) = (1.0, 1.0, 0.0)
        var (sum, highest, deepest) = (Int128(0), Int128(0), Int128(0))
        var equities: [String] = []
        for day in days {
            let base = start + paid(through: day) + earned(before: day)
            let pnl = earned(on: day)
            equities.append("\(base + pnl)")
            sum += pnl
            highest = max(highest, sum)
            deepest = min(deepest, sum - highest)
            guard base > 0 else { continue }
            returns.append(Double(pnl) / Double(base))
            index = max(0, index * (1 + Double(pnl) / Double(base)))
            peak = max(peak, index)
            worstPercent = min(worstPercent, (index - peak) / peak * 100)
        }
        figures.exact["equity"] = equities.joined(separator: " ")
        figures.exact["maxDrawdown"] = days.isEmpty ? nil : "\(deepest)"
        figures.ratios["recoveryFactor"] = deepest == 0 ? nil : Double(sum) / -Double(deepest)
        figures.ratios["maxDrawdownPercent"] = returns.isEmpty ? nil : worstPercent
        figures.ratios["totalReturn"] = returns.isEmpty ? nil : (index - 1) * 100
        add(returns, of: days.count, index: index, worstPercent: worstPercent, riskFreeRate, to: &figures)
    }

    private func add(
        _ returns: [Double], of days: Int, index: Double, worstPercent: Double, _ riskFreeRate: Double,
        to figures: inout NaiveFigures
    ) {
        let count = Double(returns.count)
        let excess = returns.map { $0 - riskFreeRate / 252 }
        let mean = excess.reduce(0, +) / count
        let variance = excess.map { pow($0 - mean, 2) }.reduce(0, +) / (count - 1)
        let downside = excess.map { $0 < 0 ? $0 * $0 : 0 }.reduce(0, +) / count
        let isVaried = Set(returns).count > 1
        let annual = pow(index, 252 / Double(days)) - 1
        figures.ratios["sharpe"] = isVaried ? mean / sqrt(variance) * sqrt(252) : nil
        figures.ratios["sortino"] = count > 1 && downside > 0 ? mean / sqrt(downside) * sqrt(252) : nil
        figures.ratios["annualReturn"] = count > 1 ? annual * 100 : nil
        figures.ratios["calmar"] = count > 1 && worstPercent < 0 ? annual / (-worstPercent / 100) : nil
    }

    private static func tradingDays(_ all: [Execution], _ calendar: ExchangeCalendar) -> [CivilDate] {
        let traded = Set(all.map(\.day))
        let exchanges = Set(all.map(\.trade.exchange))
        guard let first = traded.min(), let last = traded.max() else { return [] }
        var days: [CivilDate] = []
        var day = first
        while day <= last {
            if traded.contains(day) || exchanges.contains(where: { calendar.session($0, on: day) != nil }) {
                days.append(day)
            }
            day = day.adding(days: 1)
        }
        return days
    }
}
