import Domain

/// Writes figures as the API names them. Percentages are of 100; what has no value is null, never 0.
struct AnalyticsWriter: Sendable {
    let call: Call
    let basis: CapitalBasis

    /// What every answer says about where its figures come from.
    func head(_ writer: inout JSONWriter) {
        writer.field("currency", call.currency)
        writer.field("capitalBasis", basis.rawValue)
        writer.field("riskFreeRatePercent", 100 * call.analytics.riskFreeRate)
    }

    func write(
        _ report: AnalyticsReport, _ breakdown: ClosedTradeBreakdown, executions: [InstrumentKey: Int64],
        to writer: inout JSONWriter
    ) {
        writer.object { body in
            head(&body)
            body.field("from", report.days.first?.day.description)
            body.field("to", report.days.last?.day.description)
            sums(report.sums, &body)
            body.field("largestWin", breakdown.largestWin)
            body.field("largestLoss", breakdown.largestLoss)
            body.field("longestWinningStreak", breakdown.streaks.longestWinning)
            body.field("longestLosingStreak", breakdown.streaks.longestLosing)
            body.field("tradingDays", Int64(report.tradingDays))
            body.field("avgTradesPerDay", report.averageTradesPerDay)
            ratios(report, &body)
            body.field("symbolsTraded", Int64(executions.count))
            body.field("mostTradedSymbol", Self.mostTraded(executions)?.description)
            groups(breakdown, &body)
        }
    }

    /// Of those with as many executions the one whose name comes first.
    private static func mostTraded(_ executions: [InstrumentKey: Int64]) -> InstrumentKey? {
        executions.max { left, right in
            left.value == right.value ? left.key > right.key : left.value < right.value
        }?.key
    }

    func period(_ start: CivilDate, _ report: AnalyticsReport, _ writer: inout JSONWriter) {
        writer.object { item in
            item.field("period", start.description)
            sums(report.sums, &item)
            item.field("tradingDays", Int64(report.tradingDays))
            item.field("avgTradesPerDay", report.averageTradesPerDay)
            ratios(report, &item)
        }
    }

    private func sums(_ sums: TradingSums, _ writer: inout JSONWriter) {
        writer.field("executions", sums.executions)
        counts(sums, &writer)
        writer.field("netPnl", sums.netPnl)
        writer.field("totalFees", sums.fees)
        writer.field("avgWin", sums.averageWin)
        writer.field("avgLoss", sums.averageLoss)
        writer.field("payoffRatio", sums.payoffRatio)
        writer.field("expectancy", sums.expectancy)
        writer.field("avgHoldingSeconds", sums.averageHeldMicroseconds.map { Double($0) / 1_000_000 })
    }

    private func counts(_ sums: TradingSums, _ writer: inout JSONWriter) {
        writer.field("totalTrades", sums.totalTrades)
        writer.field("winningTrades", sums.winningTrades)
        writer.field("losingTrades", sums.losingTrades)
        writer.field("breakEvenTrades", sums.breakEvenTrades)
        writer.field("winRate", sums.winRatePercent)
        writer.field("grossProfit", sums.grossProfit)
        writer.field("grossLoss", sums.grossLoss)
        writer.field("grossPnl", sums.grossPnl)
        writer.field("realizedPnl", sums.realizedPnl)
        writer.field("profitFactor", sums.profitFactor)
    }

    private func ratios(_ report: AnalyticsReport, _ writer: inout JSONWriter) {
        writer.field("endEquity", report.days.last?.equity)
        writer.field("totalReturnPercent", report.totalReturnPercent)
        writer.field("annualReturnPercent", report.annualReturnPercent)
        writer.field("sharpeRatio", report.sharpeRatio)
        writer.field("sortinoRatio", report.sortinoRatio)
        writer.field("calmarRatio", report.calmarRatio)
        writer.field("maxDrawdown", report.maximumDrawdown)
        writer.field("maxDrawdownPercent", report.maximumDrawdownPercent)
        writer.field("recoveryFactor", report.recoveryFactor)
    }

    private func groups(_ breakdown: ClosedTradeBreakdown, _ writer: inout JSONWriter) {
        let limit = ReadAPILimits.groupsPerBreakdown
        labels("byCategory", "category", breakdown.byCategory, &writer)
        labels("byStrategy", "strategy", breakdown.byStrategy, &writer)
        symbols("bySymbol", breakdown.bestSymbols(limit), &writer)
        list("byHour", breakdown.byHour.sorted { $0.key < $1.key }, &writer) { $1.field("hour", Int64($0)) }
        list("byWeekday", breakdown.byWeekday.sorted { $0.key.rawValue < $1.key.rawValue }, &writer) {
            $1.field("weekday", Int64($0.rawValue))
        }
        list("byMonth", breakdown.byMonth.sorted { $0.key < $1.key }, &writer) {
            $1.field("month", String($0.description.prefix(7)))
        }
        symbols("bestSymbols", breakdown.bestSymbols(ReadAPILimits.rankedSymbols), &writer)
        symbols("worstSymbols", breakdown.worstSymbols(ReadAPILimits.rankedSymbols), &writer)
    }

    /// Highest realised P&L first.
    private func labels(
        _ name: StaticString, _ field: StaticString, _ groups: [ExactText?: TradingSums], _ writer: inout JSONWriter
    ) {
        let ranked = groups.sorted { left, right in
            left.value.realizedPnl == right.value.realizedPnl
                ? (left.key ?? ExactText("")) < (right.key ?? ExactText(""))
                : left.value.realizedPnl > right.value.realizedPnl
        }
        list(name, ranked.prefix(ReadAPILimits.groupsPerBreakdown).map { ($0.key, $0.value) }, &writer) {
            $1.field(field, $0?.wrappedValue)
        }
    }

    private func symbols(
        _ name: StaticString, _ groups: [(symbol: InstrumentKey, sums: TradingSums)], _ writer: inout JSONWriter
    ) {
        list(name, groups.map { (key: $0.symbol, value: $0.sums) }, &writer) {
            $1.field("exchange", $0.exchange)
            $1.field("symbol", $0.symbol)
        }
    }

    private func list<Key>(
        _ name: StaticString, _ groups: [(key: Key, value: TradingSums)], _ writer: inout JSONWriter,
        label: (Key, inout JSONWriter) -> Void
    ) {
        writer.key(name)
        writer.array { items in
            for group in groups {
                items.object { item in
                    label(group.key, &item)
                    counts(group.value, &item)
                    item.field("fees", group.value.closedFees)
                }
            }
        }
    }
}
