import Engine
import Postgres
import Projections
import Supervision
import TestKit
import Testing

@testable import ReadAPI

/// The routes on the tables and views that the engine itself makes, not on this suite's fixture of them.
@Suite struct EngineSchemaTests {
    private func database() throws -> (url: String, connection: PostgresConnection) {
        let url = try TemporaryPostgres.shared().freshDatabase()
        let connection = try PostgresConnection.connect(try PostgresConfiguration(url: url))
        try EngineSchema.create(on: connection)
        return (url, connection)
    }

    static func madeByTheEngine() throws -> String { try EngineSchemaTests().database().url }

    @Test func everyListAnswersOnEmptyTables() throws {
        let api = try TestAPI(database: try database().url)
        for path in [
            "positions", "trades", "closed-trades", "orders", "quotes", "balance", "balance/statement", "watchlists",
            "instruments",
            "positions", "trades", "closed-trades", "orders", "quotes", "cart", "cart/rules", "alerts",
            "alerts/history",
        ] {
            let answer = try api.get("/v1/\(path)")
            #expect(answer.text == #"{"items":[],"nextCursor":null}"#, "\(path)")
            #expect(answer.header("tapefold-position")?.isEmpty == false)
        }
        for path in ["positions/A", "trades/1", "orders/1", "quotes/A", "candles/A"] {
            #expect(try api.get("/v1/\(path)").status == 404, "\(path)")
        }
        #expect(try api.get("/v1/quotes?symbols=A,B").items().isEmpty)
        #expect(try api.get("/v1/notifications").text == #"{"items":[],"nextCursor":null,"unreadCount":0}"#)
    }

    /// More digits than a double holds.
    @Test(arguments: [
        ("12345678.12345678", 1, "12345678.12345678", "12345678.12345678"),
        ("99999999.99999999", 1, "99999999.99999999", "99999999.99999999"),
        ("12345678.12345678", -1, "-12345678.12345678", "-12345678.12345678"),
    ])
    func lotsAreExact(quantity: String, side: Int, shown: String, unrealized: String) throws {
        let (url, connection) = try database()
        let units = quantity.filter { $0 != "." }
        try connection.execute(
            """
            INSERT INTO positions_2_1.positions VALUES ('u1', 'main', 'NSE:S9', 'NSE', 'S9', \(side) * \(units), 1000000000, 0, 0, 0,
                1, now(), 't', now(), int2send(1::int2) || convert_to('t', 'UTF8') || int8send(1768448700000000) || int8send(\(units))
                || int8send(1000000000) || int8send(100000000) || int8send(0) || int8send(0) || int8send(\(units)) || int8send(0)
                || int8send(0), NULL);
            INSERT INTO market_2_1.quotes (exchange, symbol, last_price_e8, updated_at, log_offset)
            VALUES ('NSE', 'S9', 1100000000, now(), 1);
            """)
        #expect(try connection.query("SELECT quantity::text FROM api.lots").text(0, 0) == shown)
        let position = try TestAPI(database: url).get("/v1/positions/S9").json()
        #expect(position["quantity"] == .string(shown))
        #expect(position["openLots"]?.elements?.first?["quantity"] == .string(shown))
        #expect(position["unrealizedPnl"] == .string(unrealized))
    }

    @Test func rowsOfTheEngineShowWhole() throws {
        let (url, connection) = try database()
        try EngineSchema.addUser(on: connection, user: "u1", symbols: 3, lots: 2)
        let api = try TestAPI(database: url)
        let position = try api.get("/v1/positions/S2").json()
        #expect(position["quantity"] == .string("-20"))
        #expect(position["averagePrice"] == .string("101.5"))
        #expect(position["netPnl"] == .string("-2"))
        #expect(position["lastPrice"] == .string("100.25"))
        #expect(position["unrealizedPnl"] == .string("25"))
        #expect(
            position["openLots"]?.elements?.first?.text
                == #"{"quantity":"-10","price":"101","openedAt":"2026-01-15T03:45:00Z","tradeId":"u1-2-1","multiplier":"1"}"#
        )
        #expect(position["openLots"]?.elements?.count == 2)
        #expect(try api.get("/v1/positions").items().count == 3)
        #expect(
            try api.get("/v1/trades?limit=4").items().map { $0["tradeId"]?.string } == [
                "u1-3-2", "u1-2-2", "u1-1-2", "u1-3-1",
            ])
        #expect(try api.get("/v1/trades/u1-1-1").json()["tags"] == .array([.string("a")]))
        #expect(try api.get("/v1/candles/S1?interval=5m").items().first?["volume"] == .string("1000"))
        #expect(try api.get("/v1/orders/o1").json()["side"] == .string("BUY"))
    }

    /// Their bytes are stored compressed: a look at each must not unpack all of them, or this takes minutes.
    @Test func aBookOfManyLotsIsAnswered() throws {
        let (url, connection) = try database()
        try EngineSchema.addUser(on: connection, user: "u1", symbols: 1, lots: 16_000)
        let answer = try TestAPI(database: url).get("/v1/positions")
        #expect(answer.status == 200, "\(answer.text.prefix(300))")
        #expect(try answer.items().first?["openLots"]?.elements?.count == 16_000)
    }

    @Test func cartsRulesAndAlertsShowWhole() throws {
        let (url, connection) = try database()
        try connection.execute(
            """
            INSERT INTO cart_2_1.carts VALUES ('u1', '[{"exchange":"NSE","symbol":"M&M","quantity_e8":250000000,
                "price_e8":10050000000,"rules":["r1"],"added_at_us":1768448700000000,"updated_at_us":1768448760000000},
                {"exchange":"BSE","symbol":"A","quantity_e8":100000000,"rules":[],"added_at_us":1768448700000001,
                "updated_at_us":1768448700000001}]', '2026-01-15 03:46:00+00');
            INSERT INTO cart_2_1.cart_rules VALUES
                ('NSE', 'M&M', 'u1', 'r1', true, 9900000000, NULL, NULL, '2026-01-15 03:00:00+00', NULL),
                ('NSE', 'A', 'u1', 'r1', true, NULL, 1, 1, '2026-01-15 03:00:00+00', '2026-01-15 04:00:00+00'),
                ('NSE', 'A', 'u1', 'r2', false, NULL, 1, 1, '2026-01-15 03:00:00+00', NULL),
                ('NSE', 'A', 'u1', 'rearmed before it was made', false, NULL, NULL, NULL, NULL, '2026-01-15 03:00:00+00');
            INSERT INTO cart_2_1.rule_firings VALUES
                ('u1', 'r1', 'NSE', 'M&M', 2, '2026-01-15 03:45:00+00', 10050000000),
                ('u1', 'r1', 'NSE', 'A', 1, '2026-01-15 03:45:00+00', 1);
            INSERT INTO alerts_2_1.alerts VALUES
                ('NSE', 'A', 'u1', 'a1', 'above', true, 1000000000, NULL, NULL, true, '[]', '2026-01-15 03:00:00+00', '/api#d1'),
                ('NSE', 'A', 'u1', 'a2', 'percent_change', true, -500000000, NULL, 60, false, '["email"]',
                    '2026-01-15 03:00:00+00', '/api#d2');
            INSERT INTO alerts_2_1.alert_firings VALUES ('u1', 'a1', 'NSE', 'A', 1, '2026-01-15 03:45:00+00', 1010000000);
            INSERT INTO alerts_2_1.alert_history
            SELECT 'u1', '/tapefold/triggers', 'e' || n, 'a1', 'NSE', 'A', 'above', 1010000000,
                timestamptz '2026-01-15 03:45:00+00' + n * interval '1 second' FROM generate_series(1, 5) n;
            """)
        let api = try TestAPI(database: url)
        let lines = try api.get("/v1/cart").items()
        #expect(lines.map { $0["symbol"]?.string } == ["A", "M&M"])
        #expect(
            lines.last?.text
                == #"{"symbol":"M&M","exchange":"NSE","quantity":"2.5","price":"100.5","ruleIds":["r1"],"#
                + #""addedAt":"2026-01-15T03:45:00Z","updatedAt":"2026-01-15T03:46:00Z"}"#)
        #expect(lines.first?["price"] == .null)
        #expect(try api.get("/v1/cart?symbol=M%26M").items().count == 1)
        let rules = try api.get("/v1/cart/rules").items()
        #expect(rules.map { $0["armed"]?.text } == ["true", "false", "false"])
        #expect(rules.map { $0["timesFired"]?.text } == ["1", "2", "0"])
        #expect(rules[1]["quantity"] == .string("1"))
        let alerts = try api.get("/v1/alerts").items()
        #expect(alerts.map { $0["status"]?.string } == ["DONE", "ACTIVE"])
        #expect(alerts.map { $0["channels"]?.text } == [#"["in_app"]"#, #"["email"]"#])
        #expect(alerts.map { $0["cooldownSeconds"]?.text } == ["0", "60"])
        #expect(try api.get("/v1/alerts?status=DONE").items().count == 1)
        for path in ["cart?limit=1", "cart/rules?limit=1", "alerts?limit=1", "alerts/history?limit=2&alertId=a1"] {
            var seen: [String] = []
            var cursor: String?
            repeat {
                let next = cursor.map { "&cursor=\($0)" } ?? ""
                let page = try api.get("/v1/\(path)\(next)").json()
                seen += (page["items"]?.elements ?? []).map(\.text)
                cursor = page["nextCursor"]?.string
            } while cursor != nil
            let whole = try api.get("/v1/\(path.split(separator: "?")[0])").items().map(\.text)
            #expect(seen == whole, "\(path)")
        }
        #expect(try api.get("/v1/alerts/history?alertId=other").items().isEmpty)
    }

    /// Pages must come from the keys, whatever the table's size.
    @Test func pagesUseTheKeys() throws {
        let (_, connection) = try database()
        try connection.execute("SET enable_seqscan = off; SET enable_bitmapscan = off")
        for (query, index) in [
            (
                "SELECT * FROM positions_2_1.api_positions WHERE user_id = 'u' AND (account, instrument) > ('a', 'b') "
                    + "ORDER BY account, instrument LIMIT 10", "positions_key"
            ),
            (
                "SELECT * FROM market_2_1.api_candles WHERE exchange = 'N' AND symbol = 'S' AND \"interval\" = '1m' "
                    + "AND \"time\" >= 'epoch' ORDER BY \"time\" LIMIT 10",
                // Of a partition: the key's own name belongs to the whole.
                "candles_rest_exchange_symbol_interval_code_start_at_idx"
            ),
            (
                "SELECT * FROM market_2_1.api_quotes WHERE (exchange, symbol) > ('a', 'b') ORDER BY exchange, symbol LIMIT 10",
                "quotes_key"
            ),
        ] {
            let plan = try connection.query("EXPLAIN " + query)
            let text = try (0..<plan.rowCount).map { try plan.text($0, 0) }.joined(separator: "\n")
            #expect(text.contains("Index Scan using \(index)"), "\(text)")
            #expect(!text.contains("Sort"), "\(text)")
        }
    }
}

/// The engine's own schema, with rows as the folds would write them.
enum EngineSchema {
    static func create(on connection: PostgresConnection) throws {
        try Migrations.run(on: connection)
        for (view, topics) in [
            (PositionsView.definition, ["trades.executed", "trades.corrected"]),
            (MarketView.definition, ["market.updates"]),
            (AnalyticsView.definition, ["trades.executed", "trades.corrected", "payments.received"]),
            (OrdersView.definition, ["orders.placed", "orders.updated", "orders.cancelled", "trades.executed"]),
            (KeyedFold<NotificationsView>.schema, ["notifications.send", "notifications.updated"]),
            (CashFold.schema, ["payments.received", "trades.executed", "trades.corrected"]),
            (KeyedFold<WatchlistsView>.schema, ["watchlists.changed"]),
            (KeyedFold<InstrumentsView>.schema, ["instruments.updated"]),
            (CombinedFold<CartView>.schema, ["cart.changed", "rules.changed", "rules.rearmed"]),
            (CombinedFold<AlertsView>.schema, ["alerts.changed", "alerts.triggered"]),
        ] {
            let start = (0..<4).map { lane in
                LaneOffsets(lane: lane, next: Dictionary(uniqueKeysWithValues: topics.map { ($0, 1_000) }))
            }
            _ = try BuildCatalog(connection).ensureLiveBuild(of: view, lanes: 4, start: start)
        }
    }

    /// The rows that a fold led to, in the build that has its tables.
    static func copy(_ store: MemoryViewStore, of view: ViewSchema, to connection: PostgresConnection) throws {
        let live = try #require(try BuildCatalog(connection).liveBuild(of: view.name))
        for table in view.tables {
            // Rows in memory are the bytes that COPY takes.
            let rows = try store.rows(table.name)
            try connection.copyInBinary("COPY \(live.schema).\(table.name) FROM STDIN (FORMAT binary)") {
                (writer) throws(PostgresError) in
                for row in rows {
                    try writer.writeRow(fieldCount: row.fields.count) { buffer in
                        for field in row.fields {
                            buffer.append(integer: Int32(field.map(\.count) ?? -1))
                            (field ?? []).withUnsafeBytes { buffer.append($0) }
                        }
                    }
                }
            }
        }
    }

    /// The books of executions that were put into their table by hand.
    static func addBooks(on connection: PostgresConnection) throws {
        try connection.execute(
            """
            INSERT INTO positions_2_1.positions
            SELECT DISTINCT ON (user_id, account, instrument) user_id, account, instrument, exchange, symbol, 0, NULL::bigint,
                0, 0, 0, 1, now(), NULL, now(), ''::bytea, NULL::integer
            FROM positions_2_1.trades ORDER BY user_id, account, instrument, trade_id
            """)
    }

    /// A user with positions in S1, S2, …, every second one short, each with as many lots, and what belongs to them.
    static func addUser(on connection: PostgresConnection, user: String, symbols: Int, lots: Int) throws {
        try connection.execute(
            """
            INSERT INTO positions_2_1.positions
            SELECT '\(user)', 'main', 'NSE:S' || s, 'NSE', 'S' || s, (1 - s % 2 * 2) * -1 * \(lots) * 1000000000::bigint, 10150000000,
                0, \(lots), 0, \(lots), now(), NULL, now(), (
                SELECT string_agg(int2send(length(id)::int2) || convert_to(id, 'UTF8') || int8send(at) || int8send(1000000000)
                    || int8send((100 + l) * 100000000::bigint) || int8send(100000000) || int8send(0) || int8send(50000000)
                    || int8send(1000000000) || int8send(0) || int8send(50000000), ''::bytea ORDER BY l)
                FROM (SELECT l, '\(user)-' || s || '-' || l AS id, 1768448700000000 + (l - 1) * 60000000::bigint AS at
                    FROM generate_series(1, \(lots)) l) x), NULL::integer
            FROM generate_series(1, \(symbols)) s;
            INSERT INTO positions_2_1.trades (user_id, trade_id, account, instrument, exchange, symbol, side, quantity_e8, price_e8,
                fees, multiplier_e8, executed_at, tags, content_hash, voided)
            SELECT '\(user)', '\(user)-' || s || '-' || l, 'main', 'NSE:S' || s, 'NSE', 'S' || s, 1 - s % 2 * 2, 1000000000,
                (100 + l) * 100000000::bigint, 0.5, 100000000,
                timestamptz '2026-01-15 03:45:00+00' + (l - 1) * interval '1 minute', '["a"]', '', false
            FROM generate_series(1, \(symbols)) s, generate_series(1, \(lots)) l;
            INSERT INTO market_2_1.quotes (exchange, symbol, last_price_e8, updated_at, log_offset)
            SELECT 'NSE', 'S' || s, 10025000000, now(), 1 FROM generate_series(1, \(symbols)) s ON CONFLICT DO NOTHING;
            INSERT INTO market_2_1.candles (exchange, symbol, interval_code, start_at, trading_day, open_e8, high_e8, low_e8, close_e8,
                volume, partial, last_tick_at)
            SELECT 'NSE', 'S' || s, '5m', '2026-01-15 03:45:00+00', '2026-01-15', 1, 1, 1, 1, 1000, false, now()
            FROM generate_series(1, \(symbols)) s ON CONFLICT DO NOTHING;
            INSERT INTO orders_2_1.orders (user_id, order_id, side, status, updated_at, told_fields, fill_count)
            VALUES ('\(user)', 'o1', 1, 'OPEN', now(), 0, 0);
            """)
    }
}
