import Domain

extension DayState {
    /// Writes the day's row when it has none yet, and every candle that holds a changed minute.
    func encode(
        _ key: InstrumentKey, days: WriteSet.TableWrites, candles rows: WriteSet.TableWrites, scratch: ByteBuffer
    ) {
        if !isStored { encodeDay(key, into: days.inserts) }
        for interval in CandleInterval.allCases { encode(interval, key, rows, scratch) }
    }

    private func encodeDay(_ key: InstrumentKey, into rows: RowBatch) {
        rows.beginRow()
        rows.put(key.exchange)
        rows.put(key.symbol)
        rows.put(unixDay: session.tradingDay.dayNumber)
        rows.put((candles.volumeMode ?? .perTick).rawValue)
        if case .source(let source) = primary { rows.put(source) } else { rows.putNull() }
    }

    private func encode(
        _ interval: CandleInterval, _ key: InstrumentKey, _ rows: WriteSet.TableWrites, _ scratch: ByteBuffer
    ) {
        let length = min(interval.minutes, max(session.minuteCount, 1))
        var previous = -1
        changed.forEach { minute in
            let index = minute / length
            guard index != previous, let candle = candles.candle(interval, at: index) else { return }
            previous = index
            let isStored = stored.intersects(index * length..<(index + 1) * length)
            let batch = isStored ? rows.upserts : rows.inserts
            rows.touch(microseconds: candle.start.microseconds)
            encode(candle, key, into: batch)
            encodeBucket(interval == .oneMinute ? candles.bucket(minute: minute) : nil, into: batch, scratch)
        }
    }

    private func encode(_ candle: Candle, _ key: InstrumentKey, into rows: RowBatch) {
        rows.beginRow()
        rows.put(key.exchange)
        rows.put(key.symbol)
        rows.put(candle.interval.rawValue)
        rows.put(unixMicroseconds: candle.start.microseconds)
        rows.put(unixDay: session.tradingDay.dayNumber)
        rows.put(candle.open.units)
        rows.put(candle.high.units)
        rows.put(candle.low.units)
        rows.put(candle.close.units)
        rows.put(amountUnits: candle.volume.units)
        rows.put(candle.isPartial)
        rows.put(unixMicroseconds: candle.lastTickAt.microseconds)
    }

    /// The columns that only rows of one minute have.
    private func encodeBucket(_ bucket: MinuteBucket?, into rows: RowBatch, _ scratch: ByteBuffer) {
        rows.put(unixMicroseconds: bucket?.openOrder.time.microseconds)
        rows.put(bucket?.openOrder.offset)
        rows.put(bucket?.closeOrder.offset)
        rows.put(bucket?.volume?.maximum.units)
        rows.put(unixMicroseconds: bucket?.volume?.firstOrder.time.microseconds)
        rows.put(bucket?.volume?.firstOrder.offset)
        rows.put(bucket?.volume?.before.units)
        guard let bucket, let summed = summed[bucket.minute] else { return rows.putNull() }
        scratch.truncate()
        summed.encode(into: scratch)
        rows.put(scratch.bytes)
    }

    /// Takes what a stored candle of one minute remembers; `finishLoading` makes the day of them.
    static func bucket(_ row: RowReader, session: SessionDay, mode: VolumeMode) throws(RowError) -> MinuteBucket {
        let failure = RowError(table: MarketView.candles.name, column: "open_offset")
        let start = Timestamp(microseconds: try row.unixMicroseconds(3))
        guard let minute = session.minute(at: start), let openAt = try row.optionalUnixMicroseconds(12),
            let openOffset = try row.optionalInt64(13), let closeOffset = try row.optionalInt64(14)
        else { throw failure }
        let closeAt = Timestamp(microseconds: try row.unixMicroseconds(11))
        return MinuteBucket(
            minute: minute, openOrder: TickOrder(time: Timestamp(microseconds: openAt), offset: openOffset),
            open: Price(units: try row.int64(5)), closeOrder: TickOrder(time: closeAt, offset: closeOffset),
            close: Price(units: try row.int64(8)), high: Price(units: try row.int64(6)),
            low: Price(units: try row.int64(7)),
            quantitySum: mode == .perTick ? Amount(units: try row.amountUnits(9)) : .zero, volume: try volume(row))
    }

    private static func volume(_ row: RowReader) throws(RowError) -> MinuteBucket.CumulativeVolume? {
        guard let maximum = try row.optionalInt64(15), let time = try row.optionalUnixMicroseconds(16),
            let offset = try row.optionalInt64(17), let before = try row.optionalInt64(18)
        else { return nil }
        return MinuteBucket.CumulativeVolume(
            maximum: Quantity(units: maximum),
            firstOrder: TickOrder(time: Timestamp(microseconds: time), offset: offset),
            before: Quantity(units: before))
    }
}
