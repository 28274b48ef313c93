import Events

extension OrderStatus {
    /// Of two facts about an order the one of higher rank tells its status, whichever came first: the ends of an order
    /// lie above its life, and what was executed above every other end.
    var rank: Int {
        switch self {
        case .pending: 0
        case .triggerPending: 1
        case .open: 2
        case .partiallyFilled: 3
        case .expired: 4
        case .failed: 5
        case .rejected: 6
        case .cancelled: 7
        case .executed: 8
        }
    }

    func orHigher(_ other: OrderStatus?) -> OrderStatus {
        guard let other, other.rank > rank else { return self }
        return other
    }
}
