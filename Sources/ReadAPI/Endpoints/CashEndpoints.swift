import Postgres

/// `balance` and `balance/statement`: a user's cash by currency.
enum CashEndpoints {
    static let routes: [Route] = [
        Route(
            "/v1/balance", "listBalances", access: .user,
            parameters: [CommonParameters.user, .query("currency", .text)] + CommonParameters.page + [
                CommonParameters.after
            ], action: .read(balances)),
        Route(
            "/v1/balance/statement", "listStatement", access: .user,
            parameters: [CommonParameters.user, .query("currency", .text)] + CommonParameters.period
                + CommonParameters.page + [CommonParameters.after],
            action: .read(statement)),
    ]

    private static let defaultCurrency = "INR"

    private static let balance: [Column] = [
        .text("currency", "b.currency"), .decimal("balance", "b.balance"), .decimal("available", "b.available"),
        .decimal("held", "b.held"), .decimal("external", "b.external"), .decimal("trading", "b.trading"),
        .decimal("fees", "b.fees"), .decimal("charges", "b.charges"), .time("updatedAt", "b.updated_at"),
    ]

    private static let entry: [Column] = [
        .time("time", "p.booked_at"), .text("entry", "p.entry"), .text("kind", "p.kind"),
        .text("reference", "p.reference"), .integer("ordinal", "p.ordinal"), .text("instrument", "p.instrument"),
        .decimal("amount", "p.amount"),
        .decimal(
            "balance",
            """
            (base.total - coalesce(sum(p.amount) OVER (ORDER BY p.booked_at DESC, p.kind DESC, p.reference DESC,
            p.ordinal DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))::numeric(38,8)
            """),
    ]

    private static func balances(_ call: Call) throws(Problem) -> ReadPlan {
        let page = Page(call)
        let key = try Cursor.key(of: call, parts: 1) ?? [""]
        let statement = ReadStatement(
            text: { live in
                """
                SELECT \(balance.selected) FROM \(live.relation(.cash, "cash_balances")) b
                WHERE b.user_id = $1 AND ($2 IS NULL OR b.currency = $2) AND b.currency > $3
                ORDER BY b.currency LIMIT $4
                """
            },
            parameters: [
                .text(call.user), .text(call.arguments.text("currency")), .text(key[0]), page.queryLimit,
            ])
        return ReadPlan(views: [.cash], after: call.arguments.after, statements: [statement]) {
            (results, writer) throws(ReadFailure) in
            let result = results[0]
            try page.write(
                result, to: &writer, key: { (row) throws(PostgresError) in [try result.text(row, 0)] },
                row: { (writer, row) throws(ReadFailure) in try writer.row(balance, of: result, row: row) })
        }
    }

    /// Newest first. Each line's balance is the sum of all entries up to it, by (time, kind, reference, ordinal).
    private static func statement(_ call: Call) throws(Problem) -> ReadPlan {
        let page = Page(call)
        let last = try lastEntry(of: call)
        let statement = ReadStatement(
            text: { live in
                let entries = live.relation(.cash, "cash_entries")
                let order = ["booked_at", "kind", "reference", "ordinal"]
                let descending = order.map { "\($0) DESC" }.joined(separator: ", ")
                let own = "e.user_id = $1 AND e.currency = $2 AND e.account = 'cash'"
                return """
                    WITH page AS (
                        SELECT * FROM \(entries) e WHERE \(own) AND e.booked_at >= $3 AND e.booked_at < $4
                        AND (e.booked_at, e.kind, e.reference, e.ordinal) < ($5, $6, $7, $8)
                        ORDER BY \(descending) LIMIT $9
                    ), base AS (
                        SELECT coalesce(sum(e.amount), 0) AS total FROM \(entries) e,
                            (SELECT * FROM page ORDER BY \(descending) LIMIT 1) f
                        WHERE \(own) AND (e.booked_at, e.kind, e.reference, e.ordinal)
                            <= (f.booked_at, f.kind, f.reference, f.ordinal)
                    )
                    SELECT \(entry.selected) FROM page p, base
                    ORDER BY p.booked_at DESC, p.kind DESC, p.reference DESC, p.ordinal DESC
                    """
            },
            parameters: [.text(call.user), .text(call.arguments.text("currency") ?? defaultCurrency)]
                + (try call.period()) + last + [page.queryLimit])
        return ReadPlan(views: [.cash], after: call.arguments.after, statements: [statement]) {
            (results, writer) throws(ReadFailure) in
            let result = results[0]
            try page.write(
                result, to: &writer,
                key: { (row) throws(PostgresError) in
                    [
                        String(try result.timestamptz(row, 0)), try result.text(row, 2), try result.text(row, 3),
                        String(try result.int64(row, 4)),
                    ]
                },
                row: { (writer, row) throws(ReadFailure) in try writer.row(entry, of: result, row: row) })
        }
    }

    /// The sort key of the last entry given out, else one behind all.
    private static func lastEntry(of call: Call) throws(Problem) -> [SQLValue] {
        guard let key = try Cursor.key(of: call, parts: 4) else {
            return [.time(Call.latest), .text(""), .text(""), .integer(0)]
        }
        guard let ordinal = Int(key[3]) else {
            throw .invalidParameter(
                "cursor", value: call.arguments.cursor ?? "",
                reason: "is not a cursor; pass nextCursor of the page before as it was")
        }
        return [.time(try Cursor.time(key[0], of: call)), .text(key[1]), .text(key[2]), .integer(ordinal)]
    }
}
