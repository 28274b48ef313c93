import Domain
import Projections
import TestKit

/// What the read API makes of the view's rows, here from tables in memory.
struct StoredAnalytics {
    private let history: AnalyticsHistory
    private let closed: [(facts: ClosedTradeFacts, order: FillOrder)]

    init(_ store: MemoryViewStore, user: String, currency: String, calendar: ExchangeCalendar) throws {
        let days = try store.presented("days").filter { $0["user_id"] == user }.map(Self.day)
        let flows = try store.presented("payments").filter { row in
            row["user_id"] == user && row["status"] == "completed" && row["currency"] == currency
                && ["deposit", "withdrawal"].contains(row["kind"])
        }.map { row in
            let amount = try Amount(parsing: row["amount_e8"] ?? "")
            return (day: try Self.date(row["trading_day"]), amount: row["kind"] == "deposit" ? amount : -amount)
        }.sorted { $0.day < $1.day }
        history = try AnalyticsHistory(days: days, flows: flows, calendar: calendar, dayLimit: 100_000)
        closed = try store.presented("trades").filter { $0["user_id"] == user && $0["closed_quantity_e8"] != nil }
            .map { row in
                let time = try Timestamp(parsing: row["executed_at"] ?? "")
                let instrument = InstrumentKey(exchange: row["exchange"] ?? "", symbol: row["symbol"] ?? "")
                let facts = ClosedTradeFacts(
                    day: try Self.date(row["trading_day"]), hour: 0, instrument: instrument, category: row["category"],
                    strategy: nil, grossPnl: try Amount(parsing: row["gross_pnl"] ?? ""),
                    realizedPnl: try Amount(parsing: row["realized_pnl"] ?? ""))
                return (facts, FillOrder(executedAt: time, tradeId: row["trade_id"] ?? ""))
            }.sorted { $0.order < $1.order }
    }

    private struct Malformed: Error {}

    private static func date(_ text: String?) throws -> CivilDate {
        guard let date = text.flatMap(CivilDate.init(parsing:)) else { throw Malformed() }
        return date
    }

    private static func day(_ row: PresentedRow) throws -> AnalyticsDay {
        var sums = TradingSums()
        func amount(_ name: String) throws -> Amount { try Amount(parsing: row[name] ?? "") }
        sums.executions = Int64(row["executions"] ?? "") ?? -1
        sums.fees = try amount("fees")
        sums.winningTrades = Int64(row["winning_trades"] ?? "") ?? -1
        sums.losingTrades = Int64(row["losing_trades"] ?? "") ?? -1
        sums.breakEvenTrades = Int64(row["break_even_trades"] ?? "") ?? -1
        sums.grossPnl = try amount("gross_pnl")
        sums.grossProfit = try amount("gross_profit")
        sums.grossLoss = try amount("gross_loss")
        sums.heldMicroseconds = try amount("held_seconds").units / 100
        return AnalyticsDay(day: try date(row["day"]), exchange: row["exchange"] ?? "", sums: sums)
    }

    func figures(in range: ClosedRange<CivilDate>, riskFreeRate: Double) throws -> NaiveFigures {
        let report = try AnalyticsReport(history, in: range, riskFreeRate: riskFreeRate)
        var breakdown = ClosedTradeBreakdown()
        for trade in closed where range.contains(trade.facts.day) { try breakdown.add(trade.facts) }
        var figures = NaiveFigures()
        let sums = report.sums
        func note(_ name: String, _ value: (any BinaryInteger)?) { figures.exact[name] = value.map { "\($0)" } }
        note("executions", sums.executions)
        note("trades", sums.totalTrades)
        note("wins", sums.winningTrades)
        note("losses", sums.losingTrades)
        note("fees", sums.fees.units)
        note("realizedPnl", sums.realizedPnl.units)
        note("netPnl", sums.netPnl.units)
        note("averageWin", sums.averageWin?.units)
        note("averageLoss", sums.averageLoss?.units)
        note("expectancy", sums.expectancy?.units)
        note("averageHeld", sums.averageHeldMicroseconds)
        note("largestWin", breakdown.largestWin?.units)
        note("largestLoss", breakdown.largestLoss?.units)
        note("winStreak", breakdown.streaks.longestWinning)
        note("lossStreak", breakdown.streaks.longestLosing)
        note("tradingDays", report.tradingDays)
        note("maxDrawdown", report.maximumDrawdown?.units)
        figures.exact["equity"] = report.days.map { "\($0.equity.units)" }.joined(separator: " ")
        figures.ratios["winRate"] = sums.winRatePercent
        figures.ratios["profitFactor"] = sums.profitFactor
        figures.ratios["payoffRatio"] = sums.payoffRatio
        figures.ratios["tradesPerDay"] = report.averageTradesPerDay
        figures.ratios["recoveryFactor"] = report.recoveryFactor
        figures.ratios["maxDrawdownPercent"] = report.maximumDrawdownPercent
        figures.ratios["totalReturn"] = report.totalReturnPercent
        figures.ratios["sharpe"] = report.sharpeRatio
        figures.ratios["sortino"] = report.sortinoRatio
        figures.ratios["annualReturn"] = report.annualReturnPercent
        figures.ratios["calmar"] = report.calmarRatio
        return figures
    }
}
