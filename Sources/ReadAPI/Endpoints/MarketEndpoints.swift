import Domain
import Postgres

/// `quotes`, `quotes/{symbol}` and `candles/{symbol}`: the same for every user.
enum MarketEndpoints {
    static let intervals = ["1m", "5m", "15m", "30m", "1h", "1d"]

    static let routes: [Route] = [
        Route(
            "/v1/quotes", "listQuotes", access: .bearer,
            parameters: [.query("symbols", .symbols)] + CommonParameters.page + [CommonParameters.after],
            action: .read(list)),
        Route(
            "/v1/quotes/{symbol}", "getQuote", access: .bearer,
            parameters: [.path("symbol", .symbol), CommonParameters.after], action: .read(get)),
        Route(
            "/v1/candles/{symbol}", "listCandles", access: .bearer,
            parameters: [.path("symbol", .symbol), .query("interval", .choice(intervals, default: "1m"))]
                + CommonParameters.period + [CommonParameters.sort("time", newestFirst: false)] + CommonParameters.page
                + [CommonParameters.after],
            action: .read(candles)),
    ]

    private static let quote: [Column] = [
        .text("symbol", "q.symbol"), .text("exchange", "q.exchange"), .decimal("lastPrice", "q.last_price"),
        .decimal("lastQuantity", "q.last_quantity"), .decimal("volume", "q.volume"), .decimal("dayOpen", "q.day_open"),
        .decimal("dayHigh", "q.day_high"), .decimal("dayLow", "q.day_low"),
        .decimal("previousClose", "q.previous_close"), .decimal("bid", "q.bid"), .decimal("ask", "q.ask"),
        .decimal("bidQuantity", "q.bid_quantity"), .decimal("askQuantity", "q.ask_quantity"),
        .decimal("openInterest", "q.open_interest"), .time("updatedAt", "q.updated_at"),
    ]

    private static let quoteSelected = quote.selected

    private static let candle: [Column] = [
        .time("time", "c.\"time\""), .decimal("open", "c.open"), .decimal("high", "c.high"), .decimal("low", "c.low"),
        .decimal("close", "c.close"), .decimal("volume", "c.volume"), .bool("partial", "c.partial"),
    ]

    private static func list(_ call: Call) throws(Problem) -> ReadPlan {
        let page = Page(call)
        let key = try Cursor.key(of: call, parts: 2) ?? ["", ""]
        var parameters: [SQLValue] = [.text(key[0]), .text(key[1]), page.queryLimit]
        var wanted = ""
        if let symbols = call.arguments.symbols("symbols") {
            parameters += [.texts(symbols.map { call.exchange(of: $0) }), .texts(symbols.map(\.symbol))]
            // DISTINCT: a symbol asked for twice is one quote.
            wanted = """
                JOIN (SELECT DISTINCT exchange, symbol FROM unnest($4::text[], $5::text[]) AS n (exchange, symbol)) n
                ON n.exchange = q.exchange AND n.symbol = q.symbol
                """
        }
        let statement = ReadStatement(
            text: { [wanted] live in
                """
                SELECT \(quoteSelected) FROM \(live.relation(.market, "quotes")) q \(wanted)
                WHERE (q.exchange, q.symbol) > ($1, $2) ORDER BY q.exchange, q.symbol LIMIT $3
                """
            }, parameters: parameters)
        return ReadPlan(views: [.market], after: call.arguments.after, statements: [statement]) {
            (results, writer) throws(ReadFailure) in
            let result = results[0]
            try page.write(
                result, to: &writer,
                key: { (row) throws(PostgresError) in [try result.text(row, 1), try result.text(row, 0)] },
                row: { (writer, row) throws(ReadFailure) in try writer.row(quote, of: result, row: row) })
        }
    }

    private static func get(_ call: Call) throws(Problem) -> ReadPlan {
        guard let name = call.arguments.symbol("symbol") else { throw .notFound("no symbol was given") }
        let exchange = call.exchange(of: name)
        let lookup = RowLookup(
            name: "quote", key: [exchange, name.symbol],
            text: { live in
                """
                SELECT \(quoteSelected), n.place
                FROM unnest($1::text[], $2::text[]) WITH ORDINALITY n (exchange, symbol, place)
                JOIN \(live.relation(.market, "quotes")) q ON q.exchange = n.exchange AND q.symbol = n.symbol
                """
            },
            write: { (result, row, writer) throws(ReadFailure) in try writer.row(quote, of: result, row: row) },
            missing: unknown(exchange, name.symbol))
        return ReadPlan(views: [.market], after: call.arguments.after, lookup: lookup)
    }

    /// Oldest first unless asked otherwise. A symbol without a quote is unknown; one without candles in the period has an empty list.
    private static func candles(_ call: Call) throws(Problem) -> ReadPlan {
        guard let name = call.arguments.symbol("symbol") else { throw .notFound("no symbol was given") }
        let page = Page(call)
        let exchange = call.exchange(of: name)
        let interval = call.arguments.text("interval") ?? "1m"
        let last = try lastTime(of: call, interval: interval)
        let order = TimeOrder(call, newestFirst: false)
        let statements = [
            ReadStatement(
                text: { live in
                    """
                    SELECT \(candle.selected) FROM \(live.relation(.market, "candles")) c
                    WHERE c.exchange = $1 AND c.symbol = $2 AND c."interval" = $3
                    AND c."time" >= $4 AND c."time" < $5 AND c."time" \(order.comparison) $6
                    ORDER BY c."time" \(order.direction) LIMIT $7
                    """
                },
                parameters: [.text(exchange), .text(name.symbol), .text(interval)] + (try call.period()) + [
                    .time(last ?? order.start), page.queryLimit,
                ]),
            ReadStatement(
                text: { live in
                    "SELECT 1 FROM \(live.relation(.market, "quotes")) q WHERE q.exchange = $1 AND q.symbol = $2"
                }, parameters: [.text(exchange), .text(name.symbol)]),
        ]
        return ReadPlan(views: [.market], after: call.arguments.after, statements: statements) {
            (results, writer) throws(ReadFailure) in
            let result = results[0]
            guard result.rowCount > 0 || results[1].rowCount > 0 else { throw .problem(unknown(exchange, name.symbol)) }
            try page.write(
                result, to: &writer,
                key: { (row) throws(PostgresError) in [interval, String(try result.timestamptz(row, 0))] },
                row: { (writer, row) throws(ReadFailure) in try writer.row(candle, of: result, row: row) })
        }
    }

    /// The time of the last candle given out; a cursor of another interval is refused.
    private static func lastTime(of call: Call, interval: String) throws(Problem) -> Int64? {
        guard let key = try Cursor.key(of: call, parts: 2) else { return nil }
        guard key[0] == interval else {
            throw .invalidParameter(
                "cursor", value: call.arguments.cursor ?? "",
                reason: "belongs to another list; pass the same interval with it")
        }
        return try Cursor.time(key[1], of: call)
    }

    private static func unknown(_ exchange: String, _ symbol: String) -> Problem {
        .notFound(
            "no price of \(exchange):\(symbol) has been seen; check the symbol, or list those known at /v1/quotes")
    }
}
