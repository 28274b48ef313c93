/// A book: a user's position in one instrument of one account.
struct BookKey: Hashable, Sendable {
    let userId: String
    let account: String
    /// The ISIN of cash equity where given, else `EXCHANGE:SYMBOL`.
    let instrument: String
}

/// An execution's identity.
struct TradeKey: Hashable, Sendable {
    let userId: String
    let tradeId: String
}
