import Domain

/// Ticks and the instruments' master data.
extension SimulatedDays {
    mutating func makeTick() -> (topic: String, key: String)? { makeTick(of: anyTrading()) }

    mutating func makeTick(of listing: Int?) -> (topic: String, key: String)? {
        guard let index = listing else { return nil }
        markets[index].move(to: now, &random)
        let quantity = Int64(random.within(1...40)) * markets[index].listing.lot
        markets[index].trade(quantity, &random)
        let market = markets[index]
        begin("com.tapefold.market.updates.v1", subject: market.listing.subject)
        line.field("symbol", market.listing.symbol)
        line.field("exchange", plain: market.listing.exchange)
        line.field("lastPrice", Self.price(market.ticks))
        line.field("lastQuantity", Self.whole(quantity))
        line.field("volume", Self.whole(market.volume))
        line.field("dayOpen", Self.price(market.dayOpen))
        line.field("dayHigh", Self.price(market.dayHigh))
        line.field("dayLow", Self.price(market.dayLow))
        line.field("previousClose", Self.price(market.previousClose))
        let spread = Int64(random.within(1...3))
        if !market.isLocked(forBuyer: false) { writeSide("bid", "bidQuantity", max(1, market.ticks - spread)) }
        if !market.isLocked(forBuyer: true) { writeSide("ask", "askQuantity", market.ticks + spread) }
        if !market.listing.isEquity { line.field("openInterest", Self.whole(market.openInterest)) }
        line.end()
        return ("market.updates", market.listing.symbol)
    }

    private mutating func writeSide(_ price: StaticString, _ quantity: StaticString, _ ticks: Int64) {
        line.field(price, Self.price(ticks))
        line.field(quantity, Self.whole(Int64(random.within(1...500))))
    }

    mutating func tellMaster(_ index: Int) -> (topic: String, key: String) {
        let listing = markets[index].listing
        begin("com.tapefold.instruments.updated.v2", subject: listing.subject)
        line.field("symbol", listing.symbol)
        line.field("exchange", plain: listing.exchange)
        line.field("type", plain: listing.kind.code)
        line.field("token", "\(100_000 + index)")
        line.field("name", listing.name)
        if let isin = listing.isin { line.field("isin", isin) }
        if let strike = listing.strike { line.field("strike", Self.price(strike)) }
        if let expiry = listing.expiry { line.field("expiry", "\(expiry)") }
        line.field("lotSize", Self.whole(listing.lot))
        line.field("tickSize", Self.price(1))
        if let sector = listing.sector { line.field("sector", plain: sector) }
        line.end()
        return ("instruments.updated", listing.symbol)
    }

    /// A share gets another symbol, as after a merger: same ISIN, so positions go on under it. The exchange tells of it
    /// before the open.
    mutating func changeMaster() {
        guard let index = users.shares.isEmpty ? nil : users.shares[random.below(users.shares.count)] else { return }
        if random.chance(perMille: 300), !markets[index].listing.isRenamed {
            markets[index].listing.symbol += "-NEW"
            markets[index].listing.isRenamed = true
        }
        untold.append(index)
    }
}
