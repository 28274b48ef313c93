import Domain

/// From a user's habit to an order, and from its placing to its end.
extension SimulatedDays {
    private static let squareOffMinutes: Int64 = 20
    /// An order that waits for its price is looked at again so often before its user gives up.
    private static let patience = 12

    /// Someone does what they use to do; nil where nobody can now.
    mutating func act() -> (topic: String, key: String)? {
        guard orders.count - freeOrders.count < ImportersLimits.maximumOpenSimulatedOrders else { return nil }
        let isLate = isNearClose
        if isLate, let user = users.nextExposed() { return close(user, .dayTrader, squareOff: true) }
        guard let (user, habit) = users.anyone(&random, where: { !isLate || $0 != .dayTrader }) else { return nil }
        if users.needsFunds(user) { return deposit(user, rupees: Int64(random.within(1...40)) * 25_000) }
        let closes = habit != .investor && users.holds(user) && random.chance(perMille: habit == .swing ? 350 : 520)
        return (closes ? close(user, habit, squareOff: false) : nil) ?? open(user, habit)
    }

    private var isNearClose: Bool {
        guard let close = calendar.session("NSE", on: timetable.date)?.close else { return false }
        return now < close
            && now.adding(microseconds: Self.squareOffMinutes * Timestamp.microsecondsPerMinute) >= close
    }

    private mutating func open(_ user: Int, _ habit: SimulatedHabit) -> (topic: String, key: String)? {
        let chosen: Int?
        if habit == .investor {
            let favourite = users.shares[user % users.shares.count]
            chosen = isTrading(favourite) ? favourite : nil
        } else {
            chosen = anyTrading { habit.kinds.contains($0.kind) }
        }
        guard let market = chosen else { return nil }
        markets[market].move(to: now, &random)
        let listing = markets[market].listing
        let quantity: Int64
        if listing.isEquity {
            let paise = Int64(random.within(habit.orderRupees)) * 100
            quantity = max(1, paise / (markets[market].ticks * 5))
        } else {
            quantity = listing.lot * Int64(random.within(1...4))
        }
        let isBuy = !habit.sellsShort || random.chance(perMille: 550)
        return place(user, habit, market, isBuy: isBuy, quantity: quantity, closes: false, squareOff: false)
    }

    private mutating func close(
        _ user: Int, _ habit: SimulatedHabit, squareOff: Bool
    ) -> (topic: String, key: String)? {
        guard let holding = users.takeHolding(user, &random) else { return nil }
        guard isTrading(holding.market) else {
            users.add(holding, to: user, isIntraday: false)
            return nil
        }
        markets[holding.market].move(to: now, &random)
        var quantity = abs(holding.quantity)
        let lot = markets[holding.market].listing.lot
        if !squareOff, quantity >= 2 * lot, random.chance(perMille: 250) {
            let part = quantity / lot / 2 * lot
            let rest = quantity - part
            users.add(
                .init(market: holding.market, quantity: holding.quantity > 0 ? rest : -rest), to: user,
                isIntraday: habit == .dayTrader)
            quantity = part
        }
        return place(
            user, habit, holding.market, isBuy: holding.quantity < 0, quantity: quantity, closes: true,
            squareOff: squareOff)
    }

    private mutating func place(
        _ user: Int, _ habit: SimulatedHabit, _ market: Int, isBuy: Bool, quantity: Int64, closes: Bool, squareOff: Bool
    ) -> (topic: String, key: String) {
        let style: SimulatedLivingOrder.Style
        switch random.below(100) {
        case _ where squareOff || habit == .investor: style = .market
        case 0..<40: style = habit == .swing ? .limit : .market
        case 40..<88: style = .limit
        case 88..<95: style = .stopLoss
        default: style = .stopLossMarket
        }
        let ticks = markets[market].ticks
        let distance = max(1, ticks * Int64(random.within(-10...35)) / 10_000)
        let order = SimulatedLivingOrder(
            number: sequence, day: timetable.date, user: user, habit: habit, market: market, isBuy: isBuy,
            quantity: quantity, style: style,
            limit: max(1, isBuy ? ticks - distance : ticks + distance), closes: closes, isSquareOff: squareOff,
            strategy: random.below(habit.strategies.count))
        let slot = keep(order)
        agenda.add(.order(slot), due: now.microseconds + Int64(random.within(20...900)) * 1_000)
        return writePlaced(order)
    }

    private mutating func keep(_ order: SimulatedLivingOrder) -> Int {
        guard let slot = freeOrders.popLast() else {
            orders.append(order)
            return orders.count - 1
        }
        orders[slot] = order
        return slot
    }

    /// The order's next step; nil when it has to wait on.
    mutating func advance(_ slot: Int) -> (topic: String, key: String)? {
        let order = orders[slot]
        openMarket(order.market)
        // From the day before, where that had too few events to end it.
        let isLeftOver = order.day < timetable.date
        if isLeftOver || markets[order.market].isClosed(at: now) {
            end(slot)
            if order.remaining == 0 { return writeUpdate(order, "EXECUTED") }
            return writeUpdate(order, "EXPIRED", reason: "not filled by the end of the day")
        }
        guard isTrading(order.market) else { return wait(slot, seconds: 120...600) }
        markets[order.market].move(to: now, &random)
        switch order.stage {
        case .placed: return accept(slot)
        case .waiting:
            orders[slot].stage = .open
            schedule(slot, seconds: 1...40)
            return writeUpdate(order, "OPEN")
        case .open: return trade(slot)
        }
    }

    private mutating func accept(_ slot: Int) -> (topic: String, key: String)? {
        let order = orders[slot]
        if random.chance(perMille: 20) {
            end(slot)
            let reasons: [StaticString] = [
                "insufficient margin", "price outside of the circuit limits", "quantity is no multiple of the lot",
            ]
            return writeUpdate(order, "REJECTED", reason: reasons[random.below(reasons.count)])
        }
        orders[slot].stage = order.style.hasTrigger ? .waiting : .open
        schedule(slot, seconds: order.style == .limit ? 2...300 : 0...3)
        if order.style.hasTrigger { return writeUpdate(order, "TRIGGER_PENDING") }
        // Brokers often tell of a market order's fill only.
        return order.style == .market && random.chance(perMille: 600) ? nil : writeUpdate(order, "OPEN")
    }

    private mutating func trade(_ slot: Int) -> (topic: String, key: String)? {
        let order = orders[slot]
        if order.filled > 0, order.remaining == 0 {
            end(slot)
            return writeUpdate(order, "EXECUTED")
        }
        if !order.isSquareOff, random.chance(perMille: order.filled == 0 ? 50 : 15) { return cancel(slot) }
        if order.style.hasLimit, random.chance(perMille: 40) { return modify(slot) }
        let ticks = markets[order.market].ticks
        let isAway = order.style.hasLimit && (order.isBuy ? ticks > order.limit : ticks < order.limit)
        if isAway || markets[order.market].isLocked(forBuyer: order.isBuy) {
            orders[slot].retries += 1
            if order.retries >= Self.patience { return cancel(slot) }
            return wait(slot, seconds: 20...600)
        }
        return fill(slot, at: ticks)
    }

    private mutating func fill(_ slot: Int, at ticks: Int64) -> (topic: String, key: String) {
        let order = orders[slot]
        let lot = markets[order.market].listing.lot
        var quantity = order.remaining
        if quantity >= 2 * lot, random.chance(perMille: 300) {
            quantity = lot * Int64(random.within(1...Int(quantity / lot - 1)))
        }
        orders[slot].filled += quantity
        orders[slot].filledTicks += ticks * quantity
        if !order.closes {
            users.add(
                .init(market: order.market, quantity: order.isBuy ? quantity : -quantity), to: order.user,
                isIntraday: order.habit == .dayTrader)
        }
        markets[order.market].trade(quantity, &random)
        let trade = SimulatedTrade(
            number: sequence, user: order.user, ticks: ticks, quantity: quantity, market: order.market,
            isBuy: order.isBuy)
        if random.chance(perMille: 5) {
            agenda.add(.correction(trade), due: now.microseconds + Int64(random.within(60...90_000)) * 1_000_000)
        }
        if random.chance(perMille: 100) {
            agenda.add(
                .reading(user: order.user, trade: sequence),
                due: now.microseconds + Int64(random.within(5...7_200)) * 1_000_000)
        }
        if orders[slot].remaining > 0 || random.chance(perMille: 600) {
            schedule(slot, seconds: 0...20)
        } else {
            end(slot)
        }
        return writeTrade(order, trade)
    }

    private mutating func cancel(_ slot: Int) -> (topic: String, key: String) {
        let order = orders[slot]
        end(slot)
        return writeCancelled(order)
    }

    private mutating func modify(_ slot: Int) -> (topic: String, key: String) {
        let ticks = markets[orders[slot].market].ticks
        orders[slot].limit = orders[slot].isBuy ? ticks + 1 : max(1, ticks - 1)
        schedule(slot, seconds: 1...60)
        return writeUpdate(orders[slot], "OPEN", tellsLimit: true)
    }

    private mutating func wait(_ slot: Int, seconds: ClosedRange<Int>) -> (topic: String, key: String)? {
        schedule(slot, seconds: seconds)
        return nil
    }

    private mutating func schedule(_ slot: Int, seconds: ClosedRange<Int>) {
        let delay = Int64(seconds.lowerBound) * 1_000_000 + Int64(random.below(seconds.count * 1_000)) * 1_000
        agenda.add(.order(slot), due: now.microseconds + delay)
    }

    /// Frees the order's slot; what it was to close is held on.
    private mutating func end(_ slot: Int) {
        let order = orders[slot]
        freeOrders.append(slot)
        guard order.closes, order.remaining > 0 else { return }
        users.add(
            .init(market: order.market, quantity: order.isBuy ? -order.remaining : order.remaining), to: order.user,
            isIntraday: order.habit == .dayTrader)
    }
}
