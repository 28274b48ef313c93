import Domain

/// `instruments.updated`: the master data of an instrument. The latest counts. Identity: source + id.
public struct InstrumentUpdated: Sendable, Equatable {
    public var instrument: InstrumentKey
    public var type: InstrumentType
    /// The exchange's own word for its type, where that is another.
    public var exchangeType: String?
    /// The broker's number for it.
    public var token: String?
    public var name: String?
    public var isin: String?
    public var strike: Price?
    /// The last trading day.
    public var expiry: CivilDate?
    public var lotSize: Quantity?
    public var tickSize: Price?
    public var sector: String?

    public init(
        instrument: InstrumentKey, type: InstrumentType, exchangeType: String? = nil, token: String? = nil,
        name: String? = nil, isin: String? = nil,
        strike: Price? = nil, expiry: CivilDate? = nil, lotSize: Quantity? = nil, tickSize: Price? = nil,
        sector: String? = nil
    ) {
        self.instrument = instrument
        self.type = type
        self.exchangeType = exchangeType
        self.token = token
        self.name = name
        self.isin = isin
        self.strike = strike
        self.expiry = expiry
        self.lotSize = lotSize
        self.tickSize = tickSize
        self.sector = sector
    }
}

/// What an instrument is, whatever its exchange calls it.
public enum InstrumentType: String, Sendable, CaseIterable, WireChoice {
    /// A share, or a unit of a fund that trades as one.
    case equity = "EQ"
    case future = "FUT"
    case call = "CE"
    case put = "PE"
    case index = "INDEX"
    /// None of these, or not known: bonds, warrants, currencies.
    case other = "OTHER"
}

extension InstrumentUpdated: WireEvent {
    enum Key {
        static let symbol = FieldKey(0, "symbol")
        static let exchange = FieldKey(1, "exchange")
        static let type = FieldKey(2, "type")
        static let token = FieldKey(3, "token")
        static let name = FieldKey(4, "name")
        static let isin = FieldKey(5, "isin")
        static let strike = FieldKey(6, "strike")
        static let expiry = FieldKey(7, "expiry")
        static let lotSize = FieldKey(8, "lotSize")
        static let tickSize = FieldKey(9, "tickSize")
        static let sector = FieldKey(10, "sector")
        static let exchangeType = FieldKey(11, "exchangeType")
    }

    static let keys = [
        Key.symbol, Key.exchange, Key.type, Key.token, Key.name, Key.isin, Key.strike, Key.expiry, Key.lotSize,
        Key.tickSize, Key.sector, Key.exchangeType,
    ]

    static func read(_ reader: inout FieldReader, time: Timestamp) throws(EventRefusal) -> InstrumentUpdated {
        let (exchange, symbol) = try reader.instrument(symbol: Key.symbol, exchange: Key.exchange)
        let type: InstrumentType = try reader.choice(Key.type)
        let exchangeType = try reader.optionalText(Key.exchangeType, .label)
        let token = try reader.optionalText(Key.token, .label)
        let name = try reader.optionalText(Key.name, .label)
        let isin = try reader.optionalText(Key.isin, .isin)
        let strike = try reader.optionalDecimal(Key.strike, .notNegative)
        let expiry = try reader.optionalDate(Key.expiry)
        let lotSize = try reader.optionalDecimal(Key.lotSize, .positive)
        let tickSize = try reader.optionalDecimal(Key.tickSize, .notNegative)
        let sector = try reader.optionalText(Key.sector, .label)
        return InstrumentUpdated(
            instrument: InstrumentKey(exchange: exchange, symbol: symbol), type: type, exchangeType: exchangeType,
            token: token, name: name, isin: isin, strike: strike, expiry: expiry, lotSize: lotSize, tickSize: tickSize,
            sector: sector)
    }

    func visit<Sink: FieldSink & ~Copyable>(_ sink: inout Sink) {
        sink.text(Key.symbol, instrument.symbol)
        sink.text(Key.exchange, instrument.exchange)
        sink.text(Key.type, type.rawValue)
        sink.text(Key.token, token)
        sink.text(Key.name, name)
        sink.text(Key.isin, isin)
        sink.decimal(Key.strike, strike)
        sink.text(Key.expiry, expiry?.description)
        sink.decimal(Key.lotSize, lotSize)
        sink.decimal(Key.tickSize, tickSize)
        sink.text(Key.sector, sector)
        sink.text(Key.exchangeType, exchangeType)
    }

    static func readableKey(_ reader: FieldReader) -> ReadableKey {
        var key = ReadableKey()
        (key.exchange, key.symbol) = reader.readableInstrument(symbol: Key.symbol, exchange: Key.exchange)
        return key
    }
}
