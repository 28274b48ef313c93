import Domain

/// `payments.received`: money in or out. Identity: userId + paymentId; a payment that is still pending and its outcome
/// are two events under the same paymentId.
public struct PaymentReceived: Sendable, Equatable {
    public var paymentId: String
    public var userId: String
    public var kind: PaymentKind
    /// More than 0, in the currency; its kind says the direction.
    public var amount: Fixed8
    /// ISO 4217, as INR.
    public var currency: String
    /// Only a completed payment moves money.
    public var status: PaymentStatus
    public var provider: String?
    public var providerPaymentId: String?

    public init(
        paymentId: String, userId: String, kind: PaymentKind, amount: Fixed8, currency: String, status: PaymentStatus,
        provider: String? = nil, providerPaymentId: String? = nil
    ) {
        self.paymentId = paymentId
        self.userId = userId
        self.kind = kind
        self.amount = amount
        self.currency = currency
        self.status = status
        self.provider = provider
        self.providerPaymentId = providerPaymentId
    }

    /// What tells it from other payments: an outcome does not repeat the pending payment that it ends, nor contradict it.
    @usableFromInline
    var identifier: String { status == .pending ? paymentId + Self.pendingMark : paymentId }

    /// Behind a character that no paymentId holds.
    private static let pendingMark = "\u{1F}pending"
}

/// What a payment is to the user's cash.
public enum PaymentKind: String, Sendable, CaseIterable, WireChoice {
    case deposit
    case withdrawal
    case charge
    case refund
}

/// How a payment ended.
public enum PaymentStatus: String, Sendable, CaseIterable, WireChoice {
    case completed
    case pending
    case failed
    case cancelled
}

extension PaymentReceived: WireEvent {
    enum Key {
        static let paymentId = FieldKey(0, "paymentId")
        static let userId = FieldKey(1, "userId")
        static let kind = FieldKey(2, "kind")
        static let amount = FieldKey(3, "amount")
        static let currency = FieldKey(4, "currency")
        static let status = FieldKey(5, "status")
        static let provider = FieldKey(6, "provider")
        static let providerPaymentId = FieldKey(7, "providerPaymentId")
    }

    static let keys = [
        Key.paymentId, Key.userId, Key.kind, Key.amount, Key.currency, Key.status, Key.provider, Key.providerPaymentId,
    ]

    static func read(_ reader: inout FieldReader, time: Timestamp) throws(EventRefusal) -> PaymentReceived {
        let paymentId = try reader.text(Key.paymentId, .identifier)
        let userId = try reader.word(Key.userId, .identifier)
        let kind: PaymentKind = try reader.choice(Key.kind)
        let amount = try reader.decimal(Key.amount, .positive)
        let currency = try reader.text(Key.currency, .currency)
        let status: PaymentStatus = try reader.choice(Key.status)
        let provider = try reader.optionalText(Key.provider, .label)
        let providerPaymentId = try reader.optionalText(Key.providerPaymentId, .identifier)
        return PaymentReceived(
            paymentId: paymentId, userId: userId, kind: kind, amount: amount, currency: currency, status: status,
            provider: provider, providerPaymentId: providerPaymentId)
    }

    func visit<Sink: FieldSink & ~Copyable>(_ sink: inout Sink) {
        sink.text(Key.paymentId, paymentId)
        sink.text(Key.userId, userId)
        sink.text(Key.kind, kind.rawValue)
        sink.decimal(Key.amount, amount)
        sink.text(Key.currency, currency)
        sink.text(Key.status, status.rawValue)
        sink.text(Key.provider, provider)
        sink.text(Key.providerPaymentId, providerPaymentId)
    }

    static func readableKey(_ reader: FieldReader) -> ReadableKey {
        var key = ReadableKey()
        key.userId = try? reader.optionalText(Key.userId, .identifier)
        return key
    }
}
