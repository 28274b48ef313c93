import Domain
import Postgres

/// `positions` and `positions/{symbol}`: what a user holds, with open lots and the last price.
enum PositionEndpoints {
    static let routes: [Route] = [
        Route(
            "/v1/positions", "listPositions", access: .user,
            parameters: [CommonParameters.user] + CommonParameters.book + CommonParameters.page + [
                CommonParameters.after
            ],
            action: .read(list)),
        Route(
            "/v1/positions/{symbol}", "getPosition", access: .user,
            parameters: [
                .path("symbol", .symbol), CommonParameters.user, .query("account", .text), .query("instrument", .text),
                CommonParameters.after,
            ],
            action: .read(get)),
    ]

    private static let columns: [Column] = [
        .text("symbol", "p.symbol"), .text("exchange", "p.exchange"), .text("account", "p.account"),
        .text("instrument", "p.instrument"), .decimal("quantity", "p.quantity"),
        .decimal("averagePrice", "p.average_price"), .decimal("grossPnl", "p.gross_pnl"),
        .decimal("realizedPnl", "p.realized_pnl"),
        .decimal(
            "unrealizedPnl", "CASE WHEN l.lots = 0 THEN 0 ELSE round(l.unrealized, 8) END"),
        .decimal("netPnl", "p.net_pnl"), .decimal("lastPrice", "q.last_price"), .decimal("fees", "p.fees"),
        .time("updatedAt", "p.updated_at"),
    ]

    private static func list(_ call: Call) throws(Problem) -> ReadPlan {
        let page = Page(call)
        let key = try Cursor.key(of: call, parts: 2) ?? ["", ""]
        let statement = ReadStatement(
            text: { live in
                select(
                    live,
                    where: """
                        p.user_id = $1 AND ($2 IS NULL OR p.account = $2) AND ($3 IS NULL OR p.exchange = $3)
                        AND ($4 IS NULL OR p.symbol = $4) AND ($5 IS NULL OR p.exchange = $5)
                        AND (p.account, p.instrument) > ($6, $7)
                        """, limit: "$8")
            },
            parameters: [.text(call.user)] + call.bookFilters + [.text(key[0]), .text(key[1]), page.queryLimit])
        return plan(call, statement) { (results, writer) throws(ReadFailure) in
            let result = results[0]
            try page.write(
                result, to: &writer,
                key: { (row) throws(PostgresError) in [try result.text(row, 2), try result.text(row, 3)] },
                row: { (writer, row) throws(ReadFailure) in try position(result, row, &writer) })
        }
    }

    private static func get(_ call: Call) throws(Problem) -> ReadPlan {
        guard let name = call.arguments.symbol("symbol") else { throw .notFound("no symbol was given") }
        let exchange = call.exchange(of: name)
        let statement = ReadStatement(
            text: { live in
                select(
                    live,
                    where: """
                        p.user_id = $1 AND p.exchange = $2 AND p.symbol = $3 AND ($4 IS NULL OR p.account = $4)
                        AND ($5 IS NULL OR p.instrument = $5)
                        """, limit: "$6")
            },
            parameters: [
                .text(call.user), .text(exchange), .text(name.symbol), .text(call.arguments.text("account")),
                .text(call.arguments.text("instrument")), .integer(ReadAPILimits.pageRows),
            ])
        return plan(call, statement) { (results, writer) throws(ReadFailure) in
            let result = results[0]
            switch result.rowCount {
            case 0: throw .problem(.notFound("\(call.user) has no position in \(exchange):\(name.symbol)"))
            case 1: try position(result, 0, &writer)
            default: throw ambiguous(result, "\(exchange):\(name.symbol)")
            }
        }
    }

    private static func plan(
        _ call: Call, _ statement: ReadStatement,
        write: @escaping @Sendable ([PostgresResult], inout JSONWriter) throws(ReadFailure) -> Void
    ) -> ReadPlan {
        ReadPlan(
            views: [.positions], optionalViews: [.market], after: call.arguments.after, statements: [statement],
            write: write)
    }

    /// One row a position; its open lots are five parallel arrays, first in first out.
    private static func select(_ live: LiveViews, where condition: String, limit: String) -> String {
        let quotes =
            live[.market] == nil
            ? "CROSS JOIN (SELECT NULL::numeric AS last_price) q"
            : "LEFT JOIN \(live.relation(.market, "quotes")) q ON q.exchange = p.exchange AND q.symbol = p.symbol"
        return """
            SELECT \(columns.selected), l.quantities, l.prices, l.times, l.trades, l.multipliers
            FROM \(live.relation(.positions, "positions")) p
            \(quotes)
            CROSS JOIN LATERAL (
                SELECT count(*) AS lots, array_agg(o.quantity) AS quantities, array_agg(o.price) AS prices,
                    array_agg(o.opened_at) AS times, array_agg(o.trade_id) AS trades,
                    array_agg(o.multiplier) AS multipliers,
                    sum((q.last_price - o.price) * o.quantity * o.multiplier) AS unrealized
                FROM (
                    SELECT quantity, price, opened_at, trade_id, multiplier
                    FROM \(live.relation(.positions, "lots"))
                    WHERE user_id = p.user_id AND account = p.account AND instrument = p.instrument
                    ORDER BY opened_at, trade_id
                ) o
            ) l
            WHERE \(condition)
            ORDER BY p.account, p.instrument
            LIMIT \(limit)
            """
    }

    private static func position(_ result: PostgresResult, _ row: Int, _ writer: inout JSONWriter) throws(ReadFailure) {
        writer.open(UInt8(ascii: "{"))
        try writer.members(columns, of: result, row: row)
        writer.key("openLots")
        do throws(PostgresError) {
            try openLots(result, row, &writer)
        } catch {
            throw .database(error)
        }
        writer.close(UInt8(ascii: "}"))
    }

    private static func openLots(
        _ result: PostgresResult, _ row: Int, _ writer: inout JSONWriter
    ) throws(PostgresError) {
        var quantities = try BinaryArray(result.bytes(row, columns.count))
        var prices = try BinaryArray(result.bytes(row, columns.count + 1))
        var times = try BinaryArray(result.bytes(row, columns.count + 2))
        var trades = try BinaryArray(result.bytes(row, columns.count + 3))
        var multipliers = try BinaryArray(result.bytes(row, columns.count + 4))
        writer.open(UInt8(ascii: "["))
        for _ in 0..<quantities.count {
            writer.open(UInt8(ascii: "{"))
            writer.key("quantity")
            writer.decimal(units: try PostgresNumeric.decode(try quantities.next()))
            writer.key("price")
            writer.decimal(units: try PostgresNumeric.decode(try prices.next()))
            writer.key("openedAt")
            writer.time(try Timestamp(database: try times.nextTime()))
            writer.key("tradeId")
            writer.string(try trades.next())
            writer.key("multiplier")
            writer.decimal(units: try PostgresNumeric.decode(try multipliers.next()))
            writer.close(UInt8(ascii: "}"))
        }
        writer.close(UInt8(ascii: "]"))
    }

    /// The same symbol in several accounts, or under several instruments: the caller must choose.
    private static func ambiguous(_ result: PostgresResult, _ symbol: String) -> ReadFailure {
        var choices: [JSONValue] = []
        do throws(PostgresError) {
            for row in 0..<result.rowCount {
                choices.append(
                    .object([
                        JSONMember("account", .string(try result.text(row, 2))),
                        JSONMember("instrument", .string(try result.text(row, 3))),
                    ]))
            }
        } catch {
            return .database(error)
        }
        return .problem(
            Problem(
                kind: "ambiguous", title: "Conflict", status: 409,
                detail: "there are \(result.rowCount) positions in \(symbol); choose one with account= and instrument=",
                members: [JSONMember("choices", .array(choices))]))
    }
}
