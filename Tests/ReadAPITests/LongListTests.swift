import Engine
import Postgres
import Supervision
import TestKit
import Testing

@testable import ReadAPI

/// Lists of a user with more rows than one page wants to read: the same rows in the same order as by one plain query, and a
/// page reads a bounded number of them.
@Suite struct LongListTests {
    private static let instruments = 24
    private static let rows = 3_000

    private func database() throws -> (url: String, connection: PostgresConnection) {
        let url = try TemporaryPostgres.shared().freshDatabase()
        let connection = try PostgresConnection.connect(try PostgresConfiguration(url: url))
        try EngineSchema.create(on: connection)
        return (url, connection)
    }

    /// `desk` has many executions: seven a second, in one instrument all of a minute at once; two accounts; every fourth
    /// instrument an ISIN that is traded on two exchanges under two symbols. `clerk` has few. Ids are in no order.
    private func fillTrades(_ connection: PostgresConnection) throws {
        try connection.execute(
            """
            INSERT INTO positions_2_1.trades (user_id, trade_id, account, instrument, exchange, symbol, side, quantity_e8, price_e8,
                fees, multiplier_e8, executed_at, order_id, category, strategy, content_hash, voided,
                closed_quantity_e8, entry_price_e8, opened_at, gross_pnl, closed_fees, realized_pnl)
            SELECT u.name, md5(i::text), CASE i % 5 WHEN 0 THEN 'second' ELSE 'main' END,
                CASE WHEN s % 4 = 0 THEN 'INE' || s ELSE 'NSE:S' || s END,
                CASE WHEN s % 4 = 0 AND round % 2 = 0 THEN 'BSE' ELSE 'NSE' END,
                CASE WHEN s % 4 = 0 AND round / 2 % 2 = 0 THEN 'R' ELSE 'S' END || s,
                CASE WHEN (i / 5 + i / 48) % 2 = 0 THEN 1 ELSE -1 END, 100000000, 1000000000, 0, 100000000,
                date_trunc(CASE s WHEN 1 THEN 'minute' ELSE 'second' END,
                    timestamptz '2026-01-15 03:45:00+00' + (i / 7) * interval '1 second'),
                'o' || i / 3, CASE WHEN i % 11 = 0 THEN 'swing' END, CASE WHEN i % 400 = 0 THEN 'rare' END, '', i % 50 = 0,
                CASE WHEN closes THEN 100000000 END, CASE WHEN closes THEN 900000000 END,
                CASE WHEN closes THEN timestamptz '2026-01-15 03:45:00+00' END, 1, 0, 1
            FROM (VALUES ('desk', \(Self.rows)), ('clerk', 200)) u (name, executions), generate_series(1, u.executions) i,
                LATERAL (SELECT i * 7 % \(Self.instruments) AS s, i / \(Self.instruments) AS round, i / 5 % 2 = 0 AS closes) x;
            """)
        try EngineSchema.addBooks(on: connection)
    }

    /// Every fiftieth order of the desk is known by its executions alone, every 500th by a status alone. Thirty at once.
    private func fillOrders(_ connection: PostgresConnection) throws {
        try connection.execute(
            """
            INSERT INTO orders_2_1.orders (user_id, order_id, exchange, symbol, side, account, status, category, updated_at,
                placed_at, first_fill_at, told_fields, fill_count)
            SELECT u.name, md5(i::text), 'NSE', 'S' || i % 9, i % 2 * 2 - 1, CASE i % 5 WHEN 0 THEN 'second' ELSE 'main' END,
                CASE WHEN i % 3 = 0 THEN 'OPEN' ELSE 'EXECUTED' END, CASE WHEN i % 11 = 0 THEN 'swing' END,
                x.at + interval '1 hour', CASE WHEN i % 50 > 0 OR u.name = 'clerk' THEN x.at END,
                CASE WHEN i % 500 > 0 AND (i % 3 > 0 OR i % 50 = 0) THEN x.at + interval '2 seconds' END, 0, 0
            FROM (VALUES ('desk', \(Self.rows)), ('clerk', 200)) u (name, orders), generate_series(1, u.orders) i,
                LATERAL (SELECT timestamptz '2026-01-15 03:45:00+00' + (i * 17 % 100) * interval '10 seconds' AS at) x;
            """)
    }

    private func walk(_ api: TestAPI, _ target: String, id: String, as user: String, limit: Int) throws -> [String] {
        var ids: [String] = []
        var cursor: String?
        repeat {
            let mark = target.contains("?") ? "&" : "?"
            let page = try api.get(
                "\(target)\(mark)limit=\(limit)\(cursor.map { "&cursor=\($0)" } ?? "")", as: user
            ).json()
            ids += try #require(page["items"]?.elements, "\(page.text)").compactMap { $0[id]?.string }
            cursor = page["nextCursor"]?.string
        } while cursor != nil
        return ids
    }

    /// Both ways, or one and the other in turns.
    private static func directions(_ turn: Int?) -> [(sort: String, sql: String)] {
        let all = [(sort: "-", sql: "DESC"), (sort: "", sql: "ASC")]
        return turn.map { [all[$0 % 2]] } ?? all
    }

    /// Other pages than of 500: some end among rows of one time.
    private static let limits = ["": [500, 190], "symbol=NSE:S1": [500, 10], "status=OPEN": [500, 47]]

    private static let filters: [(query: String, sql: String)] = [
        ("", "true"),
        ("account=second", "account = 'second'"),
        ("exchange=BSE", "exchange = 'BSE'"),
        ("exchange=NSE", "exchange = 'NSE'"),
        ("symbol=NSE:S1", "exchange = 'NSE' AND symbol = 'S1'"),
        ("symbol=S4", "exchange = 'NSE' AND symbol = 'S4'"),
        ("symbol=BSE:R4", "exchange = 'BSE' AND symbol = 'R4'"),
        ("symbol=NSE:S1&exchange=BSE", "false"),
        ("symbol=NSE:NONE", "false"),
        ("category=swing", "category = 'swing'"),
        ("strategy=rare", "strategy = 'rare'"),
        (
            "from=2026-01-15T03:46:00Z&to=2026-01-15T03:50:00Z",
            "executed_at >= '2026-01-15 03:46:00+00' AND executed_at < '2026-01-15 03:50:00+00'"
        ),
    ]

    @Test(arguments: ["desk", "clerk"])
    func walksEqualOnePlainQuery(_ user: String) throws {
        let (url, connection) = try database()
        try fillTrades(connection)
        let api = try TestAPI(database: url)
        for (path, relation, time, own) in [
            ("trades", "trades", "executed_at", [("side=SELL", "side = 'SELL'"), ("orderId=o7", "order_id = 'o7'")]),
            ("closed-trades", "closed_trades", "closed_at", [("direction=LONG", "direction = 'LONG'")]),
        ] {
            for (index, (query, sql)) in (Self.filters + own).enumerated() {
                let limits = Self.limits[query] ?? [500]
                for (sort, direction) in Self.directions(limits.count > 1 ? nil : index) {
                    let rows = try connection.query(
                        """
                        SELECT trade_id FROM positions_2_1.api_\(relation) WHERE user_id = '\(user)'
                        AND \(sql.replacing("executed_at", with: time)) ORDER BY \(time) \(direction), trade_id \(direction)
                        """)
                    let expected = try (0..<rows.rowCount).map { try rows.text($0, 0) }
                    let field = path == "trades" ? "executedAt" : "closedAt"
                    let target = "/v1/\(path)?\(query.isEmpty ? "" : query + "&")sort=\(sort)\(field)"
                    #expect(user == "clerk" || expected.isEmpty == (sql == "false"), "\(target)")
                    for limit in limits {
                        #expect(
                            try walk(api, target, id: "tradeId", as: user, limit: limit) == expected,
                            "\(target) by \(limit)")
                    }
                }
            }
        }
    }

    @Test func onlyWhoHasFewIsRememberedForAWhile() throws {
        let (url, connection) = try database()
        try fillTrades(connection)
        let api = try TestAPI(database: url)
        for user in ["desk", "clerk"] { #expect(try api.get("/v1/trades?limit=1", as: user).items().count == 1) }
        let few = api.server.service.fewExecutions
        #expect(few.contains("clerk") && !few.contains("desk"))
        few.insert("desk", now: 5)
        #expect(few.contains("desk", now: 6))
        #expect(!few.contains("desk", now: 5 + ReadAPILimits.fewExecutionsSeconds * 1_000_000_000))
        for index in 0...ReadAPILimits.rememberedUsers { few.insert("u\(index)") }
        #expect(!few.contains("u0") && few.contains("u\(ReadAPILimits.rememberedUsers)"))
    }

    @Test(arguments: ["desk", "clerk"])
    func walksOfOrdersEqualOnePlainQuery(_ user: String) throws {
        let (url, connection) = try database()
        try fillOrders(connection)
        let api = try TestAPI(database: url)
        let time = "coalesce(placed_at, first_fill_at, updated_at)"
        for (index, (query, sql)) in [
            ("", "true"), ("account=second", "account = 'second'"), ("symbol=S4", "symbol = 'S4'"),
            ("status=OPEN", "status = 'OPEN'"), ("category=swing&side=BUY", "category = 'swing' AND side = 'BUY'"),
            (
                "from=2026-01-15T03:46:00Z&to=2026-01-15T05:00:00Z",
                "\(time) >= '2026-01-15 03:46:00+00' AND \(time) < '2026-01-15 05:00:00+00'"
            ),
        ].enumerated() {
            let limits = Self.limits[query] ?? [500]
            for (sort, direction) in Self.directions(limits.count > 1 ? nil : index) {
                let rows = try connection.query(
                    """
                    SELECT order_id FROM orders_2_1.api_orders WHERE user_id = '\(user)' AND \(sql)
                    ORDER BY \(time) \(direction), order_id \(direction)
                    """)
                let expected = try (0..<rows.rowCount).map { try rows.text($0, 0) }
                let target = "/v1/orders?\(query.isEmpty ? "" : query + "&")sort=\(sort)placedAt"
                #expect(user == "clerk" || !expected.isEmpty, "\(target)")
                for limit in limits {
                    #expect(
                        try walk(api, target, id: "orderId", as: user, limit: limit) == expected,
                        "\(target) by \(limit)")
                }
            }
        }
    }

    /// A server prepares its statements once: over empty tables when it was started first, or over full ones.
    @Test(arguments: [true, false], [true, false])
    func aPageReadsFewExecutionsOfEachInstrument(isPreparedEarly: Bool, isNewestFirst: Bool) throws {
        let (_, connection) = try database()
        let order = TimeOrder(isNewestFirst: isNewestFirst)
        let list = ExecutionList(relation: "trades", time: "executed_at", order: order, filters: ["side"])
        let plan = try planOfAPage(connection, isPreparedEarly: isPreparedEarly, ownFilters: 1, fill: fillTrades) {
            "SELECT t.* FROM (\(list.byInstrument($0))) t \(list.sorting("t"))"
        }
        let read = rowsRead(of: "trades", in: plan)
        // A page of ten of each instrument, with what comes at the same time as the last, and the page itself.
        #expect((10...Self.instruments * 14).contains(read), "\(read) of \(plan.joined(separator: "\n"))")
    }

    @Test(arguments: [true, false], [true, false])
    func aPageReadsFewOrders(isPreparedEarly: Bool, isNewestFirst: Bool) throws {
        let (_, connection) = try database()
        let order = TimeOrder(isNewestFirst: isNewestFirst)
        let plan = try planOfAPage(connection, isPreparedEarly: isPreparedEarly, ownFilters: 4, fill: fillOrders) {
            OrderList(order: order).page($0)
        }
        let read = rowsRead(of: "orders", in: plan)
        // Sixty that nobody placed, a page of ten with what was placed at once with the last, and the page itself.
        #expect((10...150).contains(read), "\(read) of \(plan.joined(separator: "\n"))")
    }

    /// How a page of ten of the desk's was read.
    private func planOfAPage(
        _ connection: PostgresConnection, isPreparedEarly: Bool, ownFilters: Int,
        fill: (PostgresConnection) throws -> Void, statement: (LiveViews) -> String
    ) throws -> [String] {
        if !isPreparedEarly {
            try fill(connection)
            try connection.execute("ANALYZE")
        }
        let live = try LiveViews(try connection.query(LiveViews.query, try LiveViews.parameters()))
        let own = String(repeating: ", text", count: ownFilters)
        try connection.execute(
            """
            SET plan_cache_mode = force_generic_plan;
            PREPARE page (text, text, text, text, text, timestamptz, timestamptz, timestamptz, text, bigint\(own)) AS
            \(statement(live))
            """)
        let execute = """
            EXECUTE page ('desk', NULL, NULL, NULL, NULL, '-infinity', 'infinity', '2026-01-15 03:48:30+00', '',
            10\(own.replacing("text", with: "NULL")))
            """
        #expect(try connection.query(execute).rowCount == (isPreparedEarly ? 0 : 10))
        if isPreparedEarly { try fill(connection) }
        let plan = try connection.query("EXPLAIN (ANALYZE, TIMING off) \(execute)")
        return try (0..<plan.rowCount).map { try plan.text($0, 0) }
    }

    /// What the plan's scans of a table gave or threw away.
    private func rowsRead(of table: String, in plan: [String]) -> Int {
        let scan = /\(actual rows=(?<rows>\d+) loops=(?<loops>\d+)\)/
        var rows = 0
        var loops = 0
        for line in plan {
            if let found = line.firstMatch(of: scan) {
                loops = line.contains(" on \(table) ") ? Int(found.loops) ?? 0 : 0
                rows += loops * (Int(found.rows) ?? 0)
            } else if let removed = line.firstMatch(of: /Rows Removed by Filter: (\d+)/) {
                rows += loops * (Int(removed.1) ?? 0)
            }
        }
        return rows
    }
}
