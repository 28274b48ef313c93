import Domain
import Engine
import Events
import Postgres
import Projections
import Supervision
import TestKit

/// View `analytics` (and `market`, for closes) as the engine would leave them after folding events.
struct AnalyticsData {
    let url: String
    let connection: PostgresConnection

    init(_ events: [DecodedEvent]) throws {
        url = try TemporaryPostgres.shared().freshDatabase()
        connection = try PostgresConnection.connect(try PostgresConfiguration(url: url))
        try EngineSchema.create(on: connection)
        let given = Given(events, inputs: AnalyticsTape.inputs).inBatches(of: 500)
        let store = try given.when(AnalyticsFold.self).run.store
        try EngineSchema.copy(store, of: AnalyticsFold.schema, to: connection)
    }

    func addClose(_ close: TestClose) throws {
        let open = Timestamp(close.day, minutes: 555, offsetMinutes: close.exchange == "ABROAD" ? 0 : 330)
        try connection.execute(
            """
            INSERT INTO market_2_1.candles (exchange, symbol, interval_code, start_at, trading_day, open_e8, high_e8, low_e8,
                close_e8, volume, partial, last_tick_at)
            VALUES ('\(close.exchange)', '\(close.symbol)', '1d', '\(open)', '\(close.day)', 1, 1, 1, \(close.price.units), 1,
                false, now())
            """)
    }
}

struct TestClose {
    let exchange: String
    let symbol: String
    let day: CivilDate
    let price: Price
}
