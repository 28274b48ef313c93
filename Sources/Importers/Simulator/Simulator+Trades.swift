import Domain

extension Simulator {
    /// An execution whose order is not simulated.
    mutating func makeLooseTrade() -> (topic: String, key: String) {
        let order = SimulatedOrder(
            number: sequence, user: anyUser(), instrument: random.below(instruments.count), quantity: anyQuantity(),
            style: random.next())
        writeTrade(of: order, quantity: order.quantity)
        return ("trades.executed", order.user)
    }

    /// Mostly round lots, as people type them.
    mutating func anyQuantity() -> Int64 {
        random.chance(perMille: 700) ? Int64(random.within(1...20)) * 5 : Int64(random.within(1...250))
    }

    mutating func writeTrade(of order: SimulatedOrder, quantity: Int64) {
        instruments[order.instrument].trade(quantity: quantity, on: clock.day, &random)
        let instrument = instruments[order.instrument]
        begin("com.tapefold.trades.executed.v1", subject: order.user)
        line.field("tradeId", plain: id("t", sequence))
        line.field("userId", order.user)
        line.field("symbol", instrument.symbol)
        line.field("exchange", plain: "NSE")
        line.field("side", plain: order.isBuy ? "BUY" : "SELL")
        line.field("quantity", Quantity(units: quantity * Quantity.unitsPerOne))
        line.field("price", SimulatedInstrument.price(instrument.ticks))
        line.field("fees", Self.fees(ticks: instrument.ticks, quantity: quantity))
        line.field("orderId", plain: id("o", order.number))
        line.field("product", plain: order.product)
        order.writeLabels(to: &line)
        line.end()
    }

    /// 0.03 % of the turnover but at most 20 rupees, and levies of 0.1 %, in whole paise.
    static func fees(ticks: Int64, quantity: Int64) -> Fixed8 {
        let turnoverPaise = ticks * 5 * quantity
        let paise = min(2_000, turnoverPaise * 3 / 10_000) + turnoverPaise / 1_000
        return Fixed8(units: paise * 1_000_000)
    }

    mutating func begin(_ type: StaticString, subject: String) {
        line.begin(id: id("e", sequence), source: "/simulator", type: type, time: clock.now, subject: subject)
    }

    /// `sim-<seed>-<letter><number>`: the seed keeps runs apart, so that a second run of one seed adds nothing.
    func id(_ letter: Unicode.Scalar, _ number: Int) -> [UInt8] { SimulatedId.bytes(idPrefix, letter, number) }
}
