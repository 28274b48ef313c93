import Domain
import Events

/// One row each time that an alert fired.
struct AlertHistoryTable: KeyedTable {
    struct Key: LaneKey {
        @ExactText var userId: String
        @ExactText var source: String
        @ExactText var eventId: String
        var partitionKey: String { userId }
    }

    struct State: Sendable {
        var alertId = ""
        var instrument = InstrumentKey(exchange: "", symbol: "")
        var condition = AlertCondition.above
        var price = Price.zero
        var time = Timestamp.minimum
    }

    static let table = TableDefinition(
        "alert_history", role: .state,
        columns: [
            Column("user_id", .text), Column("source", .text), Column("event_id", .text), Column("alert_id", .text),
            Column("exchange", .text), Column("symbol", .text), Column("condition", .text),
            Column("price_e8", .int64), Column("triggered_at", .timestamp),
        ],
        key: ["user_id", "source", "event_id"],
        indexes: [IndexDefinition("alert_history_time", ["user_id", "triggered_at", "event_id"])])

    func key(of event: FoldEvent) -> Key? {
        guard case .alertTriggered(let alert) = event.decoded.payload else { return nil }
        let envelope = event.decoded.envelope
        return Key(userId: alert.userId, source: envelope.source, eventId: envelope.id)
    }

    func newState(for key: Key) -> State { State() }

    func fold(_ event: FoldEvent, into state: inout State) {
        guard case .alertTriggered(let alert) = event.decoded.payload else { return }
        state = State(
            alertId: alert.alertId, instrument: alert.instrument, condition: alert.condition, price: alert.price,
            time: event.decoded.envelope.time)
    }

    static func encode(_ key: Key, into row: RowBatch) {
        row.put(key.userId)
        row.put(key.source)
        row.put(key.eventId)
    }

    static func encode(_ state: State, into row: RowBatch) {
        row.put(state.alertId)
        row.put(state.instrument.exchange)
        row.put(state.instrument.symbol)
        row.put(state.condition.rawValue)
        row.put(state.price.units)
        row.put(unixMicroseconds: state.time.microseconds)
    }

    static func key(of row: RowReader) throws(RowError) -> Key {
        Key(userId: try row.text(0), source: try row.text(1), eventId: try row.text(2))
    }

    static func state(of row: RowReader) throws(RowError) -> State {
        guard let condition = AlertCondition(rawValue: try row.text(6)) else {
            throw RowError(table: table.name, column: "condition")
        }
        return State(
            alertId: try row.text(3),
            instrument: InstrumentKey(exchange: try row.text(4), symbol: try row.text(5)), condition: condition,
            price: Price(units: try row.int64(7)), time: Timestamp(microseconds: try row.unixMicroseconds(8)))
    }
}
