/// The side of an order or an execution.
public enum Side: String, Sendable, CaseIterable {
    case buy = "BUY"
    case sell = "SELL"

    public var opposite: Side { self == .buy ? .sell : .buy }
}
