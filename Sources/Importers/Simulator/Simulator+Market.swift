import Domain

extension Simulator {
    mutating func makeTick() -> (topic: String, key: String) {
        let index = random.below(instruments.count)
        let quantity = anyQuantity()
        instruments[index].trade(quantity: quantity, on: clock.day, &random)
        let instrument = instruments[index]
        let spread = Int64(random.within(1...3))
        begin("com.tapefold.market.updates.v1", subject: instrument.subject)
        line.field("symbol", instrument.symbol)
        line.field("exchange", plain: "NSE")
        price("lastPrice", instrument.ticks)
        whole("lastQuantity", quantity)
        whole("volume", instrument.volume)
        price("dayOpen", instrument.dayOpen)
        price("dayHigh", instrument.dayHigh)
        price("dayLow", instrument.dayLow)
        price("previousClose", instrument.previousClose)
        price("bid", instrument.ticks - spread)
        price("ask", instrument.ticks + spread)
        whole("bidQuantity", anyQuantity())
        whole("askQuantity", anyQuantity())
        line.end()
        return ("market.updates", instrument.symbol)
    }

    mutating func price(_ name: StaticString, _ ticks: Int64) {
        line.field(name, SimulatedInstrument.price(ticks))
    }

    mutating func whole(_ name: StaticString, _ value: Int64) {
        line.field(name, Quantity(units: value * Quantity.unitsPerOne))
    }
}
