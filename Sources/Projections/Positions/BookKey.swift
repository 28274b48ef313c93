import Domain

/// A book: a user's position in one instrument of one account.
struct BookKey: Hashable, Sendable {
    @ExactText var userId: String
    @ExactText var account: String
    /// The ISIN of cash equity where given, else `EXCHANGE:SYMBOL`.
    @ExactText var instrument: String
}

/// An execution's identity.
struct TradeKey: Hashable, Sendable {
    @ExactText var userId: String
    @ExactText var tradeId: String
}
