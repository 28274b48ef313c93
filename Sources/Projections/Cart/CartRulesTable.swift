import Domain
import Events

/// A rule's or an alert's row among those of its symbol.
struct DefinitionKey: LaneKey {
    let instrument: InstrumentKey
    @ExactText var userId: String
    @ExactText var id: String
    var partitionKey: String { instrument.symbol }

    func encode(into row: RowBatch) {
        row.put(instrument.exchange)
        row.put(instrument.symbol)
        row.put(userId)
        row.put(id)
    }

    init(instrument: InstrumentKey, userId: String, id: String) {
        self.instrument = instrument
        self.userId = userId
        self.id = id
    }

    init(_ row: RowReader) throws(RowError) {
        self.init(
            instrument: InstrumentKey(exchange: try row.text(0), symbol: try row.text(1)), userId: try row.text(2),
            id: try row.text(3))
    }
}

/// One row a cart rule: the latest definition, and when it was armed. `rules.changed` and `rules.rearmed` have no order
/// between them, so each has columns of its own.
struct CartRulesTable: KeyedTable {
    typealias Key = DefinitionKey

    struct State: Sendable {
        var rule: RuleChanged?
        var changedAt: Timestamp?
        var rearmedAt: Timestamp?
        /// The latest definition and the latest arming in the log.
        var origin = WatchOrigin()
    }

    static let table = TableDefinition(
        "cart_rules", role: .state,
        columns: [
            Column("exchange", .text), Column("symbol", .text), Column("user_id", .text), Column("rule_id", .text),
            Column("is_active", .bool), Column("min_price_e8", .int64, nullable: true),
            Column("max_price_e8", .int64, nullable: true), Column("quantity_e8", .int64, nullable: true),
            Column("changed_at", .timestamp, nullable: true), Column("rearmed_at", .timestamp, nullable: true),
            Column("defined_by", .text, nullable: true), Column("rearmed_by", .text, nullable: true),
        ],
        key: ["exchange", "symbol", "user_id", "rule_id"],
        indexes: [IndexDefinition("cart_rules_user", ["user_id", "rule_id"])])

    func key(of event: FoldEvent) -> Key? {
        switch event.decoded.payload {
        case .ruleChanged(let rule): Key(instrument: rule.instrument, userId: rule.userId, id: rule.ruleId)
        case .ruleRearmed(let rule): Key(instrument: rule.instrument, userId: rule.userId, id: rule.ruleId)
        default: nil
        }
    }

    func newState(for key: Key) -> State { State() }

    func fold(_ event: FoldEvent, into state: inout State) {
        let time = event.decoded.envelope.time
        switch event.decoded.payload {
        case .ruleChanged(let rule):
            state.rule = rule
            state.changedAt = time
            state.origin.definedBy = WatchOrigin.reference(to: event.decoded.envelope)
        case .ruleRearmed(let rule):
            guard rule.isActive else { return }
            state.rearmedAt = max(state.rearmedAt ?? time, time)
            state.origin.rearmedBy = WatchOrigin.reference(to: event.decoded.envelope)
        default: break
        }
    }

    static func encode(_ key: Key, into row: RowBatch) { key.encode(into: row) }

    static func encode(_ state: State, into row: RowBatch) {
        row.put(state.rule?.isActive ?? false)
        row.put(state.rule?.minPrice?.units)
        row.put(state.rule?.maxPrice?.units)
        row.put(state.rule?.quantity?.units)
        row.put(unixMicroseconds: state.changedAt?.microseconds)
        row.put(unixMicroseconds: state.rearmedAt?.microseconds)
        row.put(state.origin.definedBy)
        row.put(state.origin.rearmedBy)
    }

    static func key(of row: RowReader) throws(RowError) -> Key { try Key(row) }

    static func state(of row: RowReader) throws(RowError) -> State {
        let key = try Key(row)
        let changedAt = try row.optionalUnixMicroseconds(8).map(Timestamp.init(microseconds:))
        let rule = RuleChanged(
            ruleId: key.id, userId: key.userId, instrument: key.instrument, isActive: try row.bool(4),
            minPrice: try row.optionalInt64(5).map(Price.init(units:)),
            maxPrice: try row.optionalInt64(6).map(Price.init(units:)),
            quantity: try row.optionalInt64(7).map(Quantity.init(units:)))
        return State(
            rule: changedAt == nil ? nil : rule, changedAt: changedAt,
            rearmedAt: try row.optionalUnixMicroseconds(9).map(Timestamp.init(microseconds:)),
            origin: WatchOrigin(definedBy: row.optionalText(10), rearmedBy: row.optionalText(11)))
    }
}
