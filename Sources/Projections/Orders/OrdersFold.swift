import Domain
import Events

/// Folds what is known of orders into one row each, whichever topic tells it first.
///
/// Executions and updates are known by ledgers of their own, placing and cancelling by hashes in the order's row. In a
/// rebuild the identities are remembered and every order stays in memory.
public final class OrdersFold: EffectfulFold {
    public static var schema: ViewSchema { OrdersView.definition }

    public let effects = EffectCollector()

    var mode: FoldMode
    let lane: Int
    var orders: [OrderKey: OrderState] = [:]
    var dirtyOrders: [OrderState] = []
    /// Live: executions and updates that this batch folds or asked the database for.
    var fills: [TradeKey: ContentHash] = [:]
    var facts: [OrderFactKey: ContentHash] = [:]
    var ledgerRows: [OrderLedgerRow] = []
    /// In a rebuild: every identity of the lane so far.
    var fillIdentities = IdentitySet()
    var factIdentities = IdentitySet()
    var useClock = 0
    /// Smaller in tests.
    var maximumCachedOrders = ProjectionLimits.maximumCachedOrders
    let hasher = ContentHasher()

    public init(mode: FoldMode, lane: Int) {
        self.mode = mode
        self.lane = lane
    }

    /// Orders count too: a rebuild keeps them all.
    public var rememberedIdentities: Int {
        fillIdentities.count + factIdentities.count + orders.count * ProjectionLimits.identitiesPerOrder
    }

    public func parkingKey(of event: FoldEvent) -> String {
        guard let key = Self.key(of: event.decoded.payload) else { return "" }
        return Self.parkingKey(key)
    }

    public static func parkingKey(of readable: ReadableKey, kind: EventKind) -> String? {
        guard let userId = readable.userId, let orderId = readable.orderId else { return nil }
        return parkingKey(OrderKey(userId: userId, orderId: orderId))
    }

    private static func parkingKey(_ key: OrderKey) -> String { "\(key.userId)|\(key.orderId)" }

    /// The order that an event is about; nil for an execution that names none.
    static func key(of payload: EventPayload) -> OrderKey? {
        switch payload {
        case .orderPlaced(let order): OrderKey(userId: order.userId, orderId: order.orderId)
        case .orderUpdated(let order): OrderKey(userId: order.userId, orderId: order.orderId)
        case .orderCancelled(let order): OrderKey(userId: order.userId, orderId: order.orderId)
        case .tradeExecuted(let trade): trade.orderId.map { OrderKey(userId: trade.userId, orderId: $0) }
        default: nil
        }
    }

    public func fold(_ event: FoldEvent) -> FoldOutcome {
        let payload = event.decoded.payload
        guard let key = Self.key(of: payload) else { return .skipped(reason: "names no order") }
        let hash = hasher.hash(payload)
        switch payload {
        case .orderPlaced(let order): return fold(order, key, hash, at: event.decoded.envelope.time)
        case .orderCancelled(let order): return fold(order, key, hash, event)
        case .orderUpdated(let order): return fold(order, key, hash, event)
        case .tradeExecuted(let trade): return fold(trade, key, hash, event)
        default:
            return .skipped(reason: "not an event of this view")
        }
    }

    private func fold(_ order: OrderPlaced, _ key: OrderKey, _ hash: ContentHash, at time: Timestamp) -> FoldOutcome {
        if let known = orders[key]?.placedHash {
            return repetition(known == hash, "order \(key.orderId) of \(key.userId) was placed before")
        }
        let state = state(key, at: time)
        state.place(order, at: time, hash: hash)
        touch(state, at: time)
        return .folded
    }

    private func fold(
        _ order: OrderCancelled, _ key: OrderKey, _ hash: ContentHash, _ event: FoldEvent
    ) -> FoldOutcome {
        let time = event.decoded.envelope.time
        if let known = orders[key]?.cancelledHash {
            return repetition(known == hash, "order \(key.orderId) of \(key.userId) was cancelled before")
        }
        let state = state(key, at: time)
        state.cancel(order, hash: hash)
        touch(state, at: time)
        notify(ofEnded: key, as: .cancelled, reason: order.reason, from: event)
        return .folded
    }

    private func fold(
        _ order: OrderUpdated, _ key: OrderKey, _ hash: ContentHash, _ event: FoldEvent
    ) -> FoldOutcome {
        let envelope = event.decoded.envelope
        let fact = OrderFactKey(source: envelope.source, eventId: envelope.id, userId: key.userId)
        if let isSame = isKnown(fact, hash) {
            return repetition(isSame, "event \(fact.eventId) of \(fact.source) came before")
        }
        remember(fact, hash)
        let state = state(key, at: envelope.time)
        let before = state.toldStatus
        state.update(order)
        if order.status.isTold, order.status != before, state.toldStatus == order.status {
            notify(ofEnded: key, as: order.status, reason: order.reason, from: event)
        }
        ledgerRows.append(.fact(fact, orderId: key.orderId, hash))
        touch(state, at: envelope.time)
        return .folded
    }

    private func fold(
        _ trade: TradeExecuted, _ key: OrderKey, _ hash: ContentHash, _ event: FoldEvent
    ) -> FoldOutcome {
        let time = event.decoded.envelope.time
        let fill = TradeKey(userId: trade.userId, tradeId: trade.tradeId)
        if let isSame = isKnown(fill, hash) {
            return repetition(isSame, "tradeId \(fill.tradeId) of \(fill.userId) came before")
        }
        let state = state(key, at: time)
        guard state.fill(trade) else {
            return .refused(
                code: "order_refused", reason: "the executions of order \(key.orderId) would leave their range")
        }
        remember(fill, hash)
        ledgerRows.append(.fill(trade, orderId: key.orderId, hash))
        touch(state, at: time)
        notify(of: trade, from: event)
        return .folded
    }

    private func repetition(_ isSame: Bool, _ what: String) -> FoldOutcome {
        isSame ? .duplicate : .refused(code: "conflicting_duplicate", reason: "\(what) with other data")
    }

    private func state(_ key: OrderKey, at time: Timestamp) -> OrderState {
        if let known = orders[key] { return known }
        let new = OrderState(key: key, updatedAt: time)
        orders[key] = new
        return new
    }

    private func touch(_ state: OrderState, at time: Timestamp) {
        state.updatedAt = max(state.updatedAt, time)
        state.lastUse = useClock
        guard !state.isDirty else { return }
        state.isDirty = true
        dirtyOrders.append(state)
    }
}

extension OrdersFold {
    /// Whether the execution came before, and with the same data; nil when it is new.
    private func isKnown(_ key: TradeKey, _ hash: ContentHash) -> Bool? {
        switch mode {
        case .live: fills[key].map { $0 == hash }
        case .rebuild: fillIdentities.find(hasher.identity(key.userId, key.tradeId), content: hash.low)
        }
    }

    private func remember(_ key: TradeKey, _ hash: ContentHash) {
        switch mode {
        case .live: fills[key] = hash
        case .rebuild: fillIdentities.insert(hasher.identity(key.userId, key.tradeId), content: hash.low)
        }
    }

    private func isKnown(_ key: OrderFactKey, _ hash: ContentHash) -> Bool? {
        switch mode {
        case .live: facts[key].map { $0 == hash }
        case .rebuild:
            factIdentities.find(hasher.identity(key.source, key.eventId, key.userId), content: hash.low)
        }
    }

    private func remember(_ key: OrderFactKey, _ hash: ContentHash) {
        switch mode {
        case .live: facts[key] = hash
        case .rebuild:
            factIdentities.insert(hasher.identity(key.source, key.eventId, key.userId), content: hash.low)
        }
    }

    public func followUps() throws(FoldFailure) -> [ReadRequest] { [] }

    public func finishRebuild(limit: Int) -> Bool {
        mode = .live
        fillIdentities = IdentitySet()
        factIdentities = IdentitySet()
        return false
    }
}
