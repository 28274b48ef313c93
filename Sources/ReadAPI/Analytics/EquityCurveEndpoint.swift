import Domain
import Postgres

/// `equity-curve`: one item a trading day, oldest first.
enum EquityCurveEndpoint {
    static let routes: [Route] = [
        Route(
            "/v1/equity-curve", "listEquityCurve", access: .user,
            parameters: [CommonParameters.user] + AnalyticsEndpoints.range + [
                AnalyticsEndpoints.currency,
                .query("markToMarket", .choice(["true", "false"], default: "false")),
            ] + CommonParameters.page + [CommonParameters.after],
            action: .read(list))
    ]

    private static func list(_ call: Call) throws(Problem) -> ReadPlan {
        let range = try call.days()
        let page = Page(call)
        let isValued = call.arguments.text("markToMarket") == "true"
        let last = try call.lastDay(of: "\(isValued)")
        var statements = [AnalyticsQueries.days(call), AnalyticsQueries.flows(call)]
        if isValued { statements += [AnalyticsQueries.executions(call), AnalyticsQueries.closes(call)] }
        return ReadPlan(
            views: [.analytics], optionalViews: isValued ? [.market] : [], after: call.arguments.after,
            statements: statements
        ) { (results, writer) throws(ReadFailure) in
            let history = try AnalyticsEndpoints.history(call, days: results[0], flows: results[1])
            let days = Array(history.curve.days(in: range))
            let values = isValued ? try unrealized(call, results[2], results[3], on: days) : days.map { _ in nil }
            let items = try ReadFailure.inRange { () throws(NumberError) in try valued(days, values) }
            writer.open(UInt8(ascii: "{"))
            AnalyticsWriter(call: call, basis: history.curve.basis).head(&writer)
            page.members(
                items.drop { item in last.map { item.day.day <= $0 } ?? false }, to: &writer,
                key: { ["\(isValued)", $0.day.day.description] }, item: { write($0, &$1) })
            writer.close(UInt8(ascii: "}"))
        }
    }

    private struct Item {
        let day: EquityDay
        let cumulativePnl: Amount
        let drawdown: Amount
        let drawdownPercent: Double
        let unrealizedPnl: Amount?
        let markToMarketEquity: Amount?
    }

    private static func valued(_ days: [EquityDay], _ unrealized: [Amount?]) throws(NumberError) -> [Item] {
        let drawdowns = try Drawdown.ofSums(days.lazy.map(\.pnl))
        let percents = Drawdown.percentOfIndex(days.lazy.map(\.dailyReturn))
        var items: [Item] = []
        items.reserveCapacity(days.count)
        var sum = Amount.zero
        for (index, day) in days.enumerated() {
            try sum += day.pnl
            var marked: Amount?
            if let open = unrealized[index] { marked = try day.equity + open }
            items.append(
                Item(
                    day: day, cumulativePnl: sum, drawdown: drawdowns[index], drawdownPercent: percents[index],
                    unrealizedPnl: unrealized[index], markToMarketEquity: marked))
        }
        return items
    }

    /// By day; nil where an open position has no close yet.
    private static func unrealized(
        _ call: Call, _ executions: PostgresResult, _ closes: PostgresResult, on days: [EquityDay]
    ) throws(ReadFailure) -> [Amount?] {
        guard executions.rowCount <= ReadAPILimits.executionsPerValuation else {
            throw .problem(
                .unprocessable(
                    "\(call.user) has more than \(ReadAPILimits.executionsPerValuation) executions, too many to value each "
                        + "day's open lots; ask without markToMarket"))
        }
        let rows = try ReadFailure.catching { () throws(PostgresError) in
            (books: try executions.books(), closes: try closes.closes(call.analytics.calendar))
        }
        do throws(MarkToMarket.Failure) {
            return try MarkToMarket.unrealizedPnl(books: rows.books, closes: rows.closes, on: days.map(\.day))
        } catch {
            throw .problem(.beyondRange)
        }
    }

    private static func write(_ item: Item, _ writer: inout JSONWriter) {
        writer.object { body in
            body.field("day", item.day.day.description)
            body.field("pnl", item.day.pnl)
            body.field("flow", item.day.flow)
            body.field("equity", item.day.equity)
            body.field("returnPercent", item.day.dailyReturn.map { 100 * $0 })
            body.field("cumulativePnl", item.cumulativePnl)
            body.field("drawdown", item.drawdown)
            body.field("drawdownPercent", item.drawdownPercent)
            body.field("unrealizedPnl", item.unrealizedPnl)
            body.field("markToMarketEquity", item.markToMarketEquity)
        }
    }
}
