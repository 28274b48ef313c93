import Domain

/// `trades.executed`: a fill. Identity: userId + tradeId.
public struct TradeExecuted: Sendable, Equatable {
    // First, so that the compiler's own memberwise initialiser differs from the public one: decoding uses the former,
    // because an initialiser that assigns fields copies and destroys the whole value at its end.
    /// Segment, category, strategy, tags, notes and broker; `nil` when there are none.
    public var details: EventDetails?
    public var tradeId: String
    public var userId: String
    public var exchange: String
    /// Without an exchange prefix.
    public var symbol: String
    public var side: Side
    /// More than 0.
    public var quantity: Quantity
    /// 0 or more: spreads and expired options trade at 0.
    public var price: Price
    public var executedAt: Timestamp
    /// Whether `executedAt` was absent and is the envelope's time: then it is no part of the data's identity.
    public var isExecutedAtImplied: Bool
    /// All charges together, in the trade's currency; negative for a rebate.
    public var fees: Fixed8
    public var orderId: String?
    public var account: String
    public var isin: String?
    public var product: Product?
    /// Units of the underlying in one unit of quantity; more than 0.
    public var multiplier: Fixed8
}

extension TradeExecuted {
    public init(
        tradeId: String, userId: String, exchange: String, symbol: String, side: Side, quantity: Quantity,
        price: Price, executedAt: Timestamp, isExecutedAtImplied: Bool = false, fees: Fixed8 = EventDefaults.fees,
        orderId: String? = nil, account: String = EventDefaults.account, isin: String? = nil,
        product: Product? = nil, multiplier: Fixed8 = EventDefaults.multiplier, details: EventDetails? = nil
    ) {
        self.init(
            details: details, tradeId: tradeId, userId: userId, exchange: exchange, symbol: symbol, side: side,
            quantity: quantity, price: price, executedAt: executedAt, isExecutedAtImplied: isExecutedAtImplied,
            fees: fees, orderId: orderId, account: account, isin: isin, product: product, multiplier: multiplier)
    }
}

extension TradeExecuted: WireEvent {
    enum Key {
        static let tradeId = FieldKey(0, "tradeId")
        static let userId = FieldKey(1, "userId")
        static let symbol = FieldKey(2, "symbol")
        static let exchange = FieldKey(3, "exchange")
        static let side = FieldKey(4, "side")
        static let quantity = FieldKey(5, "quantity")
        static let price = FieldKey(6, "price")
        static let executedAt = FieldKey(7, "executedAt")
        static let fees = FieldKey(8, "fees")
        static let orderId = FieldKey(9, "orderId")
        static let account = FieldKey(10, "account")
        static let isin = FieldKey(11, "isin")
        static let product = FieldKey(12, "product")
        static let multiplier = FieldKey(13, "multiplier")
        static let segment = FieldKey(14, "segment")
        static let category = FieldKey(15, "category")
        static let strategy = FieldKey(16, "strategy")
        static let tags = FieldKey(17, "tags")
        static let notes = FieldKey(18, "notes")
        static let broker = FieldKey(19, "broker")
    }

    static let keys = [
        Key.tradeId, Key.userId, Key.symbol, Key.exchange, Key.side, Key.quantity, Key.price, Key.executedAt,
        Key.fees, Key.orderId, Key.account, Key.isin, Key.product, Key.multiplier, Key.segment, Key.category,
        Key.strategy, Key.tags, Key.notes, Key.broker,
    ]

    static func read(_ reader: inout FieldReader, time: Timestamp) throws(EventRefusal) -> TradeExecuted {
        let tradeId = try reader.text(Key.tradeId, .identifier)
        let userId = try reader.word(Key.userId, .identifier)
        let (exchange, symbol) = try reader.instrument(symbol: Key.symbol, exchange: Key.exchange)
        let side: Side = try reader.choice(Key.side)
        let quantity = try reader.decimal(Key.quantity, .positive)
        let price = try reader.decimal(Key.price, .notNegative)
        let isTimeImplied = reader.isAbsent(Key.executedAt)
        let executedAt = isTimeImplied ? time : try reader.timestamp(Key.executedAt)
        let fees = try reader.optionalDecimal(Key.fees, .any) ?? EventDefaults.fees
        let orderId = try reader.optionalText(Key.orderId, .identifier)
        let account = try reader.optionalWord(Key.account, .label) ?? EventDefaults.account
        let isin = try reader.optionalText(Key.isin, .isin)
        let product: Product? = try reader.optionalChoice(Key.product)
        let multiplier = try reader.optionalDecimal(Key.multiplier, .positive) ?? EventDefaults.multiplier
        let details = try Self.details(reader)
        return TradeExecuted(
            details: details, tradeId: tradeId, userId: userId, exchange: exchange, symbol: symbol, side: side,
            quantity: quantity, price: price, executedAt: executedAt, isExecutedAtImplied: isTimeImplied,
            fees: fees, orderId: orderId, account: account, isin: isin, product: product, multiplier: multiplier)
    }

    private static func details(_ reader: FieldReader) throws(EventRefusal) -> EventDetails? {
        // Most trades have none of them: one look each, no call.
        let isBare =
            reader.isAbsent(Key.segment) && reader.isAbsent(Key.category) && reader.isAbsent(Key.strategy)
            && reader.isAbsent(Key.tags) && reader.isAbsent(Key.notes) && reader.isAbsent(Key.broker)
        if isBare { return nil }
        guard let key = sharedDetails(reader) else { return try ownDetails(reader) }
        let slot = reader.cache.pointee.details.slot(key)
        if slot.pointee.key == key { return slot.pointee.details }
        let made = try ownDetails(reader)
        slot.pointee = DetailsTable.Slot(key: key, details: made)
        return made
    }

    /// Under what the details may be found that another trade had; `nil` when they are longer, or hold tags or notes.
    @inline(__always)
    private static func sharedDetails(_ reader: FieldReader) -> DetailsTable.Key? {
        guard reader.isAbsent(Key.tags), reader.isAbsent(Key.notes) else { return nil }
        var key = DetailsTable.Key()
        guard label(Key.segment, reader, into: &key.segment), label(Key.category, reader, into: &key.category),
            label(Key.strategy, reader, into: &key.strategy), label(Key.broker, reader, into: &key.broker)
        else { return nil }
        return key
    }

    @inline(__always)
    private static func label(_ key: FieldKey, _ reader: FieldReader, into short: inout ShortText) -> Bool {
        if reader.isAbsent(key) { return true }
        guard let found = reader.short(key, .word) else { return false }
        short = found
        return true
    }

    @inline(never)
    private static func ownDetails(_ reader: FieldReader) throws(EventRefusal) -> EventDetails? {
        EventDetails(
            segment: try reader.optionalText(Key.segment, .label),
            category: try reader.optionalText(Key.category, .label),
            strategy: try reader.optionalText(Key.strategy, .label), tags: try reader.tags(Key.tags),
            notes: try reader.optionalText(Key.notes, .notes), broker: try reader.optionalText(Key.broker, .label))
    }

    func visit<Sink: FieldSink & ~Copyable>(_ sink: inout Sink) {
        sink.text(Key.tradeId, tradeId)
        sink.text(Key.userId, userId)
        sink.text(Key.symbol, symbol)
        sink.text(Key.exchange, exchange)
        sink.text(Key.side, side.rawValue)
        sink.decimal(Key.quantity, quantity)
        sink.decimal(Key.price, price)
        if !isExecutedAtImplied { sink.timestamp(Key.executedAt, executedAt) }
        if !fees.isZero { sink.decimal(Key.fees, fees) }
        sink.text(Key.orderId, orderId)
        if account != EventDefaults.account { sink.text(Key.account, account) }
        sink.text(Key.isin, isin)
        sink.text(Key.product, product?.rawValue)
        if multiplier != EventDefaults.multiplier { sink.decimal(Key.multiplier, multiplier) }
        guard let details else { return }
        sink.text(Key.segment, details.segment)
        sink.text(Key.category, details.category)
        sink.text(Key.strategy, details.strategy)
        sink.tags(Key.tags, details.tags)
        sink.text(Key.notes, details.notes)
        sink.text(Key.broker, details.broker)
    }

    static func readableKey(_ reader: FieldReader) -> ReadableKey {
        var key = ReadableKey()
        key.tradeId = try? reader.optionalText(Key.tradeId, .identifier)
        key.userId = try? reader.optionalText(Key.userId, .identifier)
        (key.exchange, key.symbol) = reader.readableInstrument(symbol: Key.symbol, exchange: Key.exchange)
        key.orderId = try? reader.optionalText(Key.orderId, .identifier)
        // Absent is not the same as broken: by default values a broken one would park a book that is not its own.
        do throws(EventRefusal) {
            key.account = try reader.optionalText(Key.account, .label)
            key.isin = try reader.optionalText(Key.isin, .isin)
            if key.isin != nil { key.segment = try reader.optionalText(Key.segment, .label) }
            _ = try reader.optionalInstrument(symbol: Key.symbol, exchange: Key.exchange)
        } catch {
            key.hasUnreadableBook = true
        }
        return key
    }
}
