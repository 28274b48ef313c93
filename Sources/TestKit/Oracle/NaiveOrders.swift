import Domain
import Events

/// The oracle for view `orders`: keeps every fact of an order and works out the row from all of them.
public struct NaiveOrders {
    /// The columns that the oracle knows, of table `orders`.
    public static let columns: Set<String> = [
        "user_id", "order_id", "exchange", "symbol", "side", "account", "product", "order_type", "validity", "strategy",
        "quantity_e8", "price_e8", "trigger_price_e8", "filled_quantity_e8", "average_price_e8", "reason", "status",
        "placed_at", "updated_at", "fill_count", "filled_value", "first_fill_at", "last_fill_at",
    ]

    private struct Facts {
        var placed: (order: OrderPlaced, time: Timestamp)?
        var cancelled: (order: OrderCancelled, time: Timestamp)?
        var updates: [(order: OrderUpdated, time: Timestamp)] = []
        var fills: [(trade: TradeExecuted, time: Timestamp)] = []
    }

    /// From what is worth least to what is worth most.
    private static let ranks: [OrderStatus] = [
        .pending, .triggerPending, .open, .partiallyFilled, .expired, .failed, .rejected, .cancelled, .executed,
    ]

    private var orders: [[String]: Facts] = [:]

    public init(_ events: some Sequence<DecodedEvent>) {
        var seen: Set<[String]> = []
        for event in events {
            let time = event.envelope.time
            switch event.payload {
            case .orderPlaced(let order):
                let key = [order.userId, order.orderId]
                if orders[key]?.placed == nil { orders[key, default: Facts()].placed = (order, time) }
            case .orderCancelled(let order):
                let key = [order.userId, order.orderId]
                if orders[key]?.cancelled == nil { orders[key, default: Facts()].cancelled = (order, time) }
            case .orderUpdated(let order):
                guard seen.insert(["update", event.envelope.source, event.envelope.id, order.userId]).inserted else {
                    continue
                }
                orders[[order.userId, order.orderId], default: Facts()].updates.append((order, time))
            case .tradeExecuted(let trade):
                guard let orderId = trade.orderId, seen.insert(["trade", trade.userId, trade.tradeId]).inserted else {
                    continue
                }
                orders[[trade.userId, orderId], default: Facts()].fills.append((trade, time))
            default: break
            }
        }
    }

    /// All rows, with the columns that people see.
    public func rows() -> Set<PresentedRow> { Set(orders.map { Self.row($0.key, $0.value) }) }

    private static func row(_ key: [String], _ facts: Facts) -> PresentedRow {
        let placed = facts.placed?.order
        let fill = facts.fills.first?.trade
        let quantity = facts.updates.compactMap(\.order.quantity).last ?? placed?.quantity
        var row: PresentedRow = ["user_id": key[0], "order_id": key[1]]
        row["exchange"] = placed?.exchange ?? fill?.exchange
        row["symbol"] = placed?.symbol ?? fill?.symbol
        row["side"] = (placed?.side ?? fill?.side).map { $0 == .buy ? "1" : "-1" }
        row["account"] = placed?.account ?? fill?.account
        row["product"] = (placed == nil ? fill?.product : placed?.product)?.rawValue
        row["order_type"] = placed?.orderType.rawValue
        row["validity"] = placed?.validity?.rawValue
        row["strategy"] = placed?.details?.strategy
        row["quantity_e8"] = quantity?.description
        row["price_e8"] = (facts.updates.compactMap(\.order.price).last ?? placed?.price)?.description
        row["trigger_price_e8"] =
            (facts.updates.compactMap(\.order.triggerPrice).last ?? placed?.triggerPrice)?.description
        row["reason"] = facts.cancelled?.order.reason ?? facts.updates.compactMap(\.order.reason).last
        row["placed_at"] = facts.placed?.time.description
        addFigures(facts, quantity, to: &row)
        let times =
            [facts.placed?.time, facts.cancelled?.time].compactMap { $0 } + facts.updates.map(\.time)
            + facts.fills.map(\.time)
        row["updated_at"] = times.max()?.description
        return row
    }

    private static func addFigures(_ facts: Facts, _ quantity: Quantity?, to row: inout PresentedRow) {
        var statuses: [OrderStatus] = [.pending] + facts.updates.map(\.order.status)
        if facts.cancelled != nil { statuses.append(.cancelled) }
        row["fill_count"] = "\(facts.fills.count)"
        row["first_fill_at"] = facts.fills.map(\.trade.executedAt).min()?.description
        row["last_fill_at"] = facts.fills.map(\.trade.executedAt).max()?.description
        if facts.fills.isEmpty {
            row["filled_quantity_e8"] = facts.updates.compactMap(\.order.filledQuantity).last?.description
            row["average_price_e8"] = facts.updates.compactMap(\.order.averagePrice).last?.description
        } else {
            let filled = facts.fills.reduce(Int128(0)) { $0 + Int128($1.trade.quantity.units) }
            let value = facts.fills.reduce(Int128(0)) {
                $0 + Int128($1.trade.quantity.units) * Int128($1.trade.price.units)
            }
            statuses.append(quantity.map { filled >= Int128($0.units) } ?? false ? .executed : .partiallyFilled)
            row["filled_quantity_e8"] = Quantity(units: Int64(filled)).description
            row["average_price_e8"] = Price(units: Int64(roundedRatio(value, filled))).description
            row["filled_value"] = Amount(units: roundedRatio(value, 100_000_000)).description
        }
        row["status"] = ranks.last { statuses.contains($0) }?.rawValue
    }

    /// value / whole, half-even, of values not below zero.
    private static func roundedRatio(_ value: Int128, _ whole: Int128) -> Int128 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: whole)
        let isUp = remainder * 2 > whole || (remainder * 2 == whole && quotient % 2 != 0)
        return isUp ? quotient + 1 : quotient
    }
}
