/// The kinds of events that this build decodes, one a topic.
public enum EventKind: UInt8, Sendable, CaseIterable, Hashable {
    case orderPlaced
    case orderUpdated
    case orderCancelled
    case tradeExecuted
    case tradeCorrected
    case marketUpdated
    case notificationSend

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
        }
    }

    /// CloudEvents `type` of the current version, as we write it.
    @inlinable
    public var type: String {
        switch self {
        case .orderPlaced: "com.tapefold.orders.placed.v1"
        case .orderUpdated: "com.tapefold.orders.updated.v1"
        case .orderCancelled: "com.tapefold.orders.cancelled.v1"
        case .tradeExecuted: "com.tapefold.trades.executed.v1"
        case .tradeCorrected: "com.tapefold.trades.corrected.v1"
        case .marketUpdated: "com.tapefold.market.updates.v1"
        case .notificationSend: "com.tapefold.notifications.send.v1"
        }
    }

    /// What `type` starts with; short types leave it out.
    @inlinable public static var typePrefix: StaticString { "com.tapefold." }

    public init?(topic: String) {
        guard let kind = Self.allCases.first(where: { $0.topic == topic }) else { return nil }
        self = kind
    }

    /// What makes an event of this kind the same event. topology.json says the same; a test compares them.
    @inlinable
    public var identity: IdentityRule {
        switch self {
        case .orderPlaced, .orderCancelled: .userAndOrder
        case .tradeExecuted: .userAndTrade
        case .orderUpdated, .tradeCorrected: .sourceAndId
        case .marketUpdated: .none
        case .notificationSend: .userAndNotification
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
}
