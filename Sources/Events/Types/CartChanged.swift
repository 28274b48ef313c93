import Domain

/// `cart.changed`: what a user or a rule does to the cart. Identity: source + id.
public struct CartChanged: Sendable, Equatable {
    public var userId: String
    /// Required to add or remove; `clear` and `checkout` mean the whole cart.
    public var instrument: InstrumentKey?
    public var action: CartAction
    /// Of an add: how much more, absent 1. Of a remove: how much less, absent all of it.
    public var quantity: Quantity?
    /// The price at which it was added.
    public var price: Price?
    /// A rule did it.
    public var isAutomatic: Bool
    public var ruleId: String?
    /// Which `rules.changed` was in force when the rule fired: its source, `#` and its id.
    public var definedBy: String?
    /// The latest `rules.rearmed` that had armed this rule again by then, in the same form; nil: none had.
    public var rearmedBy: String?

    public init(
        userId: String, instrument: InstrumentKey? = nil, action: CartAction, quantity: Quantity? = nil,
        price: Price? = nil, isAutomatic: Bool = false, ruleId: String? = nil, definedBy: String? = nil,
        rearmedBy: String? = nil
    ) {
        self.userId = userId
        self.instrument = instrument
        self.action = action
        self.quantity = quantity
        self.price = price
        self.isAutomatic = isAutomatic
        self.ruleId = ruleId
        self.definedBy = definedBy
        self.rearmedBy = rearmedBy
    }
}

/// What becomes of a cart.
public enum CartAction: String, Sendable, CaseIterable, WireChoice {
    case add
    case remove
    case clear
    case checkout
}

extension CartChanged: WireEvent {
    enum Key {
        static let userId = FieldKey(0, "userId")
        static let symbol = FieldKey(1, "symbol")
        static let action = FieldKey(2, "action")
        static let quantity = FieldKey(3, "quantity")
        static let price = FieldKey(4, "price")
        static let auto = FieldKey(5, "auto")
        static let ruleId = FieldKey(6, "ruleId")
        static let definedBy = FieldKey(7, "definedBy")
        static let rearmedBy = FieldKey(8, "rearmedBy")
    }

    static let keys = [
        Key.userId, Key.symbol, Key.action, Key.quantity, Key.price, Key.auto, Key.ruleId, Key.definedBy, Key.rearmedBy,
    ]

    static func read(_ reader: inout FieldReader, time: Timestamp) throws(EventRefusal) -> CartChanged {
        let userId = try reader.word(Key.userId, .identifier)
        let instrument = try reader.optionalInstrument(Key.symbol)
        let action: CartAction = try reader.choice(Key.action)
        let quantity = try reader.optionalDecimal(Key.quantity, .positive)
        let price = try reader.optionalDecimal(Key.price, .notNegative)
        let isAutomatic = try reader.optionalFlag(Key.auto) ?? false
        let ruleId = try reader.optionalText(Key.ruleId, .identifier)
        let definedBy = try reader.optionalText(Key.definedBy, .identifier)
        let rearmedBy = try reader.optionalText(Key.rearmedBy, .identifier)
        if action == .add || action == .remove, instrument == nil {
            throw reader.misfit(Key.symbol, expected: "a symbol to \(action.rawValue)")
        }
        return CartChanged(
            userId: userId, instrument: instrument, action: action, quantity: quantity, price: price,
            isAutomatic: isAutomatic, ruleId: ruleId, definedBy: definedBy, rearmedBy: rearmedBy)
    }

    func visit<Sink: FieldSink & ~Copyable>(_ sink: inout Sink) {
        sink.text(Key.userId, userId)
        sink.text(Key.symbol, instrument?.description)
        sink.text(Key.action, action.rawValue)
        sink.decimal(Key.quantity, quantity)
        sink.decimal(Key.price, price)
        if isAutomatic { sink.flag(Key.auto, true) }
        sink.text(Key.ruleId, ruleId)
        sink.text(Key.definedBy, definedBy)
        sink.text(Key.rearmedBy, rearmedBy)
    }

    static func readableKey(_ reader: FieldReader) -> ReadableKey {
        var key = ReadableKey()
        key.userId = try? reader.optionalText(Key.userId, .identifier)
        let instrument = (try? reader.optionalInstrument(Key.symbol)) ?? nil
        (key.exchange, key.symbol) = (instrument?.exchange, instrument?.symbol)
        return key
    }
}
