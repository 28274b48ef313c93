import Domain
import Postgres

/// `trades`, `trades/{id}` and `closed-trades`: newest first.
enum TradeEndpoints {
    static let routes: [Route] = [
        Route(
            "/v1/trades", "listTrades", access: .user,
            parameters: [CommonParameters.user] + CommonParameters.book + [
                .query("side", .choice(["BUY", "SELL"], default: nil)), .query("orderId", .text),
            ] + CommonParameters.labels + CommonParameters.period + [CommonParameters.sort("executedAt")]
                + CommonParameters.page + [CommonParameters.after],
            action: .read(listTrades)),
        Route(
            "/v1/trades/{id}", "getTrade", access: .user,
            parameters: [.path("id", .text), CommonParameters.user, CommonParameters.after], action: .read(getTrade)),
        Route(
            "/v1/closed-trades", "listClosedTrades", access: .user,
            parameters: [CommonParameters.user] + CommonParameters.book + [
                .query("direction", .choice(["LONG", "SHORT"], default: nil))
            ] + CommonParameters.labels + CommonParameters.period + [CommonParameters.sort("closedAt")]
                + CommonParameters.page + [CommonParameters.after],
            action: .read(listClosedTrades)),
    ]

    private static let trade: [Column] = [
        .text("tradeId", "t.trade_id"), .time("executedAt", "t.executed_at"), .text("symbol", "t.symbol"),
        .text("exchange", "t.exchange"), .text("account", "t.account"), .text("instrument", "t.instrument"),
        .text("side", "t.side"), .decimal("quantity", "t.quantity"), .decimal("price", "t.price"),
        .decimal("fees", "t.fees"), .decimal("multiplier", "t.multiplier"), .text("orderId", "t.order_id"),
        .text("isin", "t.isin"), .text("product", "t.product"), .text("segment", "t.segment"),
        .text("category", "t.category"), .text("strategy", "t.strategy"), .json("tags", "t.tags"),
        .text("notes", "t.notes"), .text("broker", "t.broker"), .bool("voided", "t.voided"),
        .decimal("closedQuantity", "t.closed_quantity"), .decimal("grossPnl", "t.gross_pnl"),
        .decimal("realizedPnl", "t.realized_pnl"),
    ]

    private static let closedTrade: [Column] = [
        .text("tradeId", "t.trade_id"), .time("closedAt", "t.closed_at"), .time("openedAt", "t.opened_at"),
        .text("symbol", "t.symbol"), .text("exchange", "t.exchange"), .text("account", "t.account"),
        .text("instrument", "t.instrument"), .text("direction", "t.direction"), .decimal("quantity", "t.quantity"),
        .decimal("entryPrice", "t.entry_price"), .decimal("exitPrice", "t.exit_price"),
        .decimal("grossPnl", "t.gross_pnl"), .decimal("fees", "t.fees"), .decimal("realizedPnl", "t.realized_pnl"),
        .text("orderId", "t.order_id"), .text("category", "t.category"), .text("strategy", "t.strategy"),
        .json("tags", "t.tags"),
        .decimal("heldSeconds", "extract(epoch FROM t.closed_at - t.opened_at)::numeric(38,8)"),
        .decimal("favourableExcursion", Excursion.favourable), .decimal("adverseExcursion", Excursion.adverse),
    ]

    private static let closure: [Column] = [
        .text("entryTradeId", "c.entry_trade_id"), .text("direction", "c.direction"),
        .decimal("quantity", "c.quantity"),
        .decimal("entryPrice", "c.entry_price"), .decimal("exitPrice", "c.exit_price"), .time("entryAt", "c.entry_at"),
        .time("exitAt", "c.exit_at"), .decimal("grossPnl", "c.gross_pnl"), .decimal("fees", "c.fees"),
        .decimal("realizedPnl", "c.realized_pnl"),
    ]

    private static func listTrades(_ call: Call) throws(Problem) -> ReadPlan {
        try list(
            call, columns: trade, relation: "trades", time: "executed_at",
            filters: ["side": "side", "order_id": "orderId", "category": "category", "strategy": "strategy"])
    }

    private static func listClosedTrades(_ call: Call) throws(Problem) -> ReadPlan {
        try list(
            call, columns: closedTrade, relation: "closed_trades", joins: Excursion.joins, optionalViews: [.market],
            time: "closed_at", filters: ["direction": "direction", "category": "category", "strategy": "strategy"])
    }

    /// Both lists have `tradeId` and the time they go by as their first two columns. What is joined is joined to the rows of
    /// the page alone.
    private static func list(
        _ call: Call, columns: [Column], relation: String,
        joins: @escaping @Sendable (LiveViews) -> String = { _ in "" },
        optionalViews: [ViewName] = [], time: String, filters: KeyValuePairs<String, String>
    ) throws(Problem) -> ReadPlan {
        let page = Page(call)
        let order = TimeOrder(call)
        let cursor = try Cursor.timeKey(of: call) ?? (order.start, "")
        let list = ExecutionList(relation: relation, time: time, order: order, filters: filters.map(\.key))
        let areFew = call.fewExecutions.contains(call.user)
        let statement = ReadStatement(
            text: { live in
                let rows = areFew ? list.sorted(live) : list.byInstrument(live)
                return "SELECT \(columns.selected) FROM (\(rows)) t \(joins(live)) \(list.sorting("t"))"
            },
            parameters: [.text(call.user)] + call.bookFilters + (try call.period()) + [
                .time(cursor.0), .text(cursor.1), page.queryLimit,
            ] + filters.map { .text(call.arguments.text($0.value)) })
        return ReadPlan(
            views: [.positions], optionalViews: optionalViews, after: call.arguments.after,
            statements: [statement] + (areFew ? [] : [ExecutionList.areFew(user: call.user)])
        ) {
            (results, writer) throws(ReadFailure) in
            if !areFew { try note(results[1], of: call) }
            let result = results[0]
            try page.write(
                result, to: &writer,
                key: { (row) throws(PostgresError) in [String(try result.timestamptz(row, 1)), try result.text(row, 0)]
                },
                row: { (writer, row) throws(ReadFailure) in try writer.row(columns, of: result, row: row) })
        }
    }

    private static func note(_ areFew: PostgresResult, of call: Call) throws(ReadFailure) {
        do throws(PostgresError) {
            if try areFew.bool(0, 0) { call.fewExecutions.insert(call.user) }
        } catch {
            throw .database(error)
        }
    }

    /// One execution with the lots it closed.
    private static func getTrade(_ call: Call) throws(Problem) -> ReadPlan {
        let id = call.arguments.text("id") ?? ""
        let parameters: [SQLValue] = [.text(call.user), .text(id)]
        let statements = [
            ReadStatement(
                text: { live in
                    "SELECT \(trade.selected) FROM \(live.relation(.positions, "trades")) t WHERE t.user_id = $1 AND t.trade_id = $2"
                }, parameters: parameters),
            ReadStatement(
                text: { live in
                    """
                    SELECT \(closure.selected) FROM \(live.relation(.positions, "lot_closures")) c
                    WHERE c.user_id = $1 AND c.exit_trade_id = $2 ORDER BY c.ordinal LIMIT \(ReadAPILimits.closuresPerTrade)
                    """
                }, parameters: parameters),
        ]
        return ReadPlan(views: [.positions], after: call.arguments.after, statements: statements) {
            (results, writer) throws(ReadFailure) in
            guard results[0].rowCount > 0 else {
                throw .problem(.notFound("\(call.user) has no trade \"\(id.prefix(80))\""))
            }
            writer.open(UInt8(ascii: "{"))
            try writer.members(trade, of: results[0], row: 0)
            writer.key("closures")
            writer.open(UInt8(ascii: "["))
            for row in 0..<results[1].rowCount { try writer.row(closure, of: results[1], row: row) }
            writer.close(UInt8(ascii: "]"))
            writer.close(UInt8(ascii: "}"))
        }
    }
}
