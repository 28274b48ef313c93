import Domain
import Foundation
import Testing

private let empyricalFile = "vectors/empyrical_metrics.json"
private let leanFile = "vectors/lean_trade_statistics.json"

@Suite("Statistics against other people's vectors")
struct StatisticsVectorTests {
    @Test(
        "empyrical's ratios of daily returns", .enabled(if: SharedData.isPresent(empyricalFile), "needs ../shared/data")
    )
    func empyrical() throws {
        let file = try SharedData.json(empyricalFile, as: EmpyricalFile.self)
        var checked: [String: Int] = [:]
        for example in file.cases where (example.period ?? "daily") == "daily" {
            guard let returns = file.returns(example.returns), let got = try figure(example, returns) else { continue }
            checked[example.metric, default: 0] += 1
            let wanted = example.expected.number
            // A Sharpe of ∞ there is a zero denominator here; one return has no drawdown there and a flat one here.
            guard let wanted, wanted.isFinite else {
                #expect(got.value == nil, "\(example.metric) of \(example.returns)")
                continue
            }
            let value = try #require(got.value, "\(example.metric) of \(example.returns)")
            #expect(abs(value - wanted) <= 1e-8 * max(1, abs(wanted)), "\(example.metric): \(value) is not \(wanted)")
        }
        #expect(checked["max_drawdown"] == 8)
        #expect(checked["sharpe_ratio", default: 0] >= 5)
        #expect(checked["sortino", default: 0] >= 4)
        #expect(checked["calmar", default: 0] >= 3)
        #expect(checked["annual_ret", default: 0] >= 1)
    }

    private struct Figure {
        let value: Double?
    }

    private func figure(_ example: EmpyricalCase, _ returns: [Double?]) throws -> Figure? {
        switch example.metric {
        case "max_drawdown": return Figure(value: Drawdown.maximumPercent(of: returns).map { $0 / 100 })
        case "annual_ret": return Figure(value: ReturnFigures.annualReturn(returns))
        case "calmar": return Figure(value: ReturnFigures.calmarRatio(returns))
        case "sharpe_ratio":
            guard let rate = example.risk_free?.number else { return nil }
            return Figure(
                value: ReturnFigures.sharpeRatio(returns, riskFreeRate: rate * ReturnFigures.daysPerYear))
        case "sortino", "sortino_ratio":
            guard let rate = example.required_return?.number else { return nil }
            return Figure(
                value: ReturnFigures.sortinoRatio(returns, riskFreeRate: rate * ReturnFigures.daysPerYear))
        default: return nil
        }
    }

    @Test("Lean's trade statistics", .enabled(if: SharedData.isPresent(leanFile), "needs ../shared/data"))
    func lean() throws {
        let cases = try SharedData.json(leanFile, as: LeanStatisticsFile.self).trade_statistics
        #expect(cases.count == 6)
        for example in cases {
            let trades = try example.trades.map { try Amount(parsing: $0.ProfitLoss) }
            #expect(!trades.contains(.zero), "Lean counts a break-even trade as a loss, we do not")
            var (sums, breakdown) = (TradingSums(), ClosedTradeBreakdown())
            for pnl in trades {
                let facts = ClosedTradeFacts(
                    day: CivilDate(dayNumber: 0), hour: 0, instrument: InstrumentKey(exchange: "X", symbol: "A"),
                    category: nil, strategy: nil, grossPnl: pnl, realizedPnl: pnl)
                try sums.add(TradingSums(closed: facts))
                try breakdown.add(facts)
            }
            try check(example, sums, breakdown, drawdown: Drawdown.maximum(Drawdown.ofSums(trades)))
        }
    }

    private func check(
        _ example: LeanStatisticsCase, _ sums: TradingSums, _ breakdown: ClosedTradeBreakdown, drawdown: Amount?
    ) throws {
        func wanted(_ name: String) throws -> Double {
            try #require(example.expected[name]?.number, "\(example.name) lacks \(name)")
        }
        func expect(_ value: Double, _ name: String) throws {
            let wanted = try wanted(name)
            #expect(abs(value - wanted) < 1e-7, "\(example.name) \(name): \(value) is not \(wanted)")
        }
        func expect(_ value: Amount?, _ name: String) throws {
            try expect((value?.ratio(to: Amount(Fixed8.one))) ?? 0, name)
        }
        try expect(Double(sums.totalTrades), "TotalNumberOfTrades")
        try expect(Double(sums.winningTrades), "NumberOfWinningTrades")
        try expect(Double(sums.losingTrades), "NumberOfLosingTrades")
        try expect(sums.realizedPnl, "TotalProfitLoss")
        try expect(sums.grossProfit, "TotalProfit")
        try expect(sums.grossLoss, "TotalLoss")
        try expect(breakdown.largestWin, "LargestProfit")
        try expect(breakdown.largestLoss, "LargestLoss")
        try expect(sums.expectancy, "AverageProfitLoss")
        try expect(sums.averageWin, "AverageProfit")
        try expect(sums.averageLoss, "AverageLoss")
        try expect(Double(breakdown.streaks.longestWinning), "MaxConsecutiveWinningTrades")
        try expect(Double(breakdown.streaks.longestLosing), "MaxConsecutiveLosingTrades")
        try expect((sums.winRatePercent ?? 0) / 100, "WinRate")
        try expect(drawdown, "MaximumClosedTradeDrawdown")
        // Where a denominator is zero Lean says 0 or 10, we say nothing.
        if let payoff = sums.payoffRatio { try expect(payoff, "ProfitLossRatio") }
        if let factor = sums.profitFactor { try expect(factor, "ProfitFactor") }
        let recovery = drawdown.flatMap {
            TradeFigures.recoveryFactor(realizedPnl: sums.realizedPnl, maximumDrawdown: $0)
        }
        if let recovery { try expect(recovery, "ProfitToMaxDrawdownRatio") }
    }
}

/// A number as one, as text, or something else.
private enum LooseValue: Decodable {
    case number(Double)
    case text(String)
    case other

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else {
            self = .other
        }
    }

    var number: Double? {
        switch self {
        case .number(let number): number
        case .text("nan"): nil
        case .text(let text): Double(text)
        case .other: nil
        }
    }
}

private enum Returns: Decodable {
    case named(String)
    case values([LooseValue])

    init(from decoder: any Decoder) throws {
        if let values = try? decoder.singleValueContainer().decode([LooseValue].self) {
            self = .values(values)
        } else {
            self = .named(try decoder.singleValueContainer().decode([String: String].self)["series"] ?? "")
        }
    }
}

private struct EmpyricalCase: Decodable {
    let metric: String
    let returns: Returns
    let period: String?
    let risk_free: LooseValue?
    let required_return: LooseValue?
    let expected: LooseValue
}

private struct EmpyricalFile: Decodable {
    struct Series: Decodable {
        let values: [LooseValue]
    }

    let series: [String: Series]
    let cases: [EmpyricalCase]

    func returns(_ returns: Returns) -> [Double?]? {
        switch returns {
        case .named(let name): series[name]?.values.map(\.number)
        case .values(let values): values.map(\.number)
        }
    }
}

private struct LeanStatisticsCase: Decodable {
    struct Trade: Decodable {
        let ProfitLoss: String
    }

    let name: String
    let trades: [Trade]
    let expected: [String: LooseValue]
}

private struct LeanStatisticsFile: Decodable {
    let trade_statistics: [LeanStatisticsCase]
}
