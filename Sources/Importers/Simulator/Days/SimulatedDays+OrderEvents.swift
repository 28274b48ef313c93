import Domain

/// Orders and executions as events.
extension SimulatedDays {
    mutating func writePlaced(_ order: SimulatedLivingOrder) -> (topic: String, key: String) {
        let listing = markets[order.market].listing
        begin("com.tapefold.orders.placed.v1", subject: users.names[order.user])
        line.field("orderId", plain: id("o", order.number))
        line.field("userId", users.names[order.user])
        writeInstrument(listing)
        line.field("side", plain: order.isBuy ? "BUY" : "SELL")
        line.field("quantity", Self.whole(order.quantity))
        line.field("orderType", plain: order.style.code)
        if order.style.hasLimit { line.field("price", Self.price(order.limit)) }
        if order.style.hasTrigger {
            line.field("triggerPrice", Self.price(max(1, order.isBuy ? order.limit - 1 : order.limit + 1)))
        }
        line.field("product", plain: order.habit.product)
        line.field("validity", plain: "DAY")
        writeLabels(order)
        line.end()
        return ("orders.placed", users.names[order.user])
    }

    mutating func writeUpdate(
        _ order: SimulatedLivingOrder, _ status: StaticString, reason: StaticString? = nil, tellsLimit: Bool = false
    ) -> (topic: String, key: String) {
        begin("com.tapefold.orders.updated.v1", subject: users.names[order.user])
        line.field("orderId", plain: id("o", order.number))
        line.field("userId", users.names[order.user])
        line.field("status", plain: status)
        line.field("filledQuantity", Self.whole(order.filled))
        if order.filled > 0 { line.field("averagePrice", order.averagePrice) }
        if tellsLimit { line.field("price", Self.price(order.limit)) }
        if let reason { line.field("reason", plain: reason) }
        line.end()
        return ("orders.updated", users.names[order.user])
    }

    mutating func writeCancelled(_ order: SimulatedLivingOrder) -> (topic: String, key: String) {
        begin("com.tapefold.orders.cancelled.v1", subject: users.names[order.user])
        line.field("orderId", plain: id("o", order.number))
        line.field("userId", users.names[order.user])
        line.field("reason", plain: "cancelled by the user")
        line.end()
        return ("orders.cancelled", users.names[order.user])
    }

    mutating func writeTrade(
        _ order: SimulatedLivingOrder, _ trade: SimulatedTrade
    ) -> (topic: String, key: String) {
        let listing = markets[order.market].listing
        begin("com.tapefold.trades.executed.v1", subject: users.names[order.user])
        line.field("tradeId", plain: id("t", trade.number))
        line.field("userId", users.names[order.user])
        writeInstrument(listing)
        line.field("side", plain: trade.isBuy ? "BUY" : "SELL")
        line.field("quantity", Self.whole(trade.quantity))
        line.field("price", Self.price(trade.ticks))
        // The exchange's time: a few milliseconds before the broker tells of it.
        line.field("executedAt", now.adding(microseconds: -Int64(random.within(1...180)) * 1_000))
        line.field(
            "fees", Simulator.fees(ticks: trade.ticks, quantity: trade.quantity * listing.multiplier))
        line.field("orderId", plain: id("o", order.number))
        if let isin = listing.isin { line.field("isin", isin) }
        line.field("product", plain: order.habit.product)
        if listing.multiplier != 1 { line.field("multiplier", Self.whole(listing.multiplier)) }
        line.field("segment", plain: listing.kind == .commodity ? "COM" : listing.isEquity ? "EQ" : "FO")
        writeLabels(order)
        line.end()
        return ("trades.executed", users.names[order.user])
    }

    /// A price a tick off put right, or a trade that the exchange annulled.
    mutating func correct(_ trade: SimulatedTrade) -> (topic: String, key: String) {
        let isVoid = random.chance(perMille: 200)
        begin("com.tapefold.trades.corrected.v1", subject: users.names[trade.user])
        line.field("tradeId", plain: id("t", trade.number))
        line.field("userId", users.names[trade.user])
        line.field("action", plain: isVoid ? "void" : "amend")
        if !isVoid {
            let ticks = max(1, trade.ticks + Int64(random.within(-2...2)))
            let multiplier = markets[trade.market].listing.multiplier
            line.field("price", Self.price(ticks))
            line.field("fees", Simulator.fees(ticks: ticks, quantity: trade.quantity * multiplier))
        }
        line.end()
        return ("trades.corrected", users.names[trade.user])
    }

    private mutating func writeLabels(_ order: SimulatedLivingOrder) {
        line.field("category", plain: order.habit.category)
        line.field("strategy", plain: order.habit.strategies[order.strategy])
        if order.habit == .investor { line.field("tags", ["sip"]) }
        if order.isSquareOff { line.field("tags", ["square-off"]) }
    }

    private mutating func writeInstrument(_ listing: SimulatedListing) {
        line.field("symbol", listing.symbol)
        line.field("exchange", plain: listing.exchange)
    }

    mutating func begin(_ type: StaticString, subject: String) {
        line.begin(id: id("e", sequence), source: "/simulator", type: type, time: now, subject: subject)
    }

    /// `days-<seed>-<letter><number>`: the seed keeps runs apart.
    func id(_ letter: Unicode.Scalar, _ number: Int) -> [UInt8] {
        SimulatedId.bytes(idPrefix, letter, number)
    }

    static func price(_ ticks: Int64) -> Price { SimulatedInstrument.price(ticks) }

    static func whole(_ value: Int64) -> Quantity { Quantity(units: value * Quantity.unitsPerOne) }
}
