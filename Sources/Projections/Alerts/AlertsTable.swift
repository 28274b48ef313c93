import Domain
import Events

/// One row an alert: its latest definition.
struct AlertsTable: KeyedTable {
    typealias Key = DefinitionKey

    struct State: Sendable {
        var alert: AlertChanged
        var changedAt: Timestamp
        /// The event, as ``WatchOrigin`` has it.
        var definedBy = ""
    }

    static let table = TableDefinition(
        "alerts", role: .state,
        columns: [
            Column("exchange", .text), Column("symbol", .text), Column("user_id", .text), Column("alert_id", .text),
            Column("condition", .text), Column("is_active", .bool), Column("threshold_e8", .int64, nullable: true),
            Column("upper_e8", .int64, nullable: true), Column("cooldown_seconds", .int64, nullable: true),
            Column("is_once", .bool), Column("channels", .text), Column("changed_at", .timestamp),
            Column("defined_by", .text),
        ],
        key: ["exchange", "symbol", "user_id", "alert_id"],
        indexes: [IndexDefinition("alerts_user", ["user_id", "alert_id"])])

    func key(of event: FoldEvent) -> Key? {
        guard case .alertChanged(let alert) = event.decoded.payload else { return nil }
        return Key(instrument: alert.instrument, userId: alert.userId, id: alert.alertId)
    }

    func newState(for key: Key) -> State {
        State(
            alert: AlertChanged(
                alertId: key.id, userId: key.userId, instrument: key.instrument, condition: .above, isActive: false),
            changedAt: .minimum)
    }

    func fold(_ event: FoldEvent, into state: inout State) {
        guard case .alertChanged(let alert) = event.decoded.payload else { return }
        let envelope = event.decoded.envelope
        state = State(alert: alert, changedAt: envelope.time, definedBy: WatchOrigin.reference(to: envelope))
    }

    static func encode(_ key: Key, into row: RowBatch) { key.encode(into: row) }

    static func encode(_ state: State, into row: RowBatch) {
        row.put(state.alert.condition.rawValue)
        row.put(state.alert.isActive)
        row.put(state.alert.threshold?.units)
        row.put(state.alert.upper?.units)
        row.put(state.alert.cooldownSeconds)
        row.put(state.alert.isOnce)
        row.put(JSONText.array(state.alert.channels.map(\.rawValue)))
        row.put(unixMicroseconds: state.changedAt.microseconds)
        row.put(state.definedBy)
    }

    static func key(of row: RowReader) throws(RowError) -> Key { try Key(row) }

    static func state(of row: RowReader) throws(RowError) -> State {
        let key = try Key(row)
        guard let condition = AlertCondition(rawValue: try row.text(4)) else {
            throw RowError(table: table.name, column: "condition")
        }
        let names = JSONText.strings(try row.text(10))
        let channels = names.compactMap(NotificationChannel.init(rawValue:))
        guard channels.count == names.count else { throw RowError(table: table.name, column: "channels") }
        return State(
            alert: AlertChanged(
                alertId: key.id, userId: key.userId, instrument: key.instrument, condition: condition,
                isActive: try row.bool(5), threshold: try row.optionalInt64(6).map(Fixed8.init(units:)),
                upper: try row.optionalInt64(7).map(Price.init(units:)), cooldownSeconds: try row.optionalInt64(8),
                isOnce: try row.bool(9), channels: channels),
            changedAt: Timestamp(microseconds: try row.unixMicroseconds(11)), definedBy: try row.text(12))
    }
}
