import Domain

/// `orders.updated`: what the broker says of an order. Identity: source + id.
public struct OrderUpdated: Sendable, Equatable {
    public var orderId: String
    public var userId: String
    public var status: OrderStatus
    /// 0 or more.
    public var filledQuantity: Quantity?
    /// 0 or more.
    public var averagePrice: Price?
    /// 0 or more.
    public var price: Price?
    /// More than 0.
    public var quantity: Quantity?
    /// 0 or more.
    public var triggerPrice: Price?
    public var reason: String?

    public init(
        orderId: String, userId: String, status: OrderStatus, filledQuantity: Quantity? = nil,
        averagePrice: Price? = nil, price: Price? = nil, quantity: Quantity? = nil, triggerPrice: Price? = nil,
        reason: String? = nil
    ) {
        self.orderId = orderId
        self.userId = userId
        self.status = status
        self.filledQuantity = filledQuantity
        self.averagePrice = averagePrice
        self.price = price
        self.quantity = quantity
        self.triggerPrice = triggerPrice
        self.reason = reason
    }
}

extension OrderUpdated: WireEvent {
    enum Key {
        static let orderId = FieldKey(0, "orderId")
        static let userId = FieldKey(1, "userId")
        static let status = FieldKey(2, "status")
        static let filledQuantity = FieldKey(3, "filledQuantity")
        static let averagePrice = FieldKey(4, "averagePrice")
        static let price = FieldKey(5, "price")
        static let quantity = FieldKey(6, "quantity")
        static let triggerPrice = FieldKey(7, "triggerPrice")
        static let reason = FieldKey(8, "reason")
    }

    static let keys = [
        Key.orderId, Key.userId, Key.status, Key.filledQuantity, Key.averagePrice, Key.price, Key.quantity,
        Key.triggerPrice, Key.reason,
    ]

    static func read(_ reader: inout FieldReader, time: Timestamp) throws(EventRefusal) -> OrderUpdated {
        let orderId = try reader.text(Key.orderId, .identifier)
        let userId = try reader.word(Key.userId, .identifier)
        let status: OrderStatus = try reader.choice(Key.status)
        let filledQuantity = try reader.optionalDecimal(Key.filledQuantity, .notNegative)
        let averagePrice = try reader.optionalDecimal(Key.averagePrice, .notNegative)
        let price = try reader.optionalDecimal(Key.price, .notNegative)
        let quantity = try reader.optionalDecimal(Key.quantity, .positive)
        let triggerPrice = try reader.optionalDecimal(Key.triggerPrice, .notNegative)
        let reason = try reader.optionalText(Key.reason, .reason)
        return OrderUpdated(
            orderId: orderId, userId: userId, status: status, filledQuantity: filledQuantity,
            averagePrice: averagePrice, price: price, quantity: quantity, triggerPrice: triggerPrice, reason: reason)
    }

    func visit<Sink: FieldSink & ~Copyable>(_ sink: inout Sink) {
        sink.text(Key.orderId, orderId)
        sink.text(Key.userId, userId)
        sink.text(Key.status, status.rawValue)
        sink.decimal(Key.filledQuantity, filledQuantity)
        sink.decimal(Key.averagePrice, averagePrice)
        sink.decimal(Key.price, price)
        sink.decimal(Key.quantity, quantity)
        sink.decimal(Key.triggerPrice, triggerPrice)
        sink.text(Key.reason, reason)
    }

    static func readableKey(_ reader: FieldReader) -> ReadableKey {
        var key = ReadableKey()
        key.orderId = try? reader.optionalText(Key.orderId, .identifier)
        key.userId = try? reader.optionalText(Key.userId, .identifier)
        return key
    }
}
