import Domain
import Events

extension MarketFold {
    private struct DayKey: Hashable {
        let instrument: InstrumentKey
        let day: Int32
    }

    private struct Asked {
        var symbols: Set<InstrumentKey> = []
        var days: Set<DayKey> = []
        let quotes = ReadRequest(MarketView.quotes, by: MarketView.quotes.key)
        let dayRows = ReadRequest(MarketView.days, by: MarketView.days.key)
        let candles = ReadRequest(MarketView.candles, by: MarketView.candles.key)
    }

    public func reads(for events: ArraySlice<FoldEvent>) -> [ReadRequest] {
        useClock += 1
        var asked = Asked()
        events.lendEach { lent, _ in ask(for: lent.event, &asked) }
        return [asked.quotes, asked.dayRows, asked.candles].filter { $0.keys.rowCount > 0 }
    }

    private func ask(for event: FoldEvent, _ asked: inout Asked) {
        switch event.decoded.payload {
        case .marketUpdated(let tick): ask(for: tick, at: event.decoded.envelope.time, &asked)
        default: break
        }
    }

    private func ask(for tick: MarketUpdated, at time: Timestamp, _ asked: inout Asked) {
        if let known = symbols.find(exchange: tick.exchange, symbol: tick.symbol) {
            if let session = known.missingSession(at: time) { ask(known.key, session, &asked) }
            return
        }
        let key = InstrumentKey(exchange: tick.exchange, symbol: tick.symbol)
        if asked.symbols.insert(key).inserted { asked.quotes.keys.append(key) }
        if let session = settings.calendar.session(key.exchange, at: time) { ask(key, session, &asked) }
    }

    /// Asks for the day and each of its minutes, all of them by key.
    private func ask(_ key: InstrumentKey, _ session: SessionDay, _ asked: inout Asked) {
        guard asked.days.insert(DayKey(instrument: key, day: session.tradingDay.dayNumber)).inserted else { return }
        asked.dayRows.keys.append(key)
        asked.dayRows.keys.put(unixDay: session.tradingDay.dayNumber)
        for minute in 0..<session.minuteCount {
            let start = session.open.microseconds + Int64(minute) * Timestamp.microsecondsPerMinute
            asked.candles.keys.append(key)
            asked.candles.keys.put(CandleInterval.oneMinute.rawValue)
            asked.candles.keys.put(unixMicroseconds: start)
        }
    }

    public func absorb(_ request: ReadRequest, rows: any RowSource) throws(RowError) {
        switch request.table {
        case MarketView.quotes: try absorbQuotes(rows)
        case MarketView.days: try absorbDays(rows)
        default: try absorbMinutes(rows)
        }
    }

    private func absorbQuotes(_ rows: any RowSource) throws(RowError) {
        for index in 0..<rows.rowCount {
            let row = RowReader(rows, table: MarketView.quotes, row: index)
            let state = symbol(exchange: try row.text(0), symbol: try row.text(1))
            guard state.quote == nil else { continue }
            state.quote = try Quote(row)
            state.isQuoteStored = true
        }
    }

    private func absorbDays(_ rows: any RowSource) throws(RowError) {
        for index in 0..<rows.rowCount {
            let row = RowReader(rows, table: MarketView.days, row: index)
            let state = symbol(exchange: try row.text(0), symbol: try row.text(1))
            let date = CivilDate(dayNumber: try row.unixDay(2))
            guard state.days[date.dayNumber] == nil else { continue }
            guard let session = state.schedule.session(on: date), let mode = VolumeMode(rawValue: try row.int16(3))
            else {
                throw RowError(table: MarketView.days.name, column: "volume_mode")
            }
            let day = DayState(session: session)
            day.candles = CandleDay(session: session, volumeMode: mode, buckets: [])
            day.primary = .source(row.optionalText(4))
            day.isStored = true
            day.lastUse = useClock
            state.days[date.dayNumber] = day
        }
    }

    private func absorbMinutes(_ rows: any RowSource) throws(RowError) {
        var loaded: [DayKey: [MinuteBucket]] = [:]
        for index in 0..<rows.rowCount {
            let row = RowReader(rows, table: MarketView.candles, row: index)
            let key = DayKey(
                instrument: InstrumentKey(exchange: try row.text(0), symbol: try row.text(1)), day: try row.unixDay(4))
            guard let day = symbols.find(key.instrument)?.days[key.day], let mode = day.candles.volumeMode else {
                throw RowError(table: MarketView.candles.name, column: "trading_day")
            }
            let bucket = try DayState.bucket(row, session: day.session, mode: mode)
            if let bytes = row.optionalBytes(19) {
                guard let summed = SummedTicks(bytes) else {
                    throw RowError(table: MarketView.candles.name, column: "summed_ticks")
                }
                day.summed[bucket.minute] = summed
            }
            day.stored.insert(bucket.minute)
            loaded[key, default: []].append(bucket)
        }
        for (key, buckets) in loaded {
            guard let day = symbols.find(key.instrument)?.days[key.day] else { continue }
            day.candles = CandleDay(session: day.session, volumeMode: day.candles.volumeMode, buckets: buckets)
        }
    }
}

extension RowBatch {
    fileprivate func append(_ key: InstrumentKey) {
        beginRow()
        put(key.exchange)
        put(key.symbol)
    }
}
