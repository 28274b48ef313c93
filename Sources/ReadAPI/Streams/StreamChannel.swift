/// What a client may follow.
enum StreamChannel: Hashable, Sendable {
    /// A symbol's ticks.
    case market(StreamSymbol)
    /// Changes of the client's own rows.
    case user

    /// `market:NSE:RELIANCE` (the exchange may be left out) or `user:me`.
    init(parsing text: String, defaultExchange: String) throws(StreamRefusal) {
        guard text.utf8.count <= StreamLimits.channelBytes, !text.utf8.contains(0) else {
            throw StreamRefusal(.badChannel, "a channel has \(StreamLimits.channelBytes) bytes at most")
        }
        if text == "user:me" {
            self = .user
            return
        }
        guard text.hasPrefix("market:"), case let name = text.dropFirst("market:".count), !name.isEmpty else {
            throw StreamRefusal(
                .badChannel, "\"\(text)\" is no channel; write market:NSE:RELIANCE, market:RELIANCE or user:me")
        }
        guard let colon = name.firstIndex(of: ":") else {
            self = .market(StreamSymbol(exchange: defaultExchange, symbol: String(name)))
            return
        }
        let symbol = StreamSymbol(
            exchange: String(name[..<colon]), symbol: String(name[name.index(after: colon)...]))
        guard !symbol.exchange.isEmpty, !symbol.symbol.isEmpty else {
            throw StreamRefusal(.badChannel, "\"\(text)\" names no symbol; write market:EXCHANGE:SYMBOL")
        }
        self = .market(symbol)
    }

    var description: String {
        switch self {
        case .market(let symbol): "market:\(symbol.exchange):\(symbol.symbol)"
        case .user: "user:me"
        }
    }
}

struct StreamSymbol: Hashable, Sendable {
    let exchange: String
    let symbol: String
}

/// Why a client's message was not taken; the stream goes on.
struct StreamRefusal: Error, Equatable, Sendable {
    enum Code: String, Sendable {
        case badMessage = "bad-message"
        case badChannel = "bad-channel"
        case tooManyChannels = "too-many-channels"
        case tooManySymbols = "too-many-symbols"
        case unknownOperation = "unknown-operation"
    }

    let code: Code
    let detail: String

    init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }
}
