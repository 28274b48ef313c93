import Domain
import Events

extension Reactor {
    /// One row a definition with what its watch remembers, one a symbol with its last tick, and the ledger of the events
    /// that changed definitions.
    public static var schema: ViewSchema {
        ViewSchema(
            name: name, foldNumber: foldNumber, tables: [watches, lastTicks, SeenEvents.table(beside: watches)],
            isReactor: true, presentation: [])
    }

    static var watches: TableDefinition {
        TableDefinition(
            "watches", role: .state,
            columns: [
                Column("exchange", .text), Column("symbol", .text), Column("user_id", .text), Column("watch_id", .text),
            ] + columns + [
                Column("is_fresh", .bool), Column("last_fired_at", .timestamp, nullable: true),
                Column("is_spent", .bool), Column("defined_by", .text, nullable: true),
                Column("rearmed_by", .text, nullable: true),
            ],
            key: ["exchange", "symbol", "user_id", "watch_id"])
    }

    static var lastTicks: TableDefinition {
        TableDefinition(
            "last_ticks", role: .state,
            columns: [
                Column("exchange", .text), Column("symbol", .text), Column("price_e8", .int64),
                Column("previous_close_e8", .int64, nullable: true), Column("event_time", .timestamp),
            ], key: ["exchange", "symbol"])
    }
}

extension ReactorWatch {
    static func encode<R: Reactor>(
        _ key: WatchKey, _ watch: Self, of instrument: InstrumentKey, by _: R.Type, into row: RowBatch
    ) where R.Definition == Definition {
        encodeKey(key, of: instrument, into: row)
        R.encode(watch.definition, into: row)
        row.put(watch.stored.isFresh)
        row.put(unixMicroseconds: watch.stored.lastFiredAt)
        row.put(watch.stored.isSpent)
        row.put(watch.origin.definedBy)
        row.put(watch.origin.rearmedBy)
    }

    static func encodeKey(_ key: WatchKey, of instrument: InstrumentKey, into row: RowBatch) {
        row.beginRow()
        row.put(instrument.exchange)
        row.put(instrument.symbol)
        row.put(key.userId)
        row.put(key.id)
    }

    static func state(of row: RowReader, after columns: Int) throws(RowError) -> WatchState {
        WatchState(
            isFresh: try row.bool(4 + columns), lastFiredAt: try row.optionalUnixMicroseconds(5 + columns),
            isSpent: try row.bool(6 + columns))
    }

    static func origin(of row: RowReader, after columns: Int) -> WatchOrigin {
        WatchOrigin(definedBy: row.optionalText(7 + columns), rearmedBy: row.optionalText(8 + columns))
    }
}

extension WatchedTick {
    func encode(of instrument: InstrumentKey, into row: RowBatch) {
        row.beginRow()
        row.put(instrument.exchange)
        row.put(instrument.symbol)
        row.put(price)
        row.put(previousClose)
        row.put(unixMicroseconds: time)
    }

    init(_ row: RowReader) throws(RowError) {
        self.init(
            price: try row.int64(2), previousClose: try row.optionalInt64(3), time: try row.unixMicroseconds(4))
    }
}
