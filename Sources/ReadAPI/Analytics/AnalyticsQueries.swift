import Domain
import Postgres

/// What the figures of one user are worked out of. Each statement is one pass in the index's order, whatever is asked.
enum AnalyticsQueries {
    /// All days: the equity of a day depends on all before it.
    static func days(_ call: Call) -> ReadStatement {
        ReadStatement(
            text: { live in
                """
                SELECT day, exchange, executions, fees, winning_trades, losing_trades, break_even_trades, gross_pnl,
                    gross_profit, gross_loss, held_seconds
                FROM \(live.relation(.analytics, "analytics_days")) WHERE user_id = $1
                """
            }, parameters: [.text(call.user)])
    }

    /// Completed deposits less withdrawals, by day.
    static func flows(_ call: Call) -> ReadStatement {
        ReadStatement(
            text: { live in
                """
                SELECT trading_day, sum(CASE kind WHEN 'deposit' THEN amount ELSE -amount END)::numeric(38,8)
                FROM \(live.relation(.analytics, "analytics_payments"))
                WHERE user_id = $1 AND currency = $2 AND status = 'completed' AND kind IN ('deposit', 'withdrawal')
                GROUP BY trading_day ORDER BY trading_day
                """
            }, parameters: [.text(call.user), .text(call.currency)])
    }

    static func executedSymbols(_ call: Call, in range: ClosedRange<CivilDate>) -> ReadStatement {
        ReadStatement(
            text: { live in
                """
                SELECT exchange, symbol, count(*) FROM \(live.relation(.analytics, "analytics_executions"))
                WHERE user_id = $1 AND trading_day >= $2::date AND trading_day <= $3::date GROUP BY exchange, symbol
                """
            },
            parameters: [
                .text(call.user), .text(range.lowerBound.description), .text(range.upperBound.description),
            ])
    }

    /// In the order in which they were closed, one more than are taken.
    static func closedTrades(_ call: Call, in range: ClosedRange<CivilDate>) -> ReadStatement {
        ReadStatement(
            text: { live in
                """
                SELECT trading_day, closed_at, exchange, symbol, category, strategy, gross_pnl, realized_pnl
                FROM \(live.relation(.analytics, "analytics_closed_trades"))
                WHERE user_id = $1 AND closed_at >= $2 AND closed_at < $3
                AND trading_day >= $4::date AND trading_day <= $5::date ORDER BY closed_at, trade_id LIMIT $6
                """
            },
            parameters: [
                .text(call.user), .time(around(range.lowerBound, days: -1)), .time(around(range.upperBound, days: 2)),
                .text(range.lowerBound.description), .text(range.upperBound.description),
                .integer(ReadAPILimits.closedTradesPerReport + 1),
            ])
    }

    /// Everything that makes books, each book's in matching order, one more than are taken.
    static func executions(_ call: Call) -> ReadStatement {
        ReadStatement(
            text: { live in
                """
                SELECT account, instrument, trading_day, exchange, symbol, trade_id, executed_at, side, quantity, price,
                    multiplier
                FROM \(live.relation(.analytics, "analytics_executions"))
                WHERE user_id = $1 ORDER BY account, instrument, executed_at, trade_id LIMIT $2
                """
            }, parameters: [.text(call.user), .integer(ReadAPILimits.executionsPerValuation + 1)])
    }

    /// The daily closes of what the user ever traded; none where view market is not live.
    static func closes(_ call: Call) -> ReadStatement {
        ReadStatement(
            text: { live in
                let wanted = """
                    SELECT DISTINCT exchange, symbol FROM \(live.relation(.analytics, "analytics_executions"))
                    WHERE user_id = $1
                    """
                guard live[.market] != nil else {
                    return "SELECT exchange, symbol, NULL::timestamptz, NULL::numeric FROM (\(wanted)) w WHERE false"
                }
                return """
                    SELECT c.exchange, c.symbol, c."time", c.close FROM (\(wanted)) w
                    JOIN \(live.relation(.market, "candles")) c ON c.exchange = w.exchange AND c.symbol = w.symbol
                    WHERE c."interval" = '1d' ORDER BY c.exchange, c.symbol, c."time"
                    """
            }, parameters: [.text(call.user)])
    }

    /// A moment that lies outside of `day` in every zone.
    private static func around(_ day: CivilDate, days: Int) -> Int64 {
        let range = Call.earliest...Call.latest
        let moment = (Int64(day.dayNumber) + Int64(days)) * Timestamp.microsecondsPerDay
        return min(max(moment, range.lowerBound), range.upperBound)
    }
}

extension PostgresResult {
    /// A `date`.
    func date(_ row: Int, _ column: Int) throws(PostgresError) -> CivilDate {
        let days = try int64(row, column) + PostgresEpoch.unixMicroseconds / Timestamp.microsecondsPerDay
        let date = CivilDate(dayNumber: Int32(truncatingIfNeeded: days))
        guard date >= .minimum, date <= .maximum else { throw .usage("day \(days) is outside the years 1 to 9999") }
        return date
    }

    fileprivate func amount(_ row: Int, _ column: Int) throws(PostgresError) -> Amount {
        Amount(units: try numericUnits(row, column))
    }

    fileprivate func fixed(_ row: Int, _ column: Int) throws(PostgresError) -> Fixed8 {
        guard let units = Int64(exactly: try numericUnits(row, column)) else {
            throw .usage("column \(columnName(column)) holds more than a price or quantity may be")
        }
        return Fixed8(units: units)
    }

    func analyticsDays() throws(PostgresError) -> [AnalyticsDay] {
        var days: [AnalyticsDay] = []
        days.reserveCapacity(rowCount)
        for row in 0..<rowCount {
            var sums = TradingSums()
            sums.executions = try int64(row, 2)
            sums.fees = try amount(row, 3)
            sums.winningTrades = try int64(row, 4)
            sums.losingTrades = try int64(row, 5)
            sums.breakEvenTrades = try int64(row, 6)
            sums.grossPnl = try amount(row, 7)
            sums.grossProfit = try amount(row, 8)
            sums.grossLoss = try amount(row, 9)
            // Seconds at scale 8 are hundredths of a microsecond.
            sums.heldMicroseconds = try numericUnits(row, 10) / 100
            days.append(AnalyticsDay(day: try date(row, 0), exchange: try text(row, 1), sums: sums))
        }
        return days
    }

    func flows() throws(PostgresError) -> [(day: CivilDate, amount: Amount)] {
        var flows: [(day: CivilDate, amount: Amount)] = []
        for row in 0..<rowCount { flows.append((try date(row, 0), try amount(row, 1))) }
        return flows
    }

    /// Row `row` of ``AnalyticsQueries/closedTrades(_:in:)``.
    /// - Parameter offsetMinutes: of the exchange's clock, east of UTC.
    func closedTrade(
        _ row: Int, offsetMinutes: (String) -> Int
    ) throws(PostgresError) -> ClosedTradeFacts {
        let exchange = try text(row, 2)
        let local = try timestamptz(row, 1) + Int64(offsetMinutes(exchange)) * Timestamp.microsecondsPerMinute
        let ofDay = (local % Timestamp.microsecondsPerDay + Timestamp.microsecondsPerDay) % Timestamp.microsecondsPerDay
        return ClosedTradeFacts(
            day: try date(row, 0), hour: Int(ofDay / (60 * Timestamp.microsecondsPerMinute)),
            instrument: InstrumentKey(exchange: exchange, symbol: try text(row, 3)),
            category: try textIfPresent(row, 4), strategy: try textIfPresent(row, 5), grossPnl: try amount(row, 6),
            realizedPnl: try amount(row, 7))
    }

    /// The books of ``AnalyticsQueries/executions(_:)``.
    func books() throws(PostgresError) -> [[MarkToMarket.Execution]] {
        var books: [[MarkToMarket.Execution]] = []
        var last: [String] = []
        for row in 0..<rowCount {
            let book = [try text(row, 0), try text(row, 1)]
            if book != last { books.append([]) }
            last = book
            let fill = Fill(
                tradeId: try text(row, 5), executedAt: try Timestamp(database: timestamptz(row, 6)),
                side: try text(row, 7) == "BUY" ? .buy : .sell, quantity: try fixed(row, 8), price: try fixed(row, 9),
                multiplier: try fixed(row, 10))
            books[books.count - 1].append(
                MarkToMarket.Execution(
                    day: try date(row, 2),
                    instrument: InstrumentKey(exchange: try text(row, 3), symbol: try text(row, 4)), fill: fill))
        }
        return books
    }

    /// The closes of ``AnalyticsQueries/closes(_:)``; a daily candle begins at the session's open.
    func closes(_ calendar: ExchangeCalendar) throws(PostgresError) -> [InstrumentKey: [MarkToMarket.Close]] {
        var closes: [InstrumentKey: [MarkToMarket.Close]] = [:]
        for row in 0..<rowCount {
            let instrument = InstrumentKey(exchange: try text(row, 0), symbol: try text(row, 1))
            let day = calendar.schedule(instrument.exchange).tradingDay(
                at: try Timestamp(database: timestamptz(row, 2)))
            closes[instrument, default: []].append(MarkToMarket.Close(day: day, price: try fixed(row, 3)))
        }
        return closes
    }
}
