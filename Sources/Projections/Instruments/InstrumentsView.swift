import Domain
import Events

/// View `instruments`: the master data of each instrument, as told last.
public struct InstrumentsView: KeyedView {
    public struct Key: LaneKey {
        let symbol: String
        let exchange: String
        public var partitionKey: String { symbol }
    }

    public struct State {
        var data: InstrumentUpdated?
        var updatedAt = Timestamp.minimum
    }

    public static let name = "instruments"
    public static let foldNumber = 2

    /// What a search goes through: PostgreSQL's own full-text index takes prefixes of words and needs no extension.
    /// `simple` changes nothing but the case.
    public static let searchExpression = "to_tsvector('simple'::regconfig, search_text)"

    public static let table = TableDefinition(
        "instruments", role: .state,
        columns: [
            Column("symbol", .text), Column("exchange", .text), Column("type", .text),
            Column("token", .text, nullable: true), Column("name", .text, nullable: true),
            Column("isin", .text, nullable: true), Column("strike_e8", .int64, nullable: true),
            Column("expiry", .date, nullable: true), Column("lot_size_e8", .int64, nullable: true),
            Column("tick_size_e8", .int64, nullable: true), Column("sector", .text, nullable: true),
            Column("search_text", .text), Column("updated_at", .timestamp),
            Column("exchange_type", .text, nullable: true),
        ],
        key: ["symbol", "exchange"],
        indexes: [
            IndexDefinition("instruments_words", ["(\(searchExpression))"], method: .gin),
            IndexDefinition("instruments_contracts", ["name", "expiry", "symbol"], where: "expiry IS NOT NULL"),
            IndexDefinition("instruments_expiry", ["expiry"], where: "expiry IS NOT NULL"),
        ])

    public static let presentation = [
        ViewSchema.Presentation(
            "instruments",
            """
            SELECT exchange, symbol, type, token, name, isin, \(ViewSchema.decimal("strike_e8")) AS strike, expiry,
                   \(ViewSchema.decimal("lot_size_e8")) AS lot_size, \(ViewSchema.decimal("tick_size_e8")) AS tick_size,
                   sector, CASE WHEN expiry IS NOT NULL THEN name END AS underlying, updated_at, search_text, exchange_type
            FROM {schema}.instruments
            """)
    ]

    public init() {}

    public func key(of event: FoldEvent) -> Key? {
        guard case .instrumentUpdated(let data) = event.decoded.payload else { return nil }
        return Key(symbol: data.instrument.symbol, exchange: data.instrument.exchange)
    }

    public func newState(for key: Key) -> State { State() }

    public func fold(_ event: FoldEvent, into state: inout State) throws(FoldRefusal) {
        guard case .instrumentUpdated(let data) = event.decoded.payload else { return }
        state.data = data
        state.updatedAt = max(state.updatedAt, event.decoded.envelope.time)
    }

    /// Every run of letters and digits is a word, so that `M&M` is found by m; the whole symbol is one too.
    static func searchText(_ data: InstrumentUpdated) -> String {
        let words = "\(data.instrument.symbol) \(data.name ?? "")".split { !($0.isLetter || $0.isNumber) }
        return words.joined(separator: " ").lowercased()
    }
}

extension InstrumentsView {
    public static func encode(_ key: Key, into row: RowBatch) {
        row.put(key.symbol)
        row.put(key.exchange)
    }

    public static func encode(_ state: State, into row: RowBatch) {
        let data = state.data
        row.put((data?.type ?? .other).rawValue)
        row.put(data?.token)
        row.put(data?.name)
        row.put(data?.isin)
        row.put(data?.strike?.units)
        if let expiry = data?.expiry { row.put(unixDay: expiry.dayNumber) } else { row.putNull() }
        row.put(data?.lotSize?.units)
        row.put(data?.tickSize?.units)
        row.put(data?.sector)
        row.put(data.map(searchText) ?? "")
        row.put(unixMicroseconds: state.updatedAt.microseconds)
        row.put(data?.exchangeType)
    }

    public static func key(of row: RowReader) throws(RowError) -> Key {
        Key(symbol: try row.text(0), exchange: try row.text(1))
    }

    public static func state(of row: RowReader) throws(RowError) -> State {
        let instrument = InstrumentKey(exchange: try row.text(1), symbol: try row.text(0))
        let expiry = try row.optionalUnixDay(7).map(CivilDate.init(dayNumber:))
        guard let type = InstrumentType(rawValue: try row.text(2)) else {
            throw RowError(table: table.name, column: "type")
        }
        let data = InstrumentUpdated(
            instrument: instrument, type: type, exchangeType: row.optionalText(13), token: row.optionalText(3),
            name: row.optionalText(4),
            isin: row.optionalText(5), strike: try row.optionalInt64(6).map(Price.init(units:)), expiry: expiry,
            lotSize: try row.optionalInt64(8).map(Quantity.init(units:)),
            tickSize: try row.optionalInt64(9).map(Price.init(units:)), sector: row.optionalText(10))
        return State(data: data, updatedAt: Timestamp(microseconds: try row.unixMicroseconds(12)))
    }
}
