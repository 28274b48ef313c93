import Domain

/// What people do beside trading: money, alerts, rules, watchlists, the cart.
extension SimulatedDays {
    mutating func housekeeping() -> (topic: String, key: String) {
        let user = users.anyUser(&random)
        switch random.below(100) {
        case 0..<22: return movement(user)
        case 22..<48: return changeAlert(user)
        case 48..<66: return changeRule(user)
        case 66..<80: return changeWatchlist(user)
        default: return changeCart(user)
        }
    }

    mutating func deposit(_ user: Int, rupees: Int64) -> (topic: String, key: String) {
        pay(user, "deposit", rupees: rupees, "completed")
    }

    private mutating func movement(_ user: Int) -> (topic: String, key: String) {
        let rupees = Int64(random.within(1...80)) * 500
        switch random.below(100) {
        case 0..<62: return pay(user, "deposit", rupees: rupees, random.chance(perMille: 40) ? "failed" : "completed")
        case 62..<86: return pay(user, "withdrawal", rupees: rupees, "completed")
        case 86..<97: return pay(user, "charge", rupees: Int64(random.within(10...300)), "completed")
        default: return pay(user, "refund", rupees: Int64(random.within(10...300)), "completed")
        }
    }

    private mutating func pay(
        _ user: Int, _ kind: StaticString, rupees: Int64, _ status: StaticString
    ) -> (topic: String, key: String) {
        begin("com.tapefold.payments.received.v1", subject: users.names[user])
        line.field("paymentId", plain: id("p", sequence))
        line.field("userId", users.names[user])
        line.field("kind", plain: kind)
        line.field("amount", Self.whole(rupees))
        line.field("currency", plain: "INR")
        line.field("status", plain: status)
        line.field("provider", plain: random.below(2) == 0 ? "upi" : "netbanking")
        line.end()
        return ("payments.received", users.names[user])
    }

    /// One of a user's three alerts is set, set otherwise, or taken away.
    private mutating func changeAlert(_ user: Int) -> (topic: String, key: String) {
        let place = random.below(3)
        // An alert stays with its symbol: the topic's key is the symbol, and order holds within a key only.
        let market = markets[(user &* 3 &+ place) % markets.count]
        begin("com.tapefold.alerts.changed.v1", subject: users.names[user])
        line.field("alertId", plain: id(market.listing.isRenamed ? "b" : "a", user * 3 + place))
        line.field("userId", users.names[user])
        writeWatched(market)
        let isActive = random.chance(perMille: 850)
        switch random.below(6) {
        case 0: writeCondition("above", Self.price(near(market, 5...200)))
        case 1: writeCondition("below", Self.price(near(market, -200 ... -5)))
        case 2: writeCondition("crosses_above", Self.price(near(market, -50...150)))
        case 3: writeCondition("crosses_below", Self.price(near(market, -150...50)))
        case 4: writeCondition("percent_change", Self.whole(Int64(random.within(1...6) * (random.below(2) * 2 - 1))))
        default:
            writeCondition("in_range", Self.price(near(market, -100 ... -10)))
            line.field("upper", Self.price(near(market, 10...100)))
        }
        line.field("active", isActive)
        writeHowOften()
        line.end()
        return ("alerts.changed", market.listing.symbol)
    }

    /// Once, or with a pause between: nobody wants to be told of every tick.
    private mutating func writeHowOften() {
        let minutes = random.chance(perMille: 500) ? random.within(1...10) : nil
        let isOnce = random.chance(perMille: 300)
        if let pause = minutes ?? (isOnce ? nil : 60) { line.field("cooldownSeconds", Self.whole(Int64(pause) * 60)) }
        if isOnce { line.field("once", true) }
    }

    private mutating func writeCondition(_ condition: StaticString, _ threshold: Fixed8) {
        line.field("condition", plain: condition)
        line.field("threshold", threshold)
    }

    private mutating func changeRule(_ user: Int) -> (topic: String, key: String) {
        let place = random.below(2)
        let market = markets[(user &* 5 &+ place) % markets.count]
        begin("com.tapefold.rules.changed.v1", subject: users.names[user])
        line.field("ruleId", plain: id(market.listing.isRenamed ? "s" : "r", user * 2 + place))
        line.field("userId", users.names[user])
        writeWatched(market)
        line.field("active", random.chance(perMille: 850))
        line.field("minPrice", Self.price(near(market, -200 ... -20)))
        line.field("maxPrice", Self.price(near(market, -15...30)))
        line.field("quantity", Self.whole(market.listing.lot * Int64(random.within(1...5))))
        line.end()
        return ("rules.changed", market.listing.symbol)
    }

    private mutating func changeWatchlist(_ user: Int) -> (topic: String, key: String) {
        begin("com.tapefold.watchlists.changed.v1", subject: users.names[user])
        line.field("listId", plain: id("w", user))
        line.field("userId", users.names[user])
        line.field("name", plain: "My list")
        let count = random.below(min(10, markets.count) + 1)
        let first = random.below(markets.count)
        line.field("symbols", (0..<count).map { markets[(first + $0) % markets.count].listing.subject })
        line.end()
        return ("watchlists.changed", users.names[user])
    }

    private mutating func changeCart(_ user: Int) -> (topic: String, key: String) {
        let market = markets[random.below(markets.count)]
        begin("com.tapefold.cart.changed.v1", subject: users.names[user])
        line.field("userId", users.names[user])
        switch random.below(20) {
        case 0..<13:
            line.field("action", plain: "add")
            line.field("symbol", market.listing.subject)
            line.field("quantity", Self.whole(market.listing.lot))
            line.field("price", Self.price(market.ticks))
        case 13..<18:
            line.field("action", plain: "remove")
            line.field("symbol", market.listing.subject)
        default: line.field("action", plain: "clear")
        }
        line.end()
        return ("cart.changed", users.names[user])
    }

    /// Of what view orders tells users of, as it names it.
    mutating func readNotification(user: Int, trade: Int) -> (topic: String, key: String) {
        begin("com.tapefold.notifications.updated.v1", subject: users.names[user])
        line.field("notificationId", plain: Array("fill:".utf8) + id("t", trade))
        line.field("userId", users.names[user])
        line.field("status", plain: "read")
        line.end()
        return ("notifications.updated", users.names[user])
    }

    private mutating func writeWatched(_ market: SimulatedMarket) {
        line.field("symbol", market.listing.subject)
    }

    /// A price so many ten-thousandths from the last.
    private mutating func near(_ market: SimulatedMarket, _ perTenThousand: ClosedRange<Int>) -> Int64 {
        max(1, market.ticks + market.ticks * Int64(random.within(perTenThousand)) / 10_000)
    }
}
