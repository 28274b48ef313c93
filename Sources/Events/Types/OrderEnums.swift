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

    @inline(__always)
    init?(wire bytes: UnsafeRawBufferPointer) {
        // By hand: nearly every trade has one, and a switch over Strings goes through the runtime.
        if ("CNC" as StaticString).matches(bytes) {
            self = .cashAndCarry
        } else if ("MIS" as StaticString).matches(bytes) {
            self = .intraday
        } else if ("NRML" as StaticString).matches(bytes) {
            self = .normal
        } else if ("MTF" as StaticString).matches(bytes) {
            self = .marginTrading
        } else {
            return nil
        }
    }
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
