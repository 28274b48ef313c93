import Domain

extension Simulator {
    /// Places an order, or moves one of those on their way a step on: opened, filled in part or whole, cancelled.
    mutating func makeOrderEvent() -> (topic: String, key: String) {
        let target = min(ImportersLimits.maximumOpenSimulatedOrders, max(8, options.users / 4))
        if orders.isEmpty || (orders.count < target && random.chance(perMille: 400)) { return placeOrder() }
        let index = random.below(orders.count)
        switch orders[index].stage {
        case .placed: return openOrder(index)
        case .open: return random.chance(perMille: 120) ? cancelOrder(index) : fillOrder(index)
        }
    }

    private mutating func placeOrder() -> (topic: String, key: String) {
        let order = SimulatedOrder(
            number: sequence, user: anyUser(), instrument: random.below(instruments.count), quantity: anyQuantity(),
            style: random.next())
        orders.append(order)
        begin("com.tapefold.orders.placed.v1", subject: order.user)
        line.field("orderId", plain: id("o", order.number))
        line.field("userId", order.user)
        line.field("symbol", instruments[order.instrument].symbol)
        line.field("exchange", plain: "NSE")
        line.field("side", plain: order.isBuy ? "BUY" : "SELL")
        whole("quantity", order.quantity)
        line.field("orderType", plain: order.isLimit ? "LIMIT" : "MARKET")
        if order.isLimit { price("price", instruments[order.instrument].ticks) }
        line.field("product", plain: order.product)
        line.field("validity", plain: "DAY")
        order.writeLabels(to: &line)
        line.end()
        return ("orders.placed", order.user)
    }

    private mutating func openOrder(_ index: Int) -> (topic: String, key: String) {
        orders[index].stage = .open
        let order = orders[index]
        begin("com.tapefold.orders.updated.v1", subject: order.user)
        line.field("orderId", plain: id("o", order.number))
        line.field("userId", order.user)
        line.field("status", plain: "OPEN")
        line.field("filledQuantity", Quantity.zero)
        line.end()
        return ("orders.updated", order.user)
    }

    private mutating func fillOrder(_ index: Int) -> (topic: String, key: String) {
        let order = orders[index]
        let isPartial = order.remaining > 1 && random.chance(perMille: 350)
        let quantity = isPartial ? Int64(random.within(1...Int(order.remaining - 1))) : order.remaining
        writeTrade(of: order, quantity: quantity)
        orders[index].filled += quantity
        if orders[index].remaining == 0 { forgetOrder(index) }
        return ("trades.executed", order.user)
    }

    private mutating func cancelOrder(_ index: Int) -> (topic: String, key: String) {
        let order = orders[index]
        forgetOrder(index)
        begin("com.tapefold.orders.cancelled.v1", subject: order.user)
        line.field("orderId", plain: id("o", order.number))
        line.field("userId", order.user)
        line.field("reason", plain: "cancelled by the user")
        line.end()
        return ("orders.cancelled", order.user)
    }

    private mutating func forgetOrder(_ index: Int) {
        orders.swapAt(index, orders.count - 1)
        orders.removeLast()
    }
}
