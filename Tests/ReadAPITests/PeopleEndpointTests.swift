import Postgres
import Supervision
import Testing

@testable import ReadAPI

/// Notifications, cash, watchlists, instruments and enriched orders, on the engine's own tables.
@Suite struct PeopleEndpointTests {
    private func open(_ sql: String) throws -> (TestAPI, PostgresConnection) {
        let url = try TemporaryPostgres.shared().freshDatabase()
        let connection = try PostgresConnection.connect(try PostgresConfiguration(url: url))
        try EngineSchema.create(on: connection)
        try connection.execute(sql)
        return (try TestAPI(database: url), connection)
    }

    @Test func theInboxShowsWhatIsDueAndCountsWhatIsUnread() throws {
        let (api, _) = try open(
            """
            INSERT INTO notifications_1_1.notifications (user_id, notification_id, channel, category, title, body, priority,
                data, sent_at, visible_at, delivery, read_at, deleted_at, expires_at, updated_at)
            SELECT 'u1', id, channel, category, 'T', 'B', 2, '{"a":"\\u0000"}', now() - interval '1 hour', now() + visible,
                delivery, read_at, deleted_at, expires_at, now()
            FROM (VALUES
                ('n1', 'in_app', 'trade_alert', interval '-9 min', 'delivered', NULL::timestamptz, NULL::timestamptz, NULL::timestamptz),
                ('n2', 'in_app', 'news', interval '-8 min', 'delivered', now(), NULL, NULL),
                ('n3', 'in_app', 'news', interval '-7 min', 'delivered', NULL, now(), NULL),
                ('n4', 'in_app', 'news', interval '5 min', 'delivered', NULL, NULL, NULL),
                ('n5', 'in_app', 'news', interval '-6 min', 'delivered', NULL, NULL, now() - interval '1 min'),
                ('n6', 'email', 'news', interval '-5 min', 'pending', NULL, NULL, NULL)
            ) v (id, channel, category, visible, delivery, read_at, deleted_at, expires_at)
            """)
        func ids(_ query: String) throws -> [String?] {
            try api.get("/v1/notifications\(query)").items().map { $0["notificationId"]?.string }
        }
        let all = try api.get("/v1/notifications").json()
        #expect(all["unreadCount"]?.text == "1")
        #expect(try ids("") == ["n6", "n5", "n2", "n1"])
        #expect(try ids("?unread=true") == ["n1"])
        #expect(try ids("?unread=false") == ["n6", "n5", "n2"])
        #expect(try ids("?status=deleted") == ["n3"])
        #expect(try ids("?status=pending") == ["n6"])
        #expect(try ids("?category=trade_alert") == ["n1"])
        #expect(try ids("?channel=email") == ["n6"])
        let first = try api.get("/v1/notifications?limit=3").json()
        let cursor = try #require(first["nextCursor"]?.string)
        #expect(try ids("?limit=3&cursor=\(cursor)") == ["n1"])
        #expect(try api.get("/v1/notifications?unread=maybe").status == 400)
    }

    @Test func theStatementRunsUpToTheBalance() throws {
        let (api, _) = try open(
            """
            INSERT INTO cash_1_1.cash_balances VALUES
                ('u1', 'INR', 898.75, -1000, 100, 1.25, 0, 50, now()), ('u1', 'USD', 9, -9, 0, 0, 0, 0, now());
            INSERT INTO cash_1_1.cash_entries VALUES
                ('u1', 'payment', 'p1', 0, 'cash', 'INR', 'deposit', 1000, '2026-01-15 03:00:00+00', NULL),
                ('u1', 'payment', 'p1', 0, 'external', 'INR', 'deposit', -1000, '2026-01-15 03:00:00+00', NULL),
                ('u1', 'trade', 't1', 0, 'cash', 'INR', 'buy', -101.25, '2026-01-15 04:00:00+00', 'NSE:A'),
                ('u1', 'trade', 't1', 0, 'trading', 'INR', 'buy', 100, '2026-01-15 04:00:00+00', 'NSE:A'),
                ('u1', 'trade', 't1', 0, 'fees', 'INR', 'buy', 1.25, '2026-01-15 04:00:00+00', 'NSE:A'),
                ('u1', 'trade', 't2', 0, 'cash', 'INR', 'buy', -10, '2026-01-15 05:00:00+00', 'NSE:A'),
                ('u1', 'trade', 't2', 1, 'cash', 'INR', 'reversal', 10, '2026-01-15 05:00:00+00', 'NSE:A'),
                ('u2', 'payment', 'p1', 0, 'cash', 'INR', 'deposit', 7, '2026-01-15 03:00:00+00', NULL),
                ('u1', 'payment', 'p9', 0, 'cash', 'USD', 'deposit', 9, '2026-01-15 03:30:00+00', NULL)
            """)
        let balances = try api.get("/v1/balance").items()
        #expect(balances.map { $0["currency"]?.string } == ["INR", "USD"])
        #expect(balances[0]["balance"] == .string("898.75") && balances[0]["available"] == .string("848.75"))
        #expect(try api.get("/v1/balance?currency=USD").items().count == 1)
        func lines(_ query: String) throws -> [String] {
            try api.get("/v1/balance/statement\(query)").items().map { item in
                ["entry", "amount", "balance"].map { item[$0]?.string ?? "" }.joined(separator: " ")
            }
        }
        let whole = ["reversal 10 898.75", "buy -10 888.75", "buy -101.25 898.75", "deposit 1000 1000"]
        #expect(try lines("") == whole)
        #expect(try lines("?currency=USD") == ["deposit 9 9"])
        #expect(try lines("?to=2026-01-15T04:30:00Z") == Array(whole[2...]))
        #expect(try lines("?from=2026-01-15T04:30:00Z") == Array(whole[..<2]))
        let cursor = try #require(api.get("/v1/balance/statement?limit=1").json()["nextCursor"]?.string)
        #expect(try lines("?cursor=\(cursor)") == Array(whole[1...]))
    }

    @Test func instrumentsAreFoundByBeginningsOfWords() throws {
        let (api, connection) = try open(
            """
            INSERT INTO instruments_2_1.instruments (symbol, exchange, type, name, expiry, strike_e8, search_text, updated_at) VALUES
                ('RELIANCE', 'NSE', 'EQ', 'Reliance Industries', NULL, NULL, 'reliance reliance industries', now()),
                ('RELIANCE', 'BSE', 'EQ', 'Reliance Industries', NULL, NULL, 'reliance reliance industries', now()),
                ('M&M', 'NSE', 'EQ', 'Mahindra & Mahindra', NULL, NULL, 'm m mahindra mahindra', now()),
                ('NIFTY26JAN24000CE', 'NFO', 'CE', 'NIFTY', '2026-01-29', 2400000000000, 'nifty26jan24000ce nifty', now()),
                ('NIFTY26FEBFUT', 'NFO', 'FUT', 'NIFTY', '2026-02-26', NULL, 'nifty26febfut nifty', now());
            INSERT INTO watchlists_1_1.watchlists VALUES
                ('u1', 'w2', 'B', '["NSE:M&M"]', now()), ('u1', 'w1', 'A', '["NSE:A","NSE:B"]', now()), ('u1', 'w3', 'gone', '[]', now())
            """)
        func found(_ query: String) throws -> [String] {
            try api.get("/v1/instruments\(query)").items().map {
                "\($0["exchange"]?.string ?? ""):\($0["symbol"]?.string ?? "")"
            }
        }
        #expect(try found("?query=rel") == ["BSE:RELIANCE", "NSE:RELIANCE"])
        #expect(try found("?query=indus%20RELI&exchange=NSE") == ["NSE:RELIANCE"])
        #expect(try found("?query=M%26M") == ["NSE:M&M"])
        #expect(try found("?query=mahi") == ["NSE:M&M"])
        #expect(try found("?underlying=NIFTY&expiry=2026-01-29") == ["NFO:NIFTY26JAN24000CE"])
        #expect(try found("?query=nifty26&type=FUT") == ["NFO:NIFTY26FEBFUT"])
        #expect(try found("").count == 5)
        #expect(try found("?query=eliance").isEmpty)
        // A letter that carries a sign of tsquery's: U+0D4E joins what follows it to one character.
        for sign in ["(", "'", "\\", ":", "|", "!", "&", "*"] {
            let bytes = "\u{0D4E}\(sign)x".utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            let answer = try api.get("/v1/instruments?query=\(bytes)")
            #expect(answer.status == 200, "\(sign): \(answer.text)")
        }
        let contract = try api.get("/v1/instruments?type=CE").items().first
        #expect(contract?["strike"] == .string("24000") && contract?["expiry"] == .string("2026-01-29"))
        for bad in ["?query=%26%7C!", "?expiry=soon", "?query=a%20b%20c%20d%20e%20f%20g%20h%20i"] {
            #expect(try api.get("/v1/instruments\(bad)").status == 400, "\(bad)")
        }
        #expect(try api.get("/v1/watchlists").items().map { $0["listId"]?.string } == ["w1", "w2"])
        #expect(try api.get("/v1/watchlists").items().first?["symbols"]?.text == #"["NSE:A","NSE:B"]"#)
        try connection.execute("SET enable_seqscan = off")
        let plan = try connection.query(
            """
            EXPLAIN SELECT symbol FROM instruments_2_1.api_instruments i
            WHERE to_tsvector('simple'::regconfig, i.search_text) @@ 'rel:*'::tsquery
            """)
        let text = try (0..<plan.rowCount).map { try plan.text($0, 0) }.joined(separator: "\n")
        #expect(text.contains("instruments_words"), "\(text)")
    }

    @Test func anOrderShowsItsFillsAndItsSlippage() throws {
        let (api, _) = try open(
            """
            INSERT INTO orders_2_1.orders (user_id, order_id, exchange, symbol, side, status, quantity_e8, price_e8,
                filled_quantity_e8, average_price_e8, placed_at, updated_at, told_fields, fill_count, filled_value) VALUES
                ('u1', 'o1', 'NSE', 'A', 1, 'PARTIALLY_FILLED', 1000000000, 10100000000, 400000000, 10050000000,
                    '2026-01-15 04:00:30+00', now(), 0, 2, 402),
                ('u1', 'o2', 'NSE', 'A', -1, 'OPEN', 1000000000, NULL, NULL, NULL, '2026-01-15 03:46:30+00', now(), 0, 0, NULL),
                ('u1', 'told', 'NSE', 'A', 1, 'EXECUTED', 1000000000, NULL, NULL, NULL, '2026-01-15 03:47:30+00', now(), 0, 0, NULL),
                ('u1', 'part', 'NSE', 'A', 1, 'EXECUTED', 1000000000, NULL, 300000000, NULL, '2026-01-15 03:48:30+00', now(), 0, 0, NULL);
            INSERT INTO orders_2_1.order_fills VALUES
                ('u1', 't2', 'o1', 300000000, 10000000000, '2026-01-15 04:02:00+00', ''),
                ('u1', 't1', 'o1', 100000000, 10200000000, '2026-01-15 04:01:00+00', '');
            INSERT INTO market_2_1.candles (exchange, symbol, interval_code, start_at, trading_day, open_e8, high_e8, low_e8,
                close_e8, volume, partial, last_tick_at)
            SELECT 'NSE', 'A', '1m', t::timestamptz, '2026-01-15', 1, 1, 1, c, 1, false, now()
            FROM (VALUES ('2026-01-15 03:59:00+00', 9900000000), ('2026-01-15 04:00:00+00', 1)) v (t, c)
            """)
        let order = try api.get("/v1/orders/o1").json()
        for (field, value) in [
            "remainingQuantity": "6", "filledValue": "402", "limitSlippage": "-0.5", "arrivalPrice": "99",
            "arrivalSlippage": "1.5", "averagePrice": "100.5",
        ] { #expect(order[field] == .string(value), "\(field): \(String(describing: order[field]))") }
        #expect(order["fillCount"]?.text == "2")
        #expect(order["fills"]?.elements?.map { $0["tradeId"]?.string } == ["t1", "t2"])
        let open = try #require(api.get("/v1/orders").items().last)
        #expect(open["orderId"] == .string("o2"))
        for field in ["filledValue", "limitSlippage", "arrivalPrice", "arrivalSlippage", "firstFillAt"] {
            #expect(open[field]?.text == "null", "\(field)")
        }
        #expect(open["remainingQuantity"] == .string("10"))
        for (id, filled, remaining) in [("told", "10", "0"), ("part", "3", "7"), ("o2", "0", "10")] {
            let order = try api.get("/v1/orders/\(id)").json()
            #expect(
                order["filledQuantity"] == .string(filled) && order["remainingQuantity"] == .string(remaining), "\(id)")
        }
    }
}
