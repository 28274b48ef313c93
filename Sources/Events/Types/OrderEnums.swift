/// How an order is priced.
public enum OrderType: String, Sendable, CaseIterable, WireChoice {
    case market = "MARKET"
    case limit = "LIMIT"
    case stopLoss = "SL"
    case stopLossMarket = "SL-M"
}

/// The broker's product: delivery, intraday, carried-forward derivatives, margin funded.
public enum Product: String, Sendable, CaseIterable, WireChoice {
    case cashAndCarry = "CNC"
    case intraday = "MIS"
    case normal = "NRML"
    case marginTrading = "MTF"
}

/// How long an order stays.
public enum Validity: String, Sendable, CaseIterable, WireChoice {
    case day = "DAY"
    case immediateOrCancel = "IOC"
    case timeToLive = "TTL"
}

/// Where an order stands.
public enum OrderStatus: String, Sendable, CaseIterable, WireChoice {
    case pending = "PENDING"
    case triggerPending = "TRIGGER_PENDING"
    case open = "OPEN"
    case partiallyFilled = "PARTIALLY_FILLED"
    case executed = "EXECUTED"
    case cancelled = "CANCELLED"
    case rejected = "REJECTED"
    case failed = "FAILED"
    case expired = "EXPIRED"

    /// `FILLED` and `COMPLETE`, as brokers say, mean executed.
    init?(wire bytes: UnsafeRawBufferPointer) {
        let text = String(decoding: bytes, as: UTF8.self)
        switch text {
        case "FILLED", "COMPLETE": self = .executed
        default: self.init(rawValue: text)
        }
    }

    static var allowed: String { (allCases.map(\.rawValue) + ["FILLED", "COMPLETE"]).joined(separator: ", ") }
}

/// What a correction does to a trade.
public enum CorrectionAction: String, Sendable, CaseIterable, WireChoice {
    case amend
    case void
}
