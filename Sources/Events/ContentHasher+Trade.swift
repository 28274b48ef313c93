import CXxhash

/// The hashes of an execution and of the book that it belongs to.
@frozen
public struct TradeHashes: Sendable {
    /// Of its book's key: ``ContentHasher/book(userId:account:instrument:)``.
    public let book: ContentHash
    /// Of user and tradeId.
    public let identity: ContentHash
    /// Of all its data: ``ContentHasher/hash(_:)``.
    public let content: ContentHash
}

extension ContentHasher {
    /// Between the exchange and the symbol of an instrument without an ISIN.
    @inlinable
    public static var instrumentSeparator: Unicode.Scalar { ":" }

    /// All three over bytes that are put together once: they begin with the tradeId, the user, the symbol and the exchange.
    public func hashes(of trade: TradeExecuted) -> TradeHashes {
        sink.buffer.clear()
        trade.visit(&sink)
        let content = Self.stable(sink.buffer.bytes)
        let tradeEnd = sink.end(ofTextAt: 0)
        let userEnd = sink.end(ofTextAt: tradeEnd)
        let identity = Self.keyed(sink.buffer.bytes[..<userEnd])
        let book: ContentHash
        let isin = trade.instrumentISIN
        if isin == nil, trade.account == EventDefaults.account {
            let exchangeEnd = sink.end(ofTextAt: sink.end(ofTextAt: userEnd))
            book = Self.keyed(sink.buffer.bytes[tradeEnd..<exchangeEnd])
        } else {
            book = uncommonBook(of: trade, isin: isin)
        }
        return TradeHashes(book: book, identity: identity, content: content)
    }

    @inline(never)
    private func uncommonBook(of trade: TradeExecuted, isin: String?) -> ContentHash {
        begin(bookOf: trade.userId, trade.account)
        if let isin {
            sink.text(TradeExecuted.Key.isin, isin)
        } else {
            sink.text(TradeExecuted.Key.symbol, trade.symbol)
            sink.text(TradeExecuted.Key.exchange, trade.exchange)
        }
        return Self.keyed(sink.buffer.bytes[...])
    }

    /// The hash of a book's key, keyed anew in every process: its executions have the same.
    /// - Parameter instrument: an ISIN, or exchange, separator and symbol. Neither an ISIN nor an exchange has the separator.
    public func book(userId: String, account: String, instrument: String) -> ContentHash {
        begin(bookOf: userId, account)
        if let separator = instrument.utf8.firstIndex(of: UInt8(ascii: ":")) {
            sink.text(TradeExecuted.Key.symbol, String(instrument[instrument.utf8.index(after: separator)...]))
            sink.text(TradeExecuted.Key.exchange, String(instrument[..<separator]))
        } else {
            sink.text(TradeExecuted.Key.isin, instrument)
        }
        return Self.keyed(sink.buffer.bytes[...])
    }

    private func begin(bookOf userId: String, _ account: String) {
        sink.buffer.clear()
        sink.text(TradeExecuted.Key.userId, userId)
        if account != EventDefaults.account { sink.text(TradeExecuted.Key.account, account) }
    }
}
