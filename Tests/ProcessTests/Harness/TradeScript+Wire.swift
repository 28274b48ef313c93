import Domain
import Kafka

extension TradeScript {
    static func userId(_ user: Int) -> String { "user-\(user)" }
    static func tradeId(_ number: Int) -> String { "t\(number)" }
    static func symbolName(_ symbol: Int) -> String { "SYM\(symbol)" }

    static func decimal(_ hundredths: Int64) -> String {
        let cents = hundredths % 100
        return "\(hundredths / 100).\(cents < 10 ? "0" : "")\(cents)"
    }

    static func time(_ microseconds: Int64) -> String { Timestamp(microseconds: microseconds).description }
}

extension TradeScript.Event {
    var topic: String {
        switch self {
        case .trade: "trades.executed"
        case .correction: "trades.corrected"
        }
    }

    var user: Int {
        switch self {
        case .trade(let trade): trade.user
        case .correction(let correction): correction.user
        }
    }

    var key: String { TradeScript.userId(user) }

    var id: String {
        switch self {
        case .trade(let trade): "e\(trade.number)"
        case .correction(let correction): "c\(correction.number)"
        }
    }

    var type: String { "com.tapefold.\(topic).v1" }

    /// The event's time, which follows from its number.
    var time: String {
        switch self {
        case .trade(let trade): TradeScript.time(TradeScript.start + Int64(trade.number) * 1_000)
        case .correction(let correction): TradeScript.time(TradeScript.start + Int64(correction.number) * 1_000 + 1)
        }
    }

    /// The `data` object.
    var data: String {
        switch self {
        case .trade(let trade):
            return """
                {"tradeId":"\(TradeScript.tradeId(trade.number))","userId":"\(key)","symbol":"\(TradeScript.symbolName(trade.symbol))",\
                "exchange":"NSE","side":"\(trade.isBuy ? "BUY" : "SELL")","quantity":"\(trade.quantity)",\
                "price":"\(TradeScript.decimal(trade.price))","fees":"\(TradeScript.decimal(trade.fees))",\
                "executedAt":"\(TradeScript.time(trade.executedAt))"}
                """
        case .correction(let correction):
            let head = "{\"tradeId\":\"\(TradeScript.tradeId(correction.trade))\",\"userId\":\"\(key)\",\"action\":"
            switch correction.change {
            case .void: return head + "\"void\"}"
            case .price(let price): return head + "\"amend\",\"price\":\"\(TradeScript.decimal(price))\"}"
            case .quantity(let quantity): return head + "\"amend\",\"quantity\":\"\(quantity)\"}"
            case .fees(let fees): return head + "\"amend\",\"fees\":\"\(TradeScript.decimal(fees))\"}"
            case .account(let account): return head + "\"amend\",\"account\":\"\(account)\"}"
            case .executedAt(let time): return head + "\"amend\",\"executedAt\":\"\(TradeScript.time(time))\"}"
            }
        }
    }

    /// One structured CloudEvent.
    var json: String {
        """
        {"specversion":"1.0","id":"\(id)","source":"/process-tests","type":"\(type)","time":"\(time)",\
        "subject":"\(key)","data":\(data)}
        """
    }

    /// A CloudEvent whose attributes are headers.
    var binaryHeaders: [KafkaHeader] {
        [
            ("ce_specversion", "1.0"), ("ce_id", id), ("ce_source", "/process-tests"), ("ce_type", type),
            ("ce_time", time), ("ce_subject", key), ("content-type", "application/json"),
        ].map { KafkaHeader(name: $0.0, value: Array($0.1.utf8)) }
    }
}
