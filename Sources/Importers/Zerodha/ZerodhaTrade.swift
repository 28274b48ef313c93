import Domain
import Events

/// One row of a tradebook, every value checked.
struct ZerodhaTrade {
    let symbol: String
    /// Where it was traded: of a contract its market, as Kite and price feeds call it, not the exchange that runs the market.
    let exchange: String
    let segment: String
    let isin: String?
    let side: Side
    let quantity: Quantity
    let price: Price
    let orderId: String?
    let exchangeTradeId: String?
    let executedAt: Timestamp
    let wasAuctioned: Bool
    /// The trade's id up to the exchange's own part.
    let prefix: String

    init(_ record: CSVRecord, _ columns: ZerodhaColumns, ordinal: Int64, _ calendar: ExchangeCalendar)
        throws(FieldProblem)
    {
        let date = try record.date(columns.tradeDate)
        symbol = try record.symbol(columns.symbol)
        let operatorCode = try record.exchange(columns.exchange)
        segment = try record.optional(columns.segment)?.uppercased() ?? "EQ"
        exchange = Self.contractMarkets["\(operatorCode) \(segment)"] ?? operatorCode
        isin = try Self.isin(record, columns.isin)
        side = try Self.side(record, columns.tradeType)
        quantity = try record.positiveDecimal(columns.quantity)
        price = PriceNoise.cleaned(try record.decimalFromZero(columns.price))
        exchangeTradeId = try record.identifier(columns.tradeId)
        orderId = try record.identifier(columns.orderId)
        wasAuctioned = try record.optional(columns.auction)?.lowercased() == "true"
        executedAt = try Self.time(
            record, columns, orOpenOf: LocalTime.session(date, exchange: exchange, calendar), ordinal)
        prefix = "zerodha:\(operatorCode):\(segment):\(date):"
    }

    private static let contractMarkets = ["NSE FO": "NFO", "BSE FO": "BFO", "NSE CDS": "CDS", "BSE CDS": "BCD"]

    func write(to line: inout EventLine) {
        line.field("symbol", symbol)
        line.field("exchange", exchange)
        line.field("side", side.rawValue)
        line.field("quantity", quantity)
        line.field("price", price)
        line.field("executedAt", executedAt)
        line.field("orderId", optional: orderId)
        line.field("isin", optional: isin)
        line.field("segment", segment)
        if wasAuctioned { line.field("tags", ["auction"]) }
        line.field("broker", "zerodha")
    }

    private static func side(_ record: CSVRecord, _ column: Column) throws(FieldProblem) -> Side {
        let text = try record.required(column)
        guard let side = Side(rawValue: text.uppercased()) else {
            throw FieldProblem(column.name, text, "is neither buy nor sell", "Write buy or sell.")
        }
        return side
    }

    private static func isin(_ record: CSVRecord, _ column: Column) throws(FieldProblem) -> String? {
        guard let text = try record.optional(column)?.uppercased() else { return nil }
        let bytes = Array(text.utf8)
        let isLetter = { (byte: UInt8) in (65...90).contains(byte) }
        let isDigit = { (byte: UInt8) in (48...57).contains(byte) }
        guard bytes.count == 12, bytes.prefix(2).allSatisfy(isLetter), isDigit(bytes[11]),
            bytes.allSatisfy({ isLetter($0) || isDigit($0) })
        else {
            throw FieldProblem(
                column.name, text, "is not an ISIN (two letters, nine letters or digits, one digit)",
                "Correct it, or leave it empty.")
        }
        return text
    }

    private static func time(
        _ record: CSVRecord, _ columns: ZerodhaColumns, orOpenOf session: (open: Timestamp, close: Timestamp),
        _ ordinal: Int64
    ) throws(FieldProblem) -> Timestamp {
        guard let text = try record.optional(columns.executionTime) else {
            return session.open.adding(microseconds: ordinal)
        }
        guard let time = LocalTime.parse(text) else {
            throw FieldProblem(
                columns.executionTime.name, text, "is not a time of the form YYYY-MM-DDTHH:MM:SS",
                "Write it as Console does, such as 2025-06-02T09:21:55.")
        }
        return time
    }
}
