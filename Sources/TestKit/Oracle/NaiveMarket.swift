import Domain
import Events
import Projections

/// The oracle for view `market`: keeps all ticks and works out quotes and candles from them.
public struct NaiveMarket {
    /// The columns that the oracle knows, of table `quotes`.
    public static let quoteColumns: Set<String> = [
        "exchange", "symbol", "last_price_e8", "last_quantity_e8", "volume_e8", "day_open_e8", "day_high_e8",
        "day_low_e8", "previous_close_e8", "bid_e8", "ask_e8", "bid_quantity_e8", "ask_quantity_e8", "open_interest_e8",
        "updated_at",
    ]
    /// The columns that the oracle knows, of table `candles`.
    public static let candleColumns: Set<String> = [
        "exchange", "symbol", "interval_code", "start_at", "trading_day", "open_e8", "high_e8", "low_e8", "close_e8",
        "volume", "partial", "last_tick_at",
    ]

    private let ticks: [(tick: MarketUpdated, envelope: Envelope, offset: Int64)]
    private let calendar: ExchangeCalendar

    /// The events in the order of the log.
    public init(_ events: some Sequence<FoldEvent>, calendar: ExchangeCalendar) {
        self.calendar = calendar
        var ticks: [(tick: MarketUpdated, envelope: Envelope, offset: Int64)] = []
        for event in events {
            guard case .marketUpdated(let tick) = event.decoded.payload else { continue }
            ticks.append((tick, event.decoded.envelope, event.offset))
        }
        self.ticks = ticks
    }

    public struct Rows {
        public var quotes: Set<PresentedRow> = []
        public var candles: Set<PresentedRow> = []
        public var tickCount = 0
    }

    /// All rows, with the columns that people see.
    public func rows() -> Rows {
        var rows = Rows()
        var identities: Set<[String]> = []
        for entry in ticks {
            identities.insert(
                [
                    entry.tick.exchange, entry.tick.symbol, "\(entry.envelope.time)", entry.envelope.source,
                    entry.envelope.id,
                ])
        }
        rows.tickCount = identities.count
        for group in Dictionary(grouping: ticks, by: { [$0.tick.exchange, $0.tick.symbol] }).values {
            rows.quotes.insert(quote(group))
            rows.candles.formUnion(candles(group))
        }
        return rows
    }

    private typealias Entry = (tick: MarketUpdated, envelope: Envelope, offset: Int64)

    private func quote(_ entries: [Entry]) -> PresentedRow {
        var shown: PresentedRow = [:]
        var latest: Timestamp?
        for (tick, envelope, _) in entries where latest.map({ envelope.time >= $0 }) ?? true {
            if let latest, !calendar.keepsClose(of: tick.exchange, from: latest, to: envelope.time) {
                shown["previous_close_e8"] = nil
            }
            if let latest, !calendar.keepsFigures(of: tick.exchange, from: latest, to: envelope.time) {
                shown = shown.filter { $0.key == "previous_close_e8" }
            }
            latest = envelope.time
            shown["exchange"] = tick.exchange
            shown["symbol"] = tick.symbol
            shown["last_price_e8"] = "\(tick.lastPrice)"
            shown["updated_at"] = "\(envelope.time)"
            let figures: [(String, Fixed8?)] = [
                ("last_quantity_e8", tick.lastQuantity), ("volume_e8", tick.volume), ("day_open_e8", tick.dayOpen),
                ("day_high_e8", tick.dayHigh), ("day_low_e8", tick.dayLow), ("previous_close_e8", tick.previousClose),
                ("bid_e8", tick.bid), ("ask_e8", tick.ask), ("bid_quantity_e8", tick.bidQuantity),
                ("ask_quantity_e8", tick.askQuantity), ("open_interest_e8", tick.openInterest),
            ]
            for case (let name, let figure?) in figures { shown[name] = "\(figure)" }
        }
        return shown
    }

    private func candles(_ entries: [Entry]) -> [PresentedRow] {
        var days: [SessionDay: [Entry]] = [:]
        for entry in entries {
            guard let session = calendar.session(entry.tick.exchange, at: entry.envelope.time) else { continue }
            days[session, default: []].append(entry)
        }
        return days.flatMap { session, all in candles(all, session) }
    }

    private func candles(_ all: [Entry], _ session: SessionDay) -> [PresentedRow] {
        let primary = all[0].tick.source
        let sums = all[0].tick.volume == nil
        var naive = NaiveCandles(session: session)
        var seen: Set<[String]> = []
        for (tick, envelope, offset) in all where tick.source == primary {
            let identity = [envelope.source, envelope.id, "\(envelope.time)"]
            if sums, tick.lastQuantity != nil, !seen.insert(identity).inserted { continue }
            naive.record(
                CandleTick(
                    time: envelope.time, offset: offset, price: tick.lastPrice, lastQuantity: tick.lastQuantity,
                    cumulativeVolume: tick.volume))
        }
        return CandleInterval.allCases.flatMap { naive.candles($0) }.map { candle in
            [
                "exchange": all[0].tick.exchange, "symbol": all[0].tick.symbol,
                "interval_code": candle.interval.rawValue, "start_at": "\(candle.start)",
                "trading_day": "\(session.tradingDay)", "open_e8": "\(candle.open)", "high_e8": "\(candle.high)",
                "low_e8": "\(candle.low)", "close_e8": "\(candle.close)", "volume": "\(candle.volume)",
                "partial": "\(candle.isPartial)", "last_tick_at": "\(candle.lastTickAt)",
            ]
        }
    }
}
