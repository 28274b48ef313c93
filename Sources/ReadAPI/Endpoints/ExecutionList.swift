import Postgres

/// The statements of a list of executions by time, of all books of a user: `$1` is the user, `$2` to `$5` the filters of a
/// book, `$6` and `$7` the period, `$8` and `$9` the cursor, `$10` the page's rows, the list's own filters from `$11` on.
///
/// Executions are indexed by user, instrument and time. For a user who has few, all are read and sorted. For others each
/// instrument gives its next page by the index, and the page is taken from these: what that costs goes by how many
/// instruments there are, and reads no execution twice.
struct ExecutionList: Sendable {
    private static let firstOwnParameter = 11

    let relation: String
    /// The column that the list goes by.
    let time: String
    let order: TimeOrder
    /// Columns that must equal a parameter each, where it is given.
    let filters: [String]

    /// Counts a user's executions no further than to where they are many: whether they are few. In the index's order, so that
    /// it is read however few users there are.
    static func areFew(user: String) -> ReadStatement {
        ReadStatement(
            text: { live in
                """
                SELECT count(*) <= \(ReadAPILimits.sortedExecutions) FROM (
                    SELECT FROM \(live.relation(.positions, "trades")) WHERE user_id = $1
                    ORDER BY instrument, executed_at LIMIT \(ReadAPILimits.sortedExecutions + 1)
                ) few
                """
            }, parameters: [.text(user)])
    }

    /// Rows `t` of the page, all of the user's read.
    func sorted(_ live: LiveViews) -> String {
        "SELECT * FROM \(live.relation(.positions, relation)) t WHERE \(condition) \(sorting("t")) LIMIT $10"
    }

    /// Rows `t` of the page in any order, a page of each instrument read. Which ones they are is found with nothing but their
    /// keys. Ties and limits leave the planner no other way, though it knows nothing of the tables when a server prepares
    /// the statement first.
    func byInstrument(_ live: LiveViews) -> String {
        let rows = live.relation(.positions, relation)
        return """
            SELECT t.* FROM (
                SELECT k.* FROM (\(instruments(live))) b CROSS JOIN LATERAL (
                    SELECT t.instrument, t.trade_id, t.\(time) FROM \(rows) t
                    WHERE t.instrument = b.instrument AND \(condition)
                    ORDER BY t.\(time) \(order.direction) FETCH FIRST ($10) ROWS WITH TIES
                ) k \(sorting("k")) LIMIT $10
            ) k CROSS JOIN LATERAL (
                SELECT * FROM \(rows) t WHERE t.user_id = $1 AND t.instrument = k.instrument AND t.\(time) = k.\(time)
                AND t.trade_id = k.trade_id LIMIT 1
            ) t
            """
    }

    func sorting(_ rows: String) -> String {
        "ORDER BY \(rows).\(time) \(order.direction), \(rows).trade_id \(order.direction)"
    }

    private var condition: String {
        let own = filters.enumerated().map { index, column in
            let parameter = "$\(index + Self.firstOwnParameter)"
            return " AND (\(parameter) IS NULL OR t.\(column) = \(parameter))"
        }
        return """
            t.user_id = $1 AND ($2 IS NULL OR t.account = $2) AND ($3 IS NULL OR t.exchange = $3)
            AND ($4 IS NULL OR t.symbol = $4) AND ($5 IS NULL OR t.exchange = $5)
            AND t.\(time) >= $6 AND t.\(time) < $7 AND (t.\(time), t.trade_id) \(order.comparison) ($8, $9)\(own.joined())
            """
    }

    /// Those the filters may find something of. Executions of an instrument named by its ISIN may have other exchanges and
    /// symbols than its book shows, so these are all asked.
    private func instruments(_ live: LiveViews) -> String {
        """
        SELECT DISTINCT p.instrument FROM \(live.relation(.positions, "positions")) p
        WHERE p.user_id = $1 AND ($2 IS NULL OR p.account = $2)
        AND ($3 IS NULL OR strpos(p.instrument, ':') = 0 OR starts_with(p.instrument, $3 || ':'))
        AND ($4 IS NULL OR strpos(p.instrument, ':') = 0 OR p.instrument = $3 || ':' || $4)
        """
    }
}
