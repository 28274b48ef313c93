import Domain

/// `orders.cancelled`. Identity: userId + orderId.
public struct OrderCancelled: Sendable, Equatable {
    public var orderId: String
    public var userId: String
    public var reason: String?

    public init(orderId: String, userId: String, reason: String? = nil) {
        self.orderId = orderId
        self.userId = userId
        self.reason = reason
    }
}

extension OrderCancelled: WireEvent {
    enum Key {
        static let orderId = FieldKey(0, "orderId")
        static let userId = FieldKey(1, "userId")
        static let reason = FieldKey(2, "reason")
    }

    static let keys = [Key.orderId, Key.userId, Key.reason]

    static func read(_ reader: inout FieldReader, time: Timestamp) throws(EventRefusal) -> OrderCancelled {
        let orderId = try reader.text(Key.orderId, .identifier)
        let userId = try reader.word(Key.userId, .identifier)
        let reason = try reader.optionalText(Key.reason, .reason)
        return OrderCancelled(orderId: orderId, userId: userId, reason: reason)
    }

    func visit<Sink: FieldSink & ~Copyable>(_ sink: inout Sink) {
        sink.text(Key.orderId, orderId)
        sink.text(Key.userId, userId)
        sink.text(Key.reason, reason)
    }

    static func readableKey(_ reader: FieldReader) -> ReadableKey {
        var key = ReadableKey()
        key.orderId = try? reader.optionalText(Key.orderId, .identifier)
        key.userId = try? reader.optionalText(Key.userId, .identifier)
        return key
    }
}
