import Domain
import Events

extension MarketView {
    /// market.updates is kept for some days only. Candles, days and ticks of earlier days stay as they are; a quote begins
    /// with what was known before.
    static let history = HistoryWindow(
        keyTable: quotes.name, keyColumns: ["exchange", "symbol"],
        rows: [
            .init(ticks.name, day: .time("tick_at"), offsets: ["log_offset"]),
            .init(quotes.name, day: .time("updated_at"), offsets: ["log_offset"], isSeed: true),
            .init(days.name, day: .date("trading_day")),
            .init(candles.name, day: .date("trading_day"), offsets: ["open_offset", "close_offset", "told_offset"]),
        ],
        partitionKey: { $0[1] },
        offsetMinutes: { schedule($0[0]).offsetMinutes },
        day: { event in
            guard case .marketUpdated(let tick) = event.payload else { return nil }
            return schedule(tick.exchange).tradingDay(at: event.envelope.time).dayNumber
        })

    private static func schedule(_ exchange: String) -> ExchangeSchedule {
        (try? MarketSettings.ofProcess.get().calendar.schedule(exchange)) ?? .continuous
    }
}
