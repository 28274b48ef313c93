import Domain

/// `orders.placed`. Identity: userId + orderId.
public struct OrderPlaced: Sendable, Equatable {
    public var orderId: String
    public var userId: String
    public var exchange: String
    /// Without an exchange prefix.
    public var symbol: String
    public var side: Side
    /// More than 0.
    public var quantity: Quantity
    public var orderType: OrderType
    /// 0 or more.
    public var price: Price?
    /// 0 or more.
    public var triggerPrice: Price?
    public var product: Product?
    public var validity: Validity?
    public var account: String
    /// Category, strategy, tags and requestId; `nil` when there are none.
    public var details: EventDetails?

    public init(
        orderId: String, userId: String, exchange: String, symbol: String, side: Side, quantity: Quantity,
        orderType: OrderType, price: Price? = nil, triggerPrice: Price? = nil, product: Product? = nil,
        validity: Validity? = nil, account: String = EventDefaults.account, details: EventDetails? = nil
    ) {
        self.orderId = orderId
        self.userId = userId
        self.exchange = exchange
        self.symbol = symbol
        self.side = side
        self.quantity = quantity
        self.orderType = orderType
        self.price = price
        self.triggerPrice = triggerPrice
        self.product = product
        self.validity = validity
        self.account = account
        self.details = details
    }
}

extension OrderPlaced: WireEvent {
    enum Key {
        static let orderId = FieldKey(0, "orderId")
        static let userId = FieldKey(1, "userId")
        static let symbol = FieldKey(2, "symbol")
        static let exchange = FieldKey(3, "exchange")
        static let side = FieldKey(4, "side")
        static let quantity = FieldKey(5, "quantity")
        static let orderType = FieldKey(6, "orderType")
        static let price = FieldKey(7, "price")
        static let triggerPrice = FieldKey(8, "triggerPrice")
        static let product = FieldKey(9, "product")
        static let validity = FieldKey(10, "validity")
        static let account = FieldKey(11, "account")
        static let category = FieldKey(12, "category")
        static let strategy = FieldKey(13, "strategy")
        static let tags = FieldKey(14, "tags")
        static let requestId = FieldKey(15, "requestId")
    }

    static let keys = [
        Key.orderId, Key.userId, Key.symbol, Key.exchange, Key.side, Key.quantity, Key.orderType, Key.price,
        Key.triggerPrice, Key.product, Key.validity, Key.account, Key.category, Key.strategy, Key.tags, Key.requestId,
    ]

    static func read(_ reader: inout FieldReader, time: Timestamp) throws(EventRefusal) -> OrderPlaced {
        let orderId = try reader.text(Key.orderId, .identifier)
        let userId = try reader.word(Key.userId, .identifier)
        let (exchange, symbol) = try reader.instrument(symbol: Key.symbol, exchange: Key.exchange)
        let side: Side = try reader.choice(Key.side)
        let quantity = try reader.decimal(Key.quantity, .positive)
        let orderType: OrderType = try reader.choice(Key.orderType)
        let price = try reader.optionalDecimal(Key.price, .notNegative)
        let triggerPrice = try reader.optionalDecimal(Key.triggerPrice, .notNegative)
        let product: Product? = try reader.optionalChoice(Key.product)
        let validity: Validity? = try reader.optionalChoice(Key.validity)
        let account = try reader.optionalText(Key.account, .label) ?? EventDefaults.account
        let details = EventDetails(
            category: try reader.optionalWord(Key.category, .label),
            strategy: try reader.optionalWord(Key.strategy, .label), tags: try reader.tags(Key.tags),
            requestId: try reader.optionalText(Key.requestId, .label))
        return OrderPlaced(
            orderId: orderId, userId: userId, exchange: exchange, symbol: symbol, side: side, quantity: quantity,
            orderType: orderType, price: price, triggerPrice: triggerPrice, product: product, validity: validity,
            account: account, details: details)
    }

    func visit<Sink: FieldSink & ~Copyable>(_ sink: inout Sink) {
        sink.text(Key.orderId, orderId)
        sink.text(Key.userId, userId)
        sink.text(Key.symbol, symbol)
        sink.text(Key.exchange, exchange)
        sink.text(Key.side, side.rawValue)
        sink.decimal(Key.quantity, quantity)
        sink.text(Key.orderType, orderType.rawValue)
        sink.decimal(Key.price, price)
        sink.decimal(Key.triggerPrice, triggerPrice)
        sink.text(Key.product, product?.rawValue)
        sink.text(Key.validity, validity?.rawValue)
        if account != EventDefaults.account { sink.text(Key.account, account) }
        guard let details else { return }
        sink.text(Key.category, details.category)
        sink.text(Key.strategy, details.strategy)
        sink.tags(Key.tags, details.tags)
        sink.text(Key.requestId, details.requestId)
    }

    static func readableKey(_ reader: FieldReader) -> ReadableKey {
        var key = ReadableKey()
        key.orderId = try? reader.optionalText(Key.orderId, .identifier)
        key.userId = try? reader.optionalText(Key.userId, .identifier)
        (key.exchange, key.symbol) = reader.readableInstrument(symbol: Key.symbol, exchange: Key.exchange)
        key.account = try? reader.optionalText(Key.account, .label)
        return key
    }
}
