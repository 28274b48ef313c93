import Domain
import Events

/// An order in a fold's memory. Its fields are what the row shows.
///
/// Whatever order the topics' events come in, the same facts lead to the same fields: each field has a rule of its own
/// for which topic tells it, and within a topic the log's order counts.
final class OrderState {
    /// Figures that an `orders.updated` told, or the reason that an `orders.cancelled` gave: placing the order later
    /// does not take them back.
    struct Told: OptionSet {
        let rawValue: Int16
        static let quantity = Told(rawValue: 1)
        static let price = Told(rawValue: 2)
        static let triggerPrice = Told(rawValue: 4)
        static let cancelReason = Told(rawValue: 8)
    }

    /// What tells an order apart on the exchange: as placed, else as first executed.
    struct Instrument: Equatable {
        var exchange: String
        var symbol: String
        var side: Side
        var product: Product?
        var account: String
    }

    let key: OrderKey
    var instrument: Instrument?
    var orderType: OrderType?
    var validity: Validity?
    var details: EventDetails?
    var quantity: Quantity?
    var price: Price?
    var triggerPrice: Price?
    /// Of the executions once there are any; before, as last told.
    var filledQuantity: Quantity?
    var averagePrice: Price?
    /// Σ price × quantity of the executions at scale 16; nil before the first.
    var fillValue: Int128?
    var fillCount: Int32 = 0
    /// The earliest and the latest execution, by their own times.
    var firstFillAt: Timestamp?
    var lastFillAt: Timestamp?
    var reason: String?
    var placedAt: Timestamp?
    /// The latest time of the events folded into this order.
    var updatedAt: Timestamp
    var placedHash: ContentHash?
    var cancelledHash: ContentHash?
    /// The highest status that `orders.updated` told.
    var toldStatus: OrderStatus?
    var told: Told = []

    /// A row of this order is in the database.
    var isStored = false
    /// Changed since the last drain.
    var isDirty = false
    var lastUse = 0

    init(key: OrderKey, updatedAt: Timestamp) {
        self.key = key
        self.updatedAt = updatedAt
    }

    /// By rank of the facts known.
    var status: OrderStatus {
        var status = (toldStatus ?? .pending).orHigher(fillStatus)
        if cancelledHash != nil { status = status.orHigher(.cancelled) }
        return status
    }

    /// What the executions alone say.
    private var fillStatus: OrderStatus? {
        guard fillValue != nil, let filledQuantity else { return nil }
        guard let quantity, filledQuantity >= quantity else { return .partiallyFilled }
        return .executed
    }

    func place(_ order: OrderPlaced, at time: Timestamp, hash: ContentHash) {
        placedHash = hash
        placedAt = time
        instrument = Instrument(
            exchange: order.exchange, symbol: order.symbol, side: order.side, product: order.product,
            account: order.account)
        orderType = order.orderType
        validity = order.validity
        details = order.details
        if !told.contains(.quantity) { quantity = order.quantity }
        if !told.contains(.price) { price = order.price }
        if !told.contains(.triggerPrice) { triggerPrice = order.triggerPrice }
    }

    func update(_ update: OrderUpdated) {
        toldStatus = update.status.orHigher(toldStatus)
        if let told = update.quantity { (quantity, self.told) = (told, self.told.union(.quantity)) }
        if let told = update.price { (price, self.told) = (told, self.told.union(.price)) }
        if let told = update.triggerPrice { (triggerPrice, self.told) = (told, self.told.union(.triggerPrice)) }
        if let told = update.reason, !self.told.contains(.cancelReason) { reason = told }
        guard fillValue == nil else { return }
        filledQuantity = update.filledQuantity ?? filledQuantity
        averagePrice = update.averagePrice ?? averagePrice
    }

    func cancel(_ cancel: OrderCancelled, hash: ContentHash) {
        cancelledHash = hash
        guard let told = cancel.reason else { return }
        reason = told
        self.told.insert(.cancelReason)
    }

    /// Adds an execution; false, and nothing changed, when a sum would leave its range.
    func fill(_ trade: TradeExecuted) -> Bool {
        let (value, overflowed) = (fillValue ?? 0).addingReportingOverflow(
            Int128(trade.price.units) * Int128(trade.quantity.units))
        let before = fillValue == nil ? .zero : filledQuantity ?? .zero
        guard !overflowed, let filled = try? before + trade.quantity else { return false }
        fillValue = value
        filledQuantity = filled
        averagePrice = .average(value: value, quantity: filled)
        fillCount += 1
        firstFillAt = min(firstFillAt ?? trade.executedAt, trade.executedAt)
        lastFillAt = max(lastFillAt ?? trade.executedAt, trade.executedAt)
        if instrument == nil {
            instrument = Instrument(
                exchange: trade.exchange, symbol: trade.symbol, side: trade.side, product: trade.product,
                account: trade.account)
        }
        return true
    }
}
