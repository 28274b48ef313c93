import Domain
import Events

/// How often a definition fired.
struct FiringCount: Sendable {
    var times: Int64 = 0
    var lastFiredAt: Timestamp
    var lastPrice: Price?
    /// What the last in the log fired for, which is the last that the reactor decided.
    var lastOrigin = WatchOrigin()

    mutating func note(at time: Timestamp, _ firing: FiringFact) {
        times += 1
        lastOrigin = firing.origin
        // The later in the log of two at the same time.
        guard time >= lastFiredAt else { return }
        (lastFiredAt, lastPrice) = (time, firing.price)
    }
}

/// What an event tells of a firing.
struct FiringFact: Sendable {
    let key: FiringKey
    let price: Price?
    let origin: WatchOrigin
}

/// The key of what fired, in its user's lane.
struct FiringKey: LaneKey {
    @ExactText var userId: String
    @ExactText var id: String
    let instrument: InstrumentKey
    var partitionKey: String { userId }

    func encode(into row: RowBatch) {
        row.put(userId)
        row.put(id)
        row.put(instrument.exchange)
        row.put(instrument.symbol)
    }

    init(userId: String, id: String, instrument: InstrumentKey) {
        self.userId = userId
        self.id = id
        self.instrument = instrument
    }

    init(_ row: RowReader) throws(RowError) {
        self.init(
            userId: try row.text(0), id: try row.text(1),
            instrument: InstrumentKey(exchange: try row.text(2), symbol: try row.text(3)))
    }
}

/// One row a definition that fired, beside its definition in the lane of its symbol.
protocol FiringsTable: KeyedTable where Key == FiringKey, State == FiringCount {
    static func firing(of payload: EventPayload) -> FiringFact?
}

extension FiringsTable {
    static func definition(_ name: String, id: String) -> TableDefinition {
        TableDefinition(
            name, role: .state,
            columns: [
                Column("user_id", .text), Column(id, .text), Column("exchange", .text), Column("symbol", .text),
                Column("times", .int64), Column("last_fired_at", .timestamp),
                Column("last_price_e8", .int64, nullable: true), Column("last_defined_by", .text, nullable: true),
                Column("last_rearmed_by", .text, nullable: true),
            ],
            key: ["user_id", id, "exchange", "symbol"])
    }

    func key(of event: FoldEvent) -> FiringKey? { Self.firing(of: event.decoded.payload)?.key }

    func newState(for key: FiringKey) -> FiringCount { FiringCount(lastFiredAt: .minimum) }

    func fold(_ event: FoldEvent, into state: inout FiringCount) {
        guard let firing = Self.firing(of: event.decoded.payload) else { return }
        state.note(at: event.decoded.envelope.time, firing)
    }

    static func encode(_ key: FiringKey, into row: RowBatch) { key.encode(into: row) }

    static func encode(_ state: FiringCount, into row: RowBatch) {
        row.put(state.times)
        row.put(unixMicroseconds: state.lastFiredAt.microseconds)
        row.put(state.lastPrice?.units)
        row.put(state.lastOrigin.definedBy)
        row.put(state.lastOrigin.rearmedBy)
    }

    static func key(of row: RowReader) throws(RowError) -> FiringKey { try FiringKey(row) }

    static func state(of row: RowReader) throws(RowError) -> FiringCount {
        FiringCount(
            times: try row.int64(4), lastFiredAt: Timestamp(microseconds: try row.unixMicroseconds(5)),
            lastPrice: try row.optionalInt64(6).map(Price.init(units:)),
            lastOrigin: WatchOrigin(definedBy: row.optionalText(7), rearmedBy: row.optionalText(8)))
    }
}

/// What rules put into carts.
struct RuleFiringsTable: FiringsTable {
    static let table = definition("rule_firings", id: "rule_id")

    static func firing(of payload: EventPayload) -> FiringFact? {
        guard case .cartChanged(let change) = payload, change.isAutomatic, change.action == .add,
            let instrument = change.instrument, let rule = change.ruleId
        else { return nil }
        return FiringFact(
            key: FiringKey(userId: change.userId, id: rule, instrument: instrument), price: change.price,
            origin: WatchOrigin(definedBy: change.definedBy, rearmedBy: change.rearmedBy))
    }
}

/// How often alerts fired.
struct AlertFiringsTable: FiringsTable {
    static let table = definition("alert_firings", id: "alert_id")

    static func firing(of payload: EventPayload) -> FiringFact? {
        guard case .alertTriggered(let alert) = payload else { return nil }
        return FiringFact(
            key: FiringKey(userId: alert.userId, id: alert.alertId, instrument: alert.instrument), price: alert.price,
            origin: WatchOrigin(definedBy: alert.definedBy))
    }
}
