/// The tables of view `market`: ticks, quotes, candles and the days they belong to.
public enum MarketView {
    public static let definition = ViewSchema(
        name: "market", foldNumber: 2, tables: [ticks, quotes, days, candles], rebuildReadsState: true,
        history: history,
        feed: .init(table: "quotes", exchange: "exchange", symbol: "symbol", time: "updated_at"),
        presentation: presentation)

    /// One row a tick; one that comes again, from the same source and with the same id, adds none.
    static let ticks = TableDefinition(
        "ticks", role: .ledger,
        columns: [
            Column("exchange", .text), Column("symbol", .text), Column("tick_at", .timestamp),
            Column("event_hash", .int64), Column("price_e8", .int64), Column("quantity_e8", .int64, nullable: true),
            Column("volume_e8", .int64, nullable: true), Column("bid_e8", .int64, nullable: true),
            Column("ask_e8", .int64, nullable: true), Column("source", .text, nullable: true),
            Column("log_offset", .int64),
        ],
        key: ["exchange", "symbol", "tick_at", "event_hash"], ignoresRepeatedRows: true,
        retention: TableRetention("tick_at", .dailyPartitions, keptDays: ProjectionLimits.tickDays))

    /// One row a symbol.
    static let quotes = TableDefinition(
        "quotes", role: .state,
        columns: [
            Column("exchange", .text), Column("symbol", .text), Column("last_price_e8", .int64),
            Column("last_quantity_e8", .int64, nullable: true), Column("volume_e8", .int64, nullable: true),
            Column("day_open_e8", .int64, nullable: true), Column("day_high_e8", .int64, nullable: true),
            Column("day_low_e8", .int64, nullable: true), Column("previous_close_e8", .int64, nullable: true),
            Column("bid_e8", .int64, nullable: true), Column("ask_e8", .int64, nullable: true),
            Column("bid_quantity_e8", .int64, nullable: true), Column("ask_quantity_e8", .int64, nullable: true),
            Column("open_interest_e8", .int64, nullable: true), Column("updated_at", .timestamp),
            Column("log_offset", .int64),
        ],
        key: ["exchange", "symbol"])

    /// One row a symbol and trading day with candles: what its first tick decided.
    static let days = TableDefinition(
        "candle_days", role: .state,
        columns: [
            Column("exchange", .text), Column("symbol", .text), Column("trading_day", .date),
            Column("volume_mode", .int16), Column("source", .text, nullable: true),
        ],
        key: ["exchange", "symbol", "trading_day"],
        retention: TableRetention("trading_day", .rows(with: "candles"), keptDays: ProjectionLimits.candleDays))

    /// One row a candle. Rows of one minute hold, behind `last_tick_at`, what their day needs to go on from them.
    ///
    /// A day's minutes are read by the key alone, so that a rebuild, which has no other index, can read them too.
    static let candles = TableDefinition(
        "candles", role: .state,
        columns: [
            Column("exchange", .text), Column("symbol", .text), Column("interval_code", .text),
            Column("start_at", .timestamp), Column("trading_day", .date), Column("open_e8", .int64),
            Column("high_e8", .int64), Column("low_e8", .int64), Column("close_e8", .int64),
            Column("volume", .amount), Column("partial", .bool), Column("last_tick_at", .timestamp),
            Column("open_tick_at", .timestamp, nullable: true), Column("open_offset", .int64, nullable: true),
            Column("close_offset", .int64, nullable: true), Column("told_volume_e8", .int64, nullable: true),
            Column("told_at", .timestamp, nullable: true), Column("told_offset", .int64, nullable: true),
            Column("told_before_e8", .int64, nullable: true), Column("summed_ticks", .bytes, nullable: true),
        ],
        key: ["exchange", "symbol", "interval_code", "start_at"],
        retention: TableRetention("start_at", .monthlyPartitions, keptDays: ProjectionLimits.candleDays))

    /// What people query, in the field's terms; `{schema}` is the build's schema.
    private static let presentation: [ViewSchema.Presentation] = [
        .init(
            "quotes",
            """
            SELECT exchange, symbol, \(decimal("last_price_e8")) AS last_price,
                   \(decimal("last_quantity_e8")) AS last_quantity, \(decimal("volume_e8")) AS volume,
                   \(decimal("day_open_e8")) AS day_open, \(decimal("day_high_e8")) AS day_high,
                   \(decimal("day_low_e8")) AS day_low, \(decimal("previous_close_e8")) AS previous_close,
                   \(decimal("bid_e8")) AS bid, \(decimal("ask_e8")) AS ask,
                   \(decimal("bid_quantity_e8")) AS bid_quantity, \(decimal("ask_quantity_e8")) AS ask_quantity,
                   \(decimal("open_interest_e8")) AS open_interest, updated_at
            FROM {schema}.quotes
            """),
        .init(
            "candles",
            """
            SELECT exchange, symbol, interval_code AS interval, start_at AS time, \(decimal("open_e8")) AS open,
                   \(decimal("high_e8")) AS high, \(decimal("low_e8")) AS low, \(decimal("close_e8")) AS close,
                   volume, partial, trading_day, last_tick_at
            FROM {schema}.candles
            """),
        .init(
            "ticks",
            """
            SELECT exchange, symbol, tick_at AS time, \(decimal("price_e8")) AS price,
                   \(decimal("quantity_e8")) AS quantity, \(decimal("volume_e8")) AS volume,
                   \(decimal("bid_e8")) AS bid, \(decimal("ask_e8")) AS ask, source
            FROM {schema}.ticks
            """),
    ]

    private static func decimal(_ column: String) -> String { ViewSchema.decimal(column) }
}
