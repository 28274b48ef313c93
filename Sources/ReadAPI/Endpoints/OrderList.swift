/// The statement of a list of orders by time: `$1` is the user, `$2` to `$5` the filters of a book, `$6` and `$7` the period,
/// `$8` and `$9` the cursor, `$10` the page's rows, `$11` to `$14` side, status, category and strategy.
struct OrderList: Sendable {
    let order: TimeOrder

    /// When nobody knows when an order was placed, as of an imported one: its first execution, without one its last update.
    private static let otherTime = "coalesce(o.first_fill_at, o.updated_at)"

    /// Where an order stands in the list, and what from and to look at.
    static let time = "coalesce(o.placed_at, \(otherTime))"

    static func sorting(_ order: TimeOrder) -> String {
        "ORDER BY \(time) \(order.direction), o.order_id \(order.direction)"
    }

    /// Rows `o` of the page, in any order; which ones they are is found with nothing but their keys. Orders are indexed by
    /// user and placing: a page's rows are read of those that were placed, and all of the others.
    func page(_ live: LiveViews) -> String {
        let rows = live.relation(.orders, "orders")
        return """
            SELECT o.* FROM (
                SELECT k.* FROM (
                    (SELECT o.order_id, o.placed_at AS at FROM \(rows) o WHERE \(condition(on: "o.placed_at"))
                        ORDER BY o.placed_at \(order.direction) FETCH FIRST ($10) ROWS WITH TIES)
                    UNION ALL
                    (SELECT o.order_id, \(Self.otherTime) FROM \(rows) o
                        WHERE o.placed_at IS NULL AND \(condition(on: Self.otherTime)))
                ) k ORDER BY k.at \(order.direction), k.order_id \(order.direction) LIMIT $10
            ) k CROSS JOIN LATERAL (
                SELECT * FROM \(rows) o WHERE o.user_id = $1 AND o.order_id = k.order_id LIMIT 1
            ) o
            """
    }

    private func condition(on time: String) -> String {
        """
        o.user_id = $1 AND ($2 IS NULL OR o.account = $2) AND ($3 IS NULL OR o.exchange = $3)
        AND ($4 IS NULL OR o.symbol = $4) AND ($5 IS NULL OR o.exchange = $5)
        AND \(time) >= $6 AND \(time) < $7 AND (\(time), o.order_id) \(order.comparison) ($8, $9)
        AND ($11 IS NULL OR o.side = $11) AND ($12 IS NULL OR o.status = $12)
        AND ($13 IS NULL OR o.category = $13) AND ($14 IS NULL OR o.strategy = $14)
        """
    }
}
