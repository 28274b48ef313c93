import Domain

/// `market.updates`: a tick. Without an identity: folding it again changes nothing.
///
/// The optional figures are kept packed: a tick is the most frequent event, and copied often.
@frozen
public struct MarketUpdated: Sendable, Equatable {
    public var exchange: String
    /// Without an exchange prefix.
    public var symbol: String
    /// 0 or more; an instrument that has not traded yet has 0.
    public var lastPrice: Price
    /// Who sent it, where several feeds do.
    public var source: String?

    @usableFromInline var packedLastQuantity: PackedFixed8
    @usableFromInline var packedVolume: PackedFixed8
    @usableFromInline var packedDayOpen: PackedFixed8
    @usableFromInline var packedDayHigh: PackedFixed8
    @usableFromInline var packedDayLow: PackedFixed8
    @usableFromInline var packedPreviousClose: PackedFixed8
    @usableFromInline var packedBid: PackedFixed8
    @usableFromInline var packedAsk: PackedFixed8
    @usableFromInline var packedBidQuantity: PackedFixed8
    @usableFromInline var packedAskQuantity: PackedFixed8
    @usableFromInline var packedOpenInterest: PackedFixed8

    /// Quantity of the last trade.
    @inlinable public var lastQuantity: Quantity? { packedLastQuantity.value }
    /// Cumulative over the day.
    @inlinable public var volume: Quantity? { packedVolume.value }
    @inlinable public var dayOpen: Price? { packedDayOpen.value }
    @inlinable public var dayHigh: Price? { packedDayHigh.value }
    @inlinable public var dayLow: Price? { packedDayLow.value }
    @inlinable public var previousClose: Price? { packedPreviousClose.value }
    @inlinable public var bid: Price? { packedBid.value }
    @inlinable public var ask: Price? { packedAsk.value }
    @inlinable public var bidQuantity: Quantity? { packedBidQuantity.value }
    @inlinable public var askQuantity: Quantity? { packedAskQuantity.value }
    @inlinable public var openInterest: Quantity? { packedOpenInterest.value }
}

extension MarketUpdated {
    public init(
        exchange: String, symbol: String, lastPrice: Price, lastQuantity: Quantity? = nil, volume: Quantity? = nil,
        dayOpen: Price? = nil, dayHigh: Price? = nil, dayLow: Price? = nil, previousClose: Price? = nil,
        bid: Price? = nil, ask: Price? = nil, bidQuantity: Quantity? = nil, askQuantity: Quantity? = nil,
        openInterest: Quantity? = nil, source: String? = nil
    ) {
        self.init(
            exchange: exchange, symbol: symbol, lastPrice: lastPrice, source: source,
            packedLastQuantity: PackedFixed8(lastQuantity),
            packedVolume: PackedFixed8(volume),
            packedDayOpen: PackedFixed8(dayOpen),
            packedDayHigh: PackedFixed8(dayHigh),
            packedDayLow: PackedFixed8(dayLow),
            packedPreviousClose: PackedFixed8(previousClose),
            packedBid: PackedFixed8(bid),
            packedAsk: PackedFixed8(ask),
            packedBidQuantity: PackedFixed8(bidQuantity),
            packedAskQuantity: PackedFixed8(askQuantity),
            packedOpenInterest: PackedFixed8(openInterest))
    }
}

extension MarketUpdated: WireEvent {
    enum Key {
        static let symbol = FieldKey(0, "symbol")
        static let exchange = FieldKey(1, "exchange")
        static let lastPrice = FieldKey(2, "lastPrice")
        static let lastQuantity = FieldKey(3, "lastQuantity")
        static let volume = FieldKey(4, "volume")
        static let dayOpen = FieldKey(5, "dayOpen")
        static let dayHigh = FieldKey(6, "dayHigh")
        static let dayLow = FieldKey(7, "dayLow")
        static let previousClose = FieldKey(8, "previousClose")
        static let bid = FieldKey(9, "bid")
        static let ask = FieldKey(10, "ask")
        static let bidQuantity = FieldKey(11, "bidQuantity")
        static let askQuantity = FieldKey(12, "askQuantity")
        static let openInterest = FieldKey(13, "openInterest")
        static let depth = FieldKey(14, "depth")
        static let source = FieldKey(15, "source")
    }

    static let keys = [
        Key.symbol, Key.exchange, Key.lastPrice, Key.lastQuantity, Key.volume, Key.dayOpen, Key.dayHigh, Key.dayLow,
        Key.previousClose, Key.bid, Key.ask, Key.bidQuantity, Key.askQuantity, Key.openInterest, Key.depth, Key.source,
    ]

    static func read(_ reader: inout FieldReader, time: Timestamp) throws(EventRefusal) -> MarketUpdated {
        let (exchange, symbol) = try reader.instrument(symbol: Key.symbol, exchange: Key.exchange)
        let lastPrice = try reader.roundedDecimal(Key.lastPrice, .notNegative)
        let lastQuantity = try reader.optionalRoundedDecimal(Key.lastQuantity, .notNegative)
        let volume = try reader.optionalRoundedDecimal(Key.volume, .notNegative)
        let dayOpen = try reader.optionalRoundedDecimal(Key.dayOpen, .notNegative)
        let dayHigh = try reader.optionalRoundedDecimal(Key.dayHigh, .notNegative)
        let dayLow = try reader.optionalRoundedDecimal(Key.dayLow, .notNegative)
        let previousClose = try reader.optionalRoundedDecimal(Key.previousClose, .notNegative)
        let bid = try reader.optionalRoundedDecimal(Key.bid, .notNegative)
        let ask = try reader.optionalRoundedDecimal(Key.ask, .notNegative)
        let bidQuantity = try reader.optionalRoundedDecimal(Key.bidQuantity, .notNegative)
        let askQuantity = try reader.optionalRoundedDecimal(Key.askQuantity, .notNegative)
        let openInterest = try reader.optionalRoundedDecimal(Key.openInterest, .notNegative)
        try reader.optionalObject(Key.depth)
        let source = try reader.optionalWord(Key.source, .label)
        return MarketUpdated(
            exchange: exchange, symbol: symbol, lastPrice: lastPrice, source: source,
            packedLastQuantity: PackedFixed8(lastQuantity),
            packedVolume: PackedFixed8(volume),
            packedDayOpen: PackedFixed8(dayOpen),
            packedDayHigh: PackedFixed8(dayHigh),
            packedDayLow: PackedFixed8(dayLow),
            packedPreviousClose: PackedFixed8(previousClose),
            packedBid: PackedFixed8(bid),
            packedAsk: PackedFixed8(ask),
            packedBidQuantity: PackedFixed8(bidQuantity),
            packedAskQuantity: PackedFixed8(askQuantity),
            packedOpenInterest: PackedFixed8(openInterest))
    }

    func visit<Sink: FieldSink & ~Copyable>(_ sink: inout Sink) {
        sink.text(Key.symbol, symbol)
        sink.text(Key.exchange, exchange)
        sink.decimal(Key.lastPrice, lastPrice)
        sink.decimal(Key.lastQuantity, lastQuantity)
        sink.decimal(Key.volume, volume)
        sink.decimal(Key.dayOpen, dayOpen)
        sink.decimal(Key.dayHigh, dayHigh)
        sink.decimal(Key.dayLow, dayLow)
        sink.decimal(Key.previousClose, previousClose)
        sink.decimal(Key.bid, bid)
        sink.decimal(Key.ask, ask)
        sink.decimal(Key.bidQuantity, bidQuantity)
        sink.decimal(Key.askQuantity, askQuantity)
        sink.decimal(Key.openInterest, openInterest)
        sink.text(Key.source, source)
    }

    static func readableKey(_ reader: FieldReader) -> ReadableKey {
        var key = ReadableKey()
        (key.exchange, key.symbol) = reader.readableInstrument(symbol: Key.symbol, exchange: Key.exchange)
        return key
    }
}
