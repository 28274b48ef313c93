import Domain

/// `alerts.triggered`: an alert fired. Identity: source + id.
public struct AlertTriggered: Sendable, Equatable {
    public var alertId: String
    public var userId: String
    public var instrument: InstrumentKey
    /// The price that fired it.
    public var price: Price
    public var condition: AlertCondition
    /// Which `alerts.changed` was in force: its source, `#` and its id. Nil where whoever told it did not know.
    public var definedBy: String?

    public init(
        alertId: String, userId: String, instrument: InstrumentKey, price: Price, condition: AlertCondition,
        definedBy: String? = nil
    ) {
        self.alertId = alertId
        self.userId = userId
        self.instrument = instrument
        self.price = price
        self.condition = condition
        self.definedBy = definedBy
    }
}

extension AlertTriggered: WireEvent {
    enum Key {
        static let alertId = FieldKey(0, "alertId")
        static let userId = FieldKey(1, "userId")
        static let symbol = FieldKey(2, "symbol")
        static let price = FieldKey(3, "price")
        static let condition = FieldKey(4, "condition")
        static let definedBy = FieldKey(5, "definedBy")
    }

    static let keys = [Key.alertId, Key.userId, Key.symbol, Key.price, Key.condition, Key.definedBy]

    static func read(_ reader: inout FieldReader, time: Timestamp) throws(EventRefusal) -> AlertTriggered {
        let alertId = try reader.text(Key.alertId, .identifier)
        let userId = try reader.word(Key.userId, .identifier)
        let instrument = try reader.instrument(Key.symbol)
        let price = try reader.decimal(Key.price, .notNegative)
        let condition: AlertCondition = try reader.choice(Key.condition)
        let definedBy = try reader.optionalText(Key.definedBy, .identifier)
        return AlertTriggered(
            alertId: alertId, userId: userId, instrument: instrument, price: price, condition: condition,
            definedBy: definedBy)
    }

    func visit<Sink: FieldSink & ~Copyable>(_ sink: inout Sink) {
        sink.text(Key.alertId, alertId)
        sink.text(Key.userId, userId)
        sink.text(Key.symbol, instrument.description)
        sink.decimal(Key.price, price)
        sink.text(Key.condition, condition.rawValue)
        sink.text(Key.definedBy, definedBy)
    }

    static func readableKey(_ reader: FieldReader) -> ReadableKey {
        var key = ReadableKey()
        key.userId = try? reader.optionalText(Key.userId, .identifier)
        let instrument = (try? reader.optionalInstrument(Key.symbol)) ?? nil
        (key.exchange, key.symbol) = (instrument?.exchange, instrument?.symbol)
        return key
    }
}
