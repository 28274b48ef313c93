import Engine
import Postgres
import Supervision

/// A database as the engine would leave it, with plain tables where the engine has views.
///
/// Held to the contract of the `api_` views: names, types, keys.
struct FixtureDatabase {
    let url: String
    let connection: PostgresConnection

    /// The control schema only: no view is live yet.
    init(on server: TemporaryPostgres) throws {
        url = try server.freshDatabase()
        connection = try PostgresConnection.connect(try PostgresConfiguration(url: url))
        try connection.execute(Self.control)
        for migration in Migrations.all where migration.name.hasPrefix("api") { try connection.execute(migration.sql) }
    }

    init() throws {
        try self.init(on: try TemporaryPostgres.shared())
    }

    /// All three views live as build 1.1, each with two lanes at the offsets given.
    static func live(_ server: TemporaryPostgres? = nil) throws -> FixtureDatabase {
        let database = try FixtureDatabase(on: try server ?? TemporaryPostgres.shared())
        try database.addBuild(view: "positions", number: 1, topics: ["trades.executed", "trades.corrected"])
        try database.addBuild(view: "market", number: 1, topics: ["market.updates"])
        try database.addBuild(view: "orders", number: 1, topics: ["orders.placed", "trades.executed"])
        return database
    }

    func execute(_ sql: String) throws {
        try connection.execute(sql)
    }

    func addBuild(view: String, number: Int, topics: [String], status: String = "live") throws {
        let schema = "\(view)_1_\(number)"
        let lanes = topics.flatMap { topic in (0..<2).map { "('\(view)', '1.\(number)', \($0), '\(topic)', 100)" } }
        try execute(
            """
            CREATE SCHEMA \(schema);
            \(Self.tables(view, schema));
            INSERT INTO tapefold.build VALUES ('\(view)', '1.\(number)', 1, \(number), '\(schema)', '\(status)', 2, now(), now());
            INSERT INTO tapefold.checkpoint VALUES \(lanes.joined(separator: ","));
            """)
    }

    func setOffset(_ view: String, _ topic: String, _ partition: Int, _ offset: Int, build: String = "1.1") throws {
        try execute(
            """
            UPDATE tapefold.checkpoint SET next_offset = \(offset)
            WHERE view = '\(view)' AND build = '\(build)' AND topic = '\(topic)' AND lane = \(partition)
            """)
    }

    func addPosition(
        _ user: String, _ symbol: String, account: String = "main", exchange: String = "NSE", quantity: String = "10",
        schema: String = "positions_1_1"
    ) throws {
        try execute(
            """
            INSERT INTO \(schema).api_positions VALUES
            ('\(user)', '\(account)', '\(exchange):\(symbol)', '\(exchange)', '\(symbol)', \(quantity), 100.25, 12.5, 10.25, 9.75,
            3.25, 0.5, '2026-01-15 03:45:00.5+00')
            """)
    }

    func addLot(
        _ user: String, _ symbol: String, trade: String, quantity: String, price: String, multiplier: String = "1",
        at: String = "2026-01-15 03:45:00+00"
    ) throws {
        try execute(
            """
            INSERT INTO positions_1_1.api_lots VALUES
            ('\(user)', 'main', 'NSE:\(symbol)', 'NSE', '\(symbol)', '\(trade)', '\(at)', \(quantity), \(price), 0.5, \(multiplier))
            """)
    }

    func addQuote(_ symbol: String, _ price: String, exchange: String = "NSE") throws {
        try execute(
            """
            INSERT INTO market_1_1.api_quotes (exchange, symbol, last_price, volume, updated_at)
            VALUES ('\(exchange)', '\(symbol)', \(price), 1000, '2026-01-15 03:45:01+00')
            """)
    }

    private static let control = """
        CREATE SCHEMA tapefold;
        CREATE TABLE tapefold.build (
            view text, build text, fold int, number int, schema_name text, status text, lanes int,
            created_at timestamptz, live_at timestamptz, PRIMARY KEY (view, build));
        CREATE TABLE tapefold.checkpoint (
            view text, build text, lane int, topic text, next_offset bigint, PRIMARY KEY (view, build, lane, topic));
        """

    private static func tables(_ view: String, _ schema: String) -> String {
        switch view {
        case "positions": positions.replacing("%", with: schema)
        case "market": market.replacing("%", with: schema)
        default: orders.replacing("%", with: schema)
        }
    }

    private static let positions = """
        CREATE TABLE %.api_positions (
            user_id text, account text, instrument text, exchange text, symbol text, quantity numeric(38,8),
            average_price numeric(38,8), gross_pnl numeric(38,8), realized_pnl numeric(38,8), net_pnl numeric(38,8),
            fees numeric(38,8), open_fees numeric(38,8), updated_at timestamptz, PRIMARY KEY (user_id, account, instrument));
        CREATE TABLE %.api_lots (
            user_id text, account text, instrument text, exchange text, symbol text, trade_id text, opened_at timestamptz,
            quantity numeric(38,8), price numeric(38,8), fees numeric(38,8), multiplier numeric(38,8),
            PRIMARY KEY (user_id, account, instrument, trade_id));
        CREATE TABLE %.api_trades (
            user_id text, trade_id text, account text, instrument text, exchange text, symbol text, side text,
            quantity numeric(38,8), price numeric(38,8), fees numeric(38,8), multiplier numeric(38,8), executed_at timestamptz,
            order_id text, isin text, product text, segment text, category text, strategy text, tags jsonb, notes text,
            broker text, voided bool, closed_quantity numeric(38,8), gross_pnl numeric(38,8), realized_pnl numeric(38,8),
            PRIMARY KEY (user_id, trade_id));
        CREATE TABLE %.api_closed_trades (
            user_id text, trade_id text, account text, instrument text, exchange text, symbol text, direction text,
            quantity numeric(38,8), entry_price numeric(38,8), exit_price numeric(38,8), opened_at timestamptz,
            closed_at timestamptz, gross_pnl numeric(38,8), fees numeric(38,8), realized_pnl numeric(38,8), order_id text,
            category text, strategy text, tags jsonb, PRIMARY KEY (user_id, trade_id));
        CREATE TABLE %.api_lot_closures (
            user_id text, exit_trade_id text, ordinal int, entry_trade_id text, account text, instrument text, exchange text,
            symbol text, direction text, quantity numeric(38,8), entry_price numeric(38,8), exit_price numeric(38,8),
            entry_at timestamptz, exit_at timestamptz, gross_pnl numeric(38,8), fees numeric(38,8), realized_pnl numeric(38,8),
            PRIMARY KEY (user_id, exit_trade_id, ordinal));
        """

    private static let market = """
        CREATE TABLE %.api_quotes (
            exchange text, symbol text, last_price numeric(38,8), last_quantity numeric(38,8), volume numeric(38,8),
            day_open numeric(38,8), day_high numeric(38,8), day_low numeric(38,8), previous_close numeric(38,8),
            bid numeric(38,8), ask numeric(38,8), bid_quantity numeric(38,8), ask_quantity numeric(38,8),
            open_interest numeric(38,8), updated_at timestamptz, PRIMARY KEY (exchange, symbol));
        CREATE TABLE %.api_candles (
            exchange text, symbol text, "interval" text, "time" timestamptz, open numeric(38,8), high numeric(38,8),
            low numeric(38,8), close numeric(38,8), volume numeric(38,8), partial bool,
            PRIMARY KEY (exchange, symbol, "interval", "time"));
        """

    private static let orders = """
        CREATE TABLE %.api_orders (
            user_id text, order_id text, exchange text, symbol text, side text, order_type text, product text, validity text,
            account text, status text, quantity numeric(38,8), price numeric(38,8), trigger_price numeric(38,8),
            filled_quantity numeric(38,8), average_price numeric(38,8), reason text, category text, strategy text, tags jsonb,
            placed_at timestamptz, updated_at timestamptz, remaining_quantity numeric(38,8), fill_count int NOT NULL DEFAULT 0,
            filled_value numeric(38,8), first_fill_at timestamptz, last_fill_at timestamptz, limit_slippage numeric(38,8),
            PRIMARY KEY (user_id, order_id));
        CREATE TABLE %.api_order_fills (
            user_id text, order_id text, trade_id text, quantity numeric(38,8), price numeric(38,8), executed_at timestamptz,
            PRIMARY KEY (user_id, trade_id));
        """
}
