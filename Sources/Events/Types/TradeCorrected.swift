import Domain

/// `trades.corrected`: a trade's fields amended, or the trade void. Identity: source + id.
public struct TradeCorrected: Sendable, Equatable {
    public var tradeId: String
    public var userId: String
    public var action: CorrectionAction
    /// The fields to change. Without meaning when the action is `void`.
    public var amendment: TradeAmendment

    public init(tradeId: String, userId: String, action: CorrectionAction, amendment: TradeAmendment = .none) {
        self.tradeId = tradeId
        self.userId = userId
        self.action = action
        self.amendment = amendment
    }
}

/// New values for a trade's fields; `nil` (an empty list for tags) keeps what the trade has.
public final class TradeAmendment: Sendable, Equatable {
    public struct Values: Sendable, Equatable {
        public var exchange: String?
        public var symbol: String?
        public var side: Side?
        public var quantity: Quantity?
        public var price: Price?
        public var executedAt: Timestamp?
        public var fees: Fixed8?
        public var orderId: String?
        public var account: String?
        public var isin: String?
        public var product: Product?
        public var multiplier: Fixed8?
        public var segment: String?
        public var category: String?
        public var strategy: String?
        public var tags: [String] = []
        public var notes: String?
        public var broker: String?

        public init() {}
    }

    public let values: Values
    public static let none = TradeAmendment(Values())

    public init(_ values: Values) { self.values = values }

    public static func == (left: TradeAmendment, right: TradeAmendment) -> Bool {
        left === right || left.values == right.values
    }
}

extension TradeCorrected: WireEvent {
    enum Key {
        static let tradeId = FieldKey(0, "tradeId")
        static let userId = FieldKey(1, "userId")
        static let action = FieldKey(2, "action")
        static let symbol = FieldKey(3, "symbol")
        static let exchange = FieldKey(4, "exchange")
        static let side = FieldKey(5, "side")
        static let quantity = FieldKey(6, "quantity")
        static let price = FieldKey(7, "price")
        static let executedAt = FieldKey(8, "executedAt")
        static let fees = FieldKey(9, "fees")
        static let orderId = FieldKey(10, "orderId")
        static let account = FieldKey(11, "account")
        static let isin = FieldKey(12, "isin")
        static let product = FieldKey(13, "product")
        static let multiplier = FieldKey(14, "multiplier")
        static let segment = FieldKey(15, "segment")
        static let category = FieldKey(16, "category")
        static let strategy = FieldKey(17, "strategy")
        static let tags = FieldKey(18, "tags")
        static let notes = FieldKey(19, "notes")
        static let broker = FieldKey(20, "broker")
    }

    static let keys = [
        Key.tradeId, Key.userId, Key.action, Key.symbol, Key.exchange, Key.side, Key.quantity, Key.price,
        Key.executedAt, Key.fees, Key.orderId, Key.account, Key.isin, Key.product, Key.multiplier, Key.segment,
        Key.category, Key.strategy, Key.tags, Key.notes, Key.broker,
    ]

    static func read(_ reader: inout FieldReader, time: Timestamp) throws(EventRefusal) -> TradeCorrected {
        let tradeId = try reader.text(Key.tradeId, .identifier)
        let userId = try reader.word(Key.userId, .identifier)
        let action: CorrectionAction = try reader.choice(Key.action)
        var values = TradeAmendment.Values()
        (values.exchange, values.symbol) = try reader.optionalInstrument(symbol: Key.symbol, exchange: Key.exchange)
        values.side = try reader.optionalChoice(Key.side)
        values.quantity = try reader.optionalDecimal(Key.quantity, .positive)
        values.price = try reader.optionalDecimal(Key.price, .notNegative)
        values.executedAt = try reader.optionalTimestamp(Key.executedAt)
        values.fees = try reader.optionalDecimal(Key.fees, .any)
        values.orderId = try reader.optionalText(Key.orderId, .identifier)
        values.account = try reader.optionalText(Key.account, .label)
        values.isin = try reader.optionalText(Key.isin, .isin)
        values.product = try reader.optionalChoice(Key.product)
        values.multiplier = try reader.optionalDecimal(Key.multiplier, .positive)
        values.segment = try reader.optionalText(Key.segment, .label)
        values.category = try reader.optionalText(Key.category, .label)
        values.strategy = try reader.optionalText(Key.strategy, .label)
        values.tags = try reader.tags(Key.tags)
        values.notes = try reader.optionalText(Key.notes, .notes)
        values.broker = try reader.optionalText(Key.broker, .label)
        let amendment = values == TradeAmendment.none.values ? .none : TradeAmendment(values)
        return TradeCorrected(tradeId: tradeId, userId: userId, action: action, amendment: amendment)
    }

    func visit<Sink: FieldSink & ~Copyable>(_ sink: inout Sink) {
        sink.text(Key.tradeId, tradeId)
        sink.text(Key.userId, userId)
        sink.text(Key.action, action.rawValue)
        let values = amendment.values
        sink.text(Key.symbol, values.symbol)
        sink.text(Key.exchange, values.exchange)
        sink.text(Key.side, values.side?.rawValue)
        sink.decimal(Key.quantity, values.quantity)
        sink.decimal(Key.price, values.price)
        sink.timestamp(Key.executedAt, values.executedAt)
        sink.decimal(Key.fees, values.fees)
        sink.text(Key.orderId, values.orderId)
        sink.text(Key.account, values.account)
        sink.text(Key.isin, values.isin)
        sink.text(Key.product, values.product?.rawValue)
        sink.decimal(Key.multiplier, values.multiplier)
        sink.text(Key.segment, values.segment)
        sink.text(Key.category, values.category)
        sink.text(Key.strategy, values.strategy)
        sink.tags(Key.tags, values.tags)
        sink.text(Key.notes, values.notes)
        sink.text(Key.broker, values.broker)
    }

    static func readableKey(_ reader: FieldReader) -> ReadableKey {
        var key = ReadableKey()
        key.tradeId = try? reader.optionalText(Key.tradeId, .identifier)
        key.userId = try? reader.optionalText(Key.userId, .identifier)
        (key.exchange, key.symbol) = reader.readableInstrument(symbol: Key.symbol, exchange: Key.exchange)
        key.orderId = try? reader.optionalText(Key.orderId, .identifier)
        key.account = try? reader.optionalText(Key.account, .label)
        key.isin = try? reader.optionalText(Key.isin, .isin)
        return key
    }
}
