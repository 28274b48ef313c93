import Domain

/// `rules.rearmed`: a rule may fire again, as the item that it put into the cart is gone. Identity: source + id.
public struct RuleRearmed: Sendable, Equatable {
    public var ruleId: String
    public var userId: String
    public var instrument: InstrumentKey
    /// false leaves the rule disarmed.
    public var isActive: Bool
    /// The lower end of the range; absent: no lower end.
    public var minPrice: Price?
    /// The upper end of the range; absent: no upper end.
    public var maxPrice: Price?
    /// How much to put into the cart; absent: 1.
    public var quantity: Quantity?

    public init(
        ruleId: String, userId: String, instrument: InstrumentKey, isActive: Bool, minPrice: Price? = nil,
        maxPrice: Price? = nil, quantity: Quantity? = nil
    ) {
        self.ruleId = ruleId
        self.userId = userId
        self.instrument = instrument
        self.isActive = isActive
        self.minPrice = minPrice
        self.maxPrice = maxPrice
        self.quantity = quantity
    }
}

extension RuleRearmed: WireEvent {
    enum Key {
        static let ruleId = FieldKey(0, "ruleId")
        static let userId = FieldKey(1, "userId")
        static let symbol = FieldKey(2, "symbol")
        static let active = FieldKey(3, "active")
        static let minPrice = FieldKey(4, "minPrice")
        static let maxPrice = FieldKey(5, "maxPrice")
        static let quantity = FieldKey(6, "quantity")
    }

    static let keys = [Key.ruleId, Key.userId, Key.symbol, Key.active, Key.minPrice, Key.maxPrice, Key.quantity]

    static func read(_ reader: inout FieldReader, time: Timestamp) throws(EventRefusal) -> RuleRearmed {
        let ruleId = try reader.text(Key.ruleId, .identifier)
        let userId = try reader.word(Key.userId, .identifier)
        let instrument = try reader.instrument(Key.symbol)
        let isActive = try reader.flag(Key.active)
        let minPrice = try reader.optionalDecimal(Key.minPrice, .notNegative)
        let maxPrice = try reader.optionalDecimal(Key.maxPrice, .notNegative)
        let quantity = try reader.optionalDecimal(Key.quantity, .positive)
        if let minPrice, let maxPrice, minPrice > maxPrice {
            throw reader.outOfOrder(Key.minPrice, above: Key.maxPrice)
        }
        return RuleRearmed(
            ruleId: ruleId, userId: userId, instrument: instrument, isActive: isActive, minPrice: minPrice,
            maxPrice: maxPrice, quantity: quantity)
    }

    func visit<Sink: FieldSink & ~Copyable>(_ sink: inout Sink) {
        sink.text(Key.ruleId, ruleId)
        sink.text(Key.userId, userId)
        sink.text(Key.symbol, instrument.description)
        sink.flag(Key.active, isActive)
        sink.decimal(Key.minPrice, minPrice)
        sink.decimal(Key.maxPrice, maxPrice)
        sink.decimal(Key.quantity, quantity)
    }

    static func readableKey(_ reader: FieldReader) -> ReadableKey {
        var key = ReadableKey()
        key.userId = try? reader.optionalText(Key.userId, .identifier)
        key.ruleId = try? reader.optionalText(Key.ruleId, .identifier)
        let instrument = (try? reader.optionalInstrument(Key.symbol)) ?? nil
        (key.exchange, key.symbol) = (instrument?.exchange, instrument?.symbol)
        return key
    }
}
