import Domain
import Postgres

/// `analytics` and `analytics/series`.
enum AnalyticsEndpoints {
    static let routes: [Route] = [
        Route(
            "/v1/analytics", "getAnalytics", access: .user,
            parameters: [CommonParameters.user] + range + [currency, CommonParameters.after], action: .read(get)),
        Route(
            "/v1/analytics/series", "listAnalyticsSeries", access: .user,
            parameters: [
                CommonParameters.user,
                .query("granularity", .choice(Granularity.allCases.map(\.rawValue), default: Granularity.day.rawValue)),
            ] + range + [currency] + CommonParameters.page + [CommonParameters.after],
            action: .read(series)),
    ]

    static let range: [RouteParameter] = [.query("from", .date), .query("to", .date)]
    static let currency = RouteParameter.query("currency", .text)

    private static func get(_ call: Call) throws(Problem) -> ReadPlan {
        let range = try call.days()
        let statements = [
            AnalyticsQueries.days(call), AnalyticsQueries.flows(call),
            AnalyticsQueries.executedSymbols(call, in: range), AnalyticsQueries.closedTrades(call, in: range),
        ]
        return ReadPlan(views: [.analytics], after: call.arguments.after, statements: statements) {
            (results, writer) throws(ReadFailure) in
            let history = try history(call, days: results[0], flows: results[1])
            let breakdown = try breakdown(call, results[3])
            let symbols = try ReadFailure.catching { () throws(PostgresError) in try executed(results[2]) }
            let report = try ReadFailure.inRange { () throws(NumberError) in
                try AnalyticsReport(history, in: range, riskFreeRate: call.analytics.riskFreeRate)
            }
            AnalyticsWriter(call: call, basis: history.curve.basis)
                .write(report, breakdown, executions: symbols, to: &writer)
        }
    }

    private static func series(_ call: Call) throws(Problem) -> ReadPlan {
        let range = try call.days()
        let granularity = Granularity(rawValue: call.arguments.text("granularity") ?? "") ?? .day
        let page = Page(call)
        let last = try call.lastDay(of: granularity.rawValue)
        return ReadPlan(
            views: [.analytics], after: call.arguments.after,
            statements: [AnalyticsQueries.days(call), AnalyticsQueries.flows(call)]
        ) { (results, writer) throws(ReadFailure) in
            let history = try history(call, days: results[0], flows: results[1])
            let all = try ReadFailure.inRange { () throws(NumberError) in
                try AnalyticsReport.series(
                    history, by: granularity, in: range, riskFreeRate: call.analytics.riskFreeRate)
            }
            let figures = AnalyticsWriter(call: call, basis: history.curve.basis)
            writer.open(UInt8(ascii: "{"))
            figures.head(&writer)
            page.members(
                all.drop { period in last.map { period.start <= $0 } ?? false }, to: &writer,
                key: { [granularity.rawValue, $0.start.description] },
                item: { figures.period($0.start, $0.report, &$1) })
            writer.close(UInt8(ascii: "}"))
        }
    }

    static func history(
        _ call: Call, days: PostgresResult, flows: PostgresResult
    ) throws(ReadFailure) -> AnalyticsHistory {
        let stored = try ReadFailure.catching { () throws(PostgresError) in
            (days: try days.analyticsDays(), flows: try flows.flows())
        }
        do throws(AnalyticsHistory.Failure) {
            return try AnalyticsHistory(
                days: stored.days, flows: stored.flows, calendar: call.analytics.calendar,
                dayLimit: ReadAPILimits.daysPerCurve)
        } catch {
            switch error {
            case .outOfRange: throw .problem(.beyondRange)
            case .tooManyDays(let limit):
                throw .problem(
                    .unprocessable(
                        "the executions of \(call.user) lie more than \(limit) days apart; look for one whose "
                            + "executedAt is wrong, and void or amend it"))
            }
        }
    }

    private static func breakdown(_ call: Call, _ result: PostgresResult) throws(ReadFailure) -> ClosedTradeBreakdown {
        guard result.rowCount <= ReadAPILimits.closedTradesPerReport else {
            throw .problem(
                .unprocessable(
                    "more than \(ReadAPILimits.closedTradesPerReport) closed trades lie in the range; narrow it with from= and to="
                ))
        }
        var offset = (exchange: "", minutes: 0)
        func offsetMinutes(_ exchange: String) -> Int {
            if exchange != offset.exchange {
                offset = (exchange, call.analytics.calendar.schedule(exchange).offsetMinutes)
            }
            return offset.minutes
        }
        var breakdown = ClosedTradeBreakdown()
        for row in 0..<result.rowCount {
            let trade = try ReadFailure.catching { () throws(PostgresError) in
                try result.closedTrade(row, offsetMinutes: offsetMinutes)
            }
            try ReadFailure.inRange { () throws(NumberError) in try breakdown.add(trade) }
        }
        return breakdown
    }

    private static func executed(_ result: PostgresResult) throws(PostgresError) -> [InstrumentKey: Int64] {
        var symbols: [InstrumentKey: Int64] = [:]
        for row in 0..<result.rowCount {
            symbols[InstrumentKey(exchange: try result.text(row, 0), symbol: try result.text(row, 1))] =
                try result.int64(row, 2)
        }
        return symbols
    }
}

extension Call {
    /// Of the payments that make up the capital.
    var currency: String { arguments.text("currency") ?? AnalyticsSettings.defaultCurrency }

    /// The days from through to, both inclusive; all where nothing was said.
    func days() throws(Problem) -> ClosedRange<CivilDate> {
        let from = arguments.date("from") ?? .minimum
        let to = arguments.date("to") ?? .maximum
        guard from <= to else {
            throw .invalidParameter("from", value: from.description, reason: "is after to (\(to))")
        }
        return from...to
    }

    /// The day of the last item that was given out, of a list of the same kind.
    func lastDay(of kind: String) throws(Problem) -> CivilDate? {
        guard let key = try Cursor.key(of: self, parts: 2) else { return nil }
        guard key[0] == kind, let day = CivilDate(parsing: key[1]) else {
            throw .invalidParameter(
                "cursor", value: arguments.cursor ?? "",
                reason: "belongs to another list; pass the same parameters with it")
        }
        return day
    }
}

extension Problem {
    /// The rows are there and can't be made an answer of.
    static func unprocessable(_ detail: String) -> Problem {
        Problem(kind: "unprocessable", title: "Unprocessable content", status: 422, detail: detail)
    }

    static let beyondRange = unprocessable(
        "the sums leave the range of 30 digits before the point; narrow the range with from= and to=, and look for trades "
            + "with a wrong price, quantity or multiplier")
}

extension ReadFailure {
    static func catching<R>(_ body: () throws(PostgresError) -> R) throws(ReadFailure) -> R {
        do throws(PostgresError) { return try body() } catch { throw .database(error) }
    }

    static func inRange<R>(_ body: () throws(NumberError) -> R) throws(ReadFailure) -> R {
        do throws(NumberError) { return try body() } catch { throw .problem(.beyondRange) }
    }
}
