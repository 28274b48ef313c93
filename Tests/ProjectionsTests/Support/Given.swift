import Domain
import Events
import TestKit

/// Minutes of one morning, for events written by hand.
func minute(_ minute: Int) -> Timestamp { Timestamp(microseconds: Int64(minute) * 60_000_000) }

/// `"B10@100.5"` or `"S3@99"` of user u1 in NSE:A.
func executed(
    _ id: String, _ text: String, at time: Int, symbol: String = "A", account: String = "main", orderId: String? = nil
) throws -> DecodedEvent {
    let parts = text.dropFirst().split(separator: "@")
    let trade = TradeExecuted(
        tradeId: id, userId: "u1", exchange: "NSE", symbol: symbol, side: text.hasPrefix("B") ? .buy : .sell,
        quantity: try Quantity(parsing: String(parts[0])), price: try Price(parsing: String(parts[1])),
        executedAt: minute(time), orderId: orderId, account: account)
    return DecodedEvent(.tradeExecuted(trade), id: "e-\(id)", time: minute(time))
}

func amended(
    _ id: String, at time: Int, eventId: String? = nil, _ change: (inout TradeAmendment.Values) -> Void
) -> DecodedEvent {
    var values = TradeAmendment.Values()
    change(&values)
    let body = TradeCorrected(tradeId: id, userId: "u1", action: .amend, amendment: TradeAmendment(values))
    return DecodedEvent(.tradeCorrected(body), id: eventId ?? "c-\(id)-\(time)", time: minute(time))
}

func voided(_ id: String, at time: Int) -> DecodedEvent {
    let body = TradeCorrected(tradeId: id, userId: "u1", action: .void)
    return DecodedEvent(.tradeCorrected(body), id: "v-\(id)-\(time)", time: minute(time))
}
