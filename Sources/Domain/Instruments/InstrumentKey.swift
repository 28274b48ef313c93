/// An instrument's address, `EXCHANGE:SYMBOL`.
public struct InstrumentKey: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let exchange: String
    public let symbol: String

    /// The exchange that a bare symbol means.
    public static let defaultExchange = "NSE"

    public init(exchange: String, symbol: String) {
        self.exchange = exchange
        self.symbol = symbol
    }

    /// Reads `NSE:RELIANCE`, or a bare `RELIANCE` on ``defaultExchange``. Only the first colon parts, so symbols may
    /// hold colons behind an exchange. `nil` when either part is empty.
    public init?(parsing text: String, defaultExchange: String = InstrumentKey.defaultExchange) {
        let (exchange, symbol): (Substring, Substring)
        if let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) {
            (exchange, symbol) = (text[..<colon], text[text.utf8.index(after: colon)...])
        } else {
            (exchange, symbol) = (defaultExchange[...], text[...])
        }
        guard !exchange.isEmpty, !symbol.isEmpty else { return nil }
        self.init(exchange: String(exchange), symbol: String(symbol))
    }

    public static func < (left: InstrumentKey, right: InstrumentKey) -> Bool {
        left.exchange == right.exchange ? left.symbol < right.symbol : left.exchange < right.exchange
    }

    public var description: String { "\(exchange):\(symbol)" }
}
