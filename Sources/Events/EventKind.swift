/// The kinds of events that this build decodes, one a topic.
public enum EventKind: UInt8, Sendable, CaseIterable, Hashable {
    case orderPlaced
    case orderUpdated
    case orderCancelled
    case tradeExecuted
    case tradeCorrected
    case marketUpdated
    case notificationSend
    case paymentReceived
    case ruleChanged
    case ruleRearmed
    case cartChanged
    case alertChanged
    case alertTriggered
    case notificationUpdated
    case watchlistChanged
    case instrumentUpdated
    case preferenceChanged

    /// The topic, which is the event type's name without prefix and version.
    @inlinable
    public var topic: String {
        switch self {
        case .orderPlaced: "orders.placed"
        case .orderUpdated: "orders.updated"
        case .orderCancelled: "orders.cancelled"
        case .tradeExecuted: "trades.executed"
        case .tradeCorrected: "trades.corrected"
        case .marketUpdated: "market.updates"
        case .notificationSend: "notifications.send"
        case .paymentReceived: "payments.received"
        case .ruleChanged: "rules.changed"
        case .ruleRearmed: "rules.rearmed"
        case .cartChanged: "cart.changed"
        case .alertChanged: "alerts.changed"
        case .alertTriggered: "alerts.triggered"
        case .notificationUpdated: "notifications.updated"
        case .watchlistChanged: "watchlists.changed"
        case .instrumentUpdated: "instruments.updated"
        case .preferenceChanged: "preferences.changed"
        }
    }

    /// CloudEvents `type` of the current version, as we write it.
    public var type: String { typeBytes.description }

    /// What `type` starts with; short types leave it out.
    @inlinable public static var typePrefix: StaticString { "com.tapefold." }

    /// The fields of its data, by name.
    public var fieldNames: [String] { keys.map { "\($0.name)" } }

    public init?(topic: String) {
        guard let kind = Self.allCases.first(where: { $0.topic == topic }) else { return nil }
        self = kind
    }

    /// Whether the symbol, and not the user, decides the partition.
    @inlinable
    public var isKeyedBySymbol: Bool {
        switch self {
        case .marketUpdated, .ruleChanged, .ruleRearmed, .alertChanged, .instrumentUpdated: true
        default: false
        }
    }

    /// What makes an event of this kind the same event. topology.json says the same; a test compares them.
    @inlinable
    public var identity: IdentityRule {
        switch self {
        case .orderPlaced, .orderCancelled: .userAndOrder
        case .tradeExecuted: .userAndTrade
        case .orderUpdated, .tradeCorrected, .ruleChanged, .ruleRearmed, .cartChanged, .alertChanged, .alertTriggered,
            .notificationUpdated, .watchlistChanged, .instrumentUpdated, .preferenceChanged:
            .sourceAndId
        case .marketUpdated: .none
        case .notificationSend: .userAndNotification
        case .paymentReceived: .userAndPayment
        }
    }
}

/// Which values identify an event for ever.
public enum IdentityRule: Sendable, Hashable {
    /// Folds idempotently by nature.
    case none
    case sourceAndId
    case userAndOrder
    case userAndTrade
    case userAndNotification
    case userAndPayment
}
