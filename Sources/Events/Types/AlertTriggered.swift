import Domain

/// `alerts.triggered`: an alert fired. Identity: source + id.
public struct AlertTriggered: Sendable, Equatable {
    public var alertId: String
    public var userId: String
    public var instrument: InstrumentKey
    /// The price that fired it.
    public var price: Price
    public var condition: AlertCondition

    public init(
        alertId: String, userId: String, instrument: InstrumentKey, price: Price, condition: AlertCondition
    ) {
        self.alertId = alertId
        self.userId = userId
        self.instrument = instrument
        self.price = price
        self.condition = condition
    }
}

extension AlertTriggered: WireEvent {
    enum Key {
        static let alertId = FieldKey(0, "alertId")
        static let userId = FieldKey(1, "userId")
        static let symbol = FieldKey(2, "symbol")
        static let price = FieldKey(3, "price")
        static let condition = FieldKey(4, "condition")
    }

    static let keys = [Key.alertId, Key.userId, Key.symbol, Key.price, Key.condition]

    static func read(_ reader: inout FieldReader, time: Timestamp) throws(EventRefusal) -> AlertTriggered {
        let alertId = try reader.text(Key.alertId, .identifier)
        let userId = try reader.word(Key.userId, .identifier)
        let instrument = try reader.instrument(Key.symbol)
        let price = try reader.decimal(Key.price, .notNegative)
        let condition: AlertCondition = try reader.choice(Key.condition)
        return AlertTriggered(
            alertId: alertId, userId: userId, instrument: instrument, price: price, condition: condition)
    }

    func visit<Sink: FieldSink & ~Copyable>(_ sink: inout Sink) {
        sink.text(Key.alertId, alertId)
        sink.text(Key.userId, userId)
        sink.text(Key.symbol, instrument.description)
        sink.decimal(Key.price, price)
        sink.text(Key.condition, condition.rawValue)
    }

    static func readableKey(_ reader: FieldReader) -> ReadableKey {
        var key = ReadableKey()
        key.userId = try? reader.optionalText(Key.userId, .identifier)
        let instrument = (try? reader.optionalInstrument(Key.symbol)) ?? nil
        (key.exchange, key.symbol) = (instrument?.exchange, instrument?.symbol)
        return key
    }
}
