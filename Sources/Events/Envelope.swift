import Domain

/// CloudEvents' own attributes of an event.
public struct Envelope: Sendable, Equatable {
    // First, so that the compiler's own memberwise initialiser differs from the public one: decoding uses the former,
    // because an initialiser that assigns fields copies and destroys the whole value at its end.
    /// The version the event was written in; its payload has been brought up to the current one.
    public var version: Int
    public var id: String
    public var source: String
    /// The event's time; the record's timestamp where the producer gave none.
    public var time: Timestamp
    public var subject: String?
    /// nil where the producer takes no part in tracing.
    public var trace: TraceContext?
}

extension Envelope {
    public init(
        id: String, source: String, time: Timestamp, subject: String? = nil, version: Int = 1,
        trace: TraceContext? = nil
    ) {
        self.init(version: version, id: id, source: source, time: time, subject: subject, trace: trace)
    }
}

/// An event that passed every check.
public struct DecodedEvent: Sendable, Equatable {
    // First for the same reason as ``Envelope/version``.
    /// How many numbers had more than eight decimals and were rounded half-even (market.updates only).
    public var roundedFields: Int
    public var envelope: Envelope
    public var payload: EventPayload
}

extension DecodedEvent {
    public init(envelope: Envelope, payload: EventPayload, roundedFields: Int = 0) {
        self.init(roundedFields: roundedFields, envelope: envelope, payload: payload)
    }

    @inlinable public var kind: EventKind { payload.kind }
}

public enum EventPayload: Sendable, Equatable {
    case orderPlaced(OrderPlaced)
    case orderUpdated(OrderUpdated)
    case orderCancelled(OrderCancelled)
    case tradeExecuted(TradeExecuted)
    case tradeCorrected(TradeCorrected)
    case marketUpdated(MarketUpdated)
    // Boxed, because these are large or rare and the others are copied by the million.
    indirect case notificationSend(NotificationSend)
    indirect case paymentReceived(PaymentReceived)
    indirect case ruleChanged(RuleChanged)
    indirect case ruleRearmed(RuleRearmed)
    indirect case cartChanged(CartChanged)
    indirect case alertChanged(AlertChanged)
    indirect case alertTriggered(AlertTriggered)
    indirect case notificationUpdated(NotificationUpdated)
    indirect case watchlistChanged(WatchlistChanged)
    indirect case instrumentUpdated(InstrumentUpdated)
    indirect case preferenceChanged(PreferenceChanged)

    @inlinable
    public var kind: EventKind {
        switch self {
        case .orderPlaced: .orderPlaced
        case .orderUpdated: .orderUpdated
        case .orderCancelled: .orderCancelled
        case .tradeExecuted: .tradeExecuted
        case .tradeCorrected: .tradeCorrected
        case .marketUpdated: .marketUpdated
        case .notificationSend: .notificationSend
        case .paymentReceived: .paymentReceived
        case .ruleChanged: .ruleChanged
        case .ruleRearmed: .ruleRearmed
        case .cartChanged: .cartChanged
        case .alertChanged: .alertChanged
        case .alertTriggered: .alertTriggered
        case .notificationUpdated: .notificationUpdated
        case .watchlistChanged: .watchlistChanged
        case .instrumentUpdated: .instrumentUpdated
        case .preferenceChanged: .preferenceChanged
        }
    }

    /// The value that decides the partition: the user, or for market data the symbol without its exchange.
    @inlinable
    public var partitionKey: String {
        switch self {
        case .orderPlaced(let order): order.userId
        case .orderUpdated(let order): order.userId
        case .orderCancelled(let order): order.userId
        case .tradeExecuted(let trade): trade.userId
        case .tradeCorrected(let correction): correction.userId
        case .marketUpdated(let update): update.symbol
        case .notificationSend(let notification): notification.userId
        case .paymentReceived(let payment): payment.userId
        case .ruleChanged(let rule): rule.instrument.symbol
        case .ruleRearmed(let rule): rule.instrument.symbol
        case .cartChanged(let change): change.userId
        case .alertChanged(let alert): alert.instrument.symbol
        case .alertTriggered(let alert): alert.userId
        case .notificationUpdated(let update): update.userId
        case .watchlistChanged(let list): list.userId
        case .instrumentUpdated(let update): update.instrument.symbol
        case .preferenceChanged(let preference): preference.userId
        }
    }
}

extension DecodedEvent {
    /// The values that identify this event under its kind's rule; `nil` where it has none.
    @inlinable
    public var identity: (String, String)? {
        switch payload {
        case .orderPlaced(let order): (order.userId, order.orderId)
        case .orderCancelled(let order): (order.userId, order.orderId)
        case .tradeExecuted(let trade): (trade.userId, trade.tradeId)
        case .orderUpdated, .tradeCorrected, .ruleChanged, .ruleRearmed, .cartChanged, .alertChanged, .alertTriggered,
            .notificationUpdated, .watchlistChanged, .instrumentUpdated, .preferenceChanged:
            (envelope.source, envelope.id)
        case .paymentReceived(let payment): (payment.userId, payment.identifier)
        case .notificationSend(let notification): (notification.userId, notification.notificationId)
        case .marketUpdated: nil
        }
    }
}
