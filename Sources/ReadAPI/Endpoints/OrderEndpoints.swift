import Domain
import Postgres

/// `orders` and `orders/{id}`: newest first.
enum OrderEndpoints {
    static let statuses = [
        "PENDING", "TRIGGER_PENDING", "OPEN", "PARTIALLY_FILLED", "EXECUTED", "CANCELLED", "REJECTED", "FAILED",
        "EXPIRED",
    ]

    static let routes: [Route] = [
        Route(
            "/v1/orders", "listOrders", access: .user,
            parameters: [CommonParameters.user] + CommonParameters.book + [
                .query("side", .choice(["BUY", "SELL"], default: nil)),
                .query("status", .choice(statuses, default: nil)),
            ] + CommonParameters.labels + CommonParameters.period + [CommonParameters.sort("placedAt")]
                + CommonParameters.page + [CommonParameters.after],
            action: .read(list)),
        Route(
            "/v1/orders/{id}", "getOrder", access: .user,
            parameters: [.path("id", .text), CommonParameters.user, CommonParameters.after], action: .read(get)),
    ]

    private static let columns: [Column] = [
        .text("orderId", "o.order_id"), .time("placedAt", "o.placed_at"), .text("symbol", "o.symbol"),
        .text("exchange", "o.exchange"), .text("account", "o.account"), .text("side", "o.side"),
        .text("orderType", "o.order_type"), .text("product", "o.product"), .text("validity", "o.validity"),
        .text("status", "o.status"), .decimal("quantity", "o.quantity"), .decimal("price", "o.price"),
        .decimal("triggerPrice", "o.trigger_price"), .decimal("filledQuantity", "o.filled_quantity"),
        .decimal("averagePrice", "o.average_price"), .text("reason", "o.reason"), .text("category", "o.category"),
        .text("strategy", "o.strategy"), .json("tags", "o.tags"), .time("updatedAt", "o.updated_at"),
        .decimal("remainingQuantity", "o.remaining_quantity"), .integer("fillCount", "o.fill_count"),
        .decimal("filledValue", "o.filled_value"), .time("firstFillAt", "o.first_fill_at"),
        .time("lastFillAt", "o.last_fill_at"), .decimal("limitSlippage", "o.limit_slippage"),
        .decimal("arrivalPrice", "m.price"),
        .decimal(
            "arrivalSlippage",
            """
            CASE WHEN o.fill_count > 0 THEN CASE o.side WHEN 'BUY' THEN 1 WHEN 'SELL' THEN -1 END
            * (o.average_price - m.price) END
            """),
    ]

    private static let fill: [Column] = [
        .text("tradeId", "f.trade_id"), .decimal("quantity", "f.quantity"), .decimal("price", "f.price"),
        .time("executedAt", "f.executed_at"),
    ]

    /// Joins `m` to orders `o`, the arrival price: the close of the last minute that had ended when an order was placed, at
    /// most a day before.
    private static func arrival(_ live: LiveViews) -> String {
        guard live[.market] != nil else { return "CROSS JOIN (SELECT NULL::numeric AS price) m" }
        return """
            LEFT JOIN LATERAL (
                SELECT c.close AS price FROM \(live.relation(.market, "candles")) c
                WHERE c.exchange = o.exchange AND c.symbol = o.symbol AND c."interval" = '1m'
                AND c."time" <= o.placed_at - interval '1 minute' AND c."time" > o.placed_at - interval '1 day'
                ORDER BY c."time" DESC LIMIT 1
            ) m ON true
            """
    }

    private static func list(_ call: Call) throws(Problem) -> ReadPlan {
        let page = Page(call)
        let order = TimeOrder(call)
        let cursor = try Cursor.timeKey(of: call) ?? (order.start, "")
        let statement = ReadStatement(
            text: { live in
                """
                SELECT \(columns.selected), \(OrderList.time) FROM (\(OrderList(order: order).page(live))) o
                \(arrival(live)) \(OrderList.sorting(order))
                """
            },
            parameters: [.text(call.user)] + call.bookFilters + (try call.period()) + [
                .time(cursor.0), .text(cursor.1), page.queryLimit,
            ] + ["side", "status", "category", "strategy"].map { .text(call.arguments.text($0)) })
        return ReadPlan(
            views: [.orders], optionalViews: [.market], after: call.arguments.after, statements: [statement]
        ) {
            (results, writer) throws(ReadFailure) in
            let result = results[0]
            try page.write(
                result, to: &writer,
                key: { (row) throws(PostgresError) in
                    [String(try result.timestamptz(row, columns.count)), try result.text(row, 0)]
                },
                row: { (writer, row) throws(ReadFailure) in try writer.row(columns, of: result, row: row) })
        }
    }

    private static func get(_ call: Call) throws(Problem) -> ReadPlan {
        let id = call.arguments.text("id") ?? ""
        let parameters: [SQLValue] = [.text(call.user), .text(id)]
        let statements = [
            ReadStatement(
                text: { live in
                    """
                    SELECT \(columns.selected) FROM \(live.relation(.orders, "orders")) o \(arrival(live))
                    WHERE o.user_id = $1 AND o.order_id = $2
                    """
                }, parameters: parameters),
            ReadStatement(
                text: { live in
                    """
                    SELECT \(fill.selected) FROM \(live.relation(.orders, "order_fills")) f
                    WHERE f.user_id = $1 AND f.order_id = $2 ORDER BY f.executed_at, f.trade_id
                    LIMIT \(ReadAPILimits.fillsPerOrder)
                    """
                }, parameters: parameters),
        ]
        return ReadPlan(
            views: [.orders], optionalViews: [.market], after: call.arguments.after, statements: statements
        ) {
            (results, writer) throws(ReadFailure) in
            guard results[0].rowCount > 0 else {
                throw .problem(.notFound("\(call.user) has no order \"\(id.prefix(80))\""))
            }
            writer.open(UInt8(ascii: "{"))
            try writer.members(columns, of: results[0], row: 0)
            writer.key("fills")
            writer.open(UInt8(ascii: "["))
            for row in 0..<results[1].rowCount { try writer.row(fill, of: results[1], row: row) }
            writer.close(UInt8(ascii: "]"))
            writer.close(UInt8(ascii: "}"))
        }
    }
}
