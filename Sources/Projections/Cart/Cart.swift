import Domain

/// What a user is about to buy.
struct Cart: Sendable {
    /// One instrument of the cart.
    struct Line: Sendable {
        let instrument: InstrumentKey
        var quantity: Quantity
        /// Of the last add; nil: at the market's.
        var price: Price?
        /// The rules that put something of it here, in the order in which they did so first.
        var rules: [String] = []
        let addedAt: Timestamp
        var updatedAt: Timestamp
    }

    /// In the order in which they were added first.
    var lines: [Line] = []
    /// The time of the last event folded.
    var updatedAt: Timestamp

    /// What is no longer in it.
    func lines(missingIn later: Cart) -> [Line] {
        let kept = Set(later.lines.map(\.instrument))
        return lines.filter { !kept.contains($0.instrument) }
    }
}
