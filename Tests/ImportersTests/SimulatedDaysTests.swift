import Domain
import Events
import Foundation
import Importers
import Testing

/// Kind `days`: what people and exchanges do, as a log of it would look.
@Suite struct SimulatedDaysTests {
    private struct Sent {
        let now: Timestamp
        let topic: String
        let key: String
        let event: DecodedEvent
    }

    private func sent(_ options: SimulatorOptions) throws -> [Sent] {
        var simulator = Simulator(options)
        let decoder = EventDecoder()
        var all: [Sent] = []
        try simulator.runTimed { (now, topic, key, value) throws in
            let kind = try #require(EventKind(topic: topic))
            all.append(Sent(now: now, topic: topic, key: key, event: try decoder.decode(kind, value: value)))
        }
        return all
    }

    private static let options = SimulatorOptions(
        events: 30_000, users: 300, symbols: 40, seed: 5, kind: .days, days: 3)

    @Test func holdsEveryTopicThatProducersWriteUnderItsKey() throws {
        let all = try sent(Self.options)
        #expect(all.count == Self.options.events)
        #expect(
            Set(all.map(\.topic)) == [
                "orders.placed", "orders.updated", "orders.cancelled", "trades.executed", "trades.corrected",
                "market.updates", "payments.received", "rules.changed", "cart.changed", "alerts.changed",
                "notifications.updated", "watchlists.changed", "instruments.updated",
            ])
        for one in all {
            #expect(one.event.payload.partitionKey == one.key)
            #expect(one.event.envelope.time == one.now)
        }
        #expect(zip(all, all.dropFirst()).allSatisfy { $0.now < $1.now })
        #expect(Set(all.map(\.event.envelope.id)).count == all.count)
    }

    /// On days without a session nothing is traded, and no exchange trades outside of its hours.
    @Test func everyTradeAndTickLiesInItsExchangesSession() throws {
        let calendar = try ExchangeCalendar.standard()
        var options = Self.options
        // Saturday; Monday the 26th is a holiday.
        options.firstDay = try #require(CivilDate(year: 2026, month: 1, day: 24))
        var exchanges: Set<String> = []
        for one in try sent(options) {
            let exchange: String
            switch one.event.payload {
            case .marketUpdated(let tick): exchange = tick.exchange
            case .tradeExecuted(let trade): exchange = trade.exchange
            default: continue
            }
            exchanges.insert(exchange)
            let session = try #require(calendar.session(exchange, at: one.now), "\(exchange) at \(one.now)")
            #expect(session.open <= one.now && one.now < session.close)
            #expect(session.tradingDay >= CivilDate(year: 2026, month: 1, day: 27) ?? .maximum)
        }
        #expect(exchanges == ["NSE", "BSE", "NFO", "MCX"])
    }

    @Test func ordersLiveAsOrdersDo() throws {
        var left: [String: Int64] = [:]
        var statuses: [OrderStatus: Int] = [:]
        var partial = 0
        for one in try sent(Self.options) {
            switch one.event.payload {
            case .orderPlaced(let order):
                #expect(left.updateValue(order.quantity.units, forKey: order.orderId) == nil)
            case .orderUpdated(let update):
                statuses[update.status, default: 0] += 1
                let rest = try #require(left[update.orderId])
                if update.status == .executed { #expect(rest == 0) }
                if update.status == .expired { #expect(rest > 0, "\(update.orderId) was filled whole") }
            case .orderCancelled(let cancel): #expect(try #require(left[cancel.orderId]) > 0)
            case .tradeExecuted(let trade):
                let order = try #require(trade.orderId)
                let rest = try #require(left[order]) - trade.quantity.units
                #expect(rest >= 0)
                if rest > 0 { partial += 1 }
                left[order] = rest
            default: break
            }
        }
        #expect(partial > 20)
        for status: OrderStatus in [.open, .triggerPending, .executed, .rejected, .expired] {
            #expect(statuses[status, default: 0] > 0, "no order was \(status)")
        }
    }

    /// Prices gap overnight, stop for a while and run into their limits; within a day the limits hold.
    @Test func pricesGapHaltAndHoldTheirLimits() throws {
        let options = SimulatorOptions(
            events: 60_000, users: 50, symbols: 20, seed: 11, kind: .days, ticksPerMille: 950, days: 15)
        var (gaps, locked, halts) = (0, 0, 0)
        var last: [String: (time: Timestamp, day: CivilDate)] = [:]
        for one in try sent(options) {
            guard case .marketUpdated(let tick) = one.event.payload else { continue }
            let (day, id) = (one.now.date(offsetMinutes: 330), "\(tick.exchange):\(tick.symbol)")
            let before = try #require(tick.previousClose?.units)
            let ratio = abs(tick.lastPrice.units - before) * 1_000 / before
            if tick.exchange != "NFO" { #expect(ratio <= 201) }
            #expect(tick.lastPrice.units % 5_000_000 == 0)
            let (low, high) = (try #require(tick.dayLow), try #require(tick.dayHigh))
            #expect(low <= tick.lastPrice && tick.lastPrice <= high)
            if tick.bid == nil || tick.ask == nil { locked += 1 }
            if let known = last[id] {
                if known.day != day, ratio >= 10 { gaps += 1 }
                if known.day == day, one.now.microseconds - known.time.microseconds > 20 * 60_000_000 { halts += 1 }
            }
            last[id] = (one.now, day)
        }
        #expect(gaps > 0 && locked > 0 && halts > 0)
    }

    @Test func correctionsNameTradesThatWereMade() throws {
        var trades: Set<String> = []
        var actions: [CorrectionAction: Int] = [:]
        var options = Self.options
        options.events = 60_000
        for one in try sent(options) {
            if case .tradeExecuted(let trade) = one.event.payload { trades.insert(trade.userId + trade.tradeId) }
            guard case .tradeCorrected(let correction) = one.event.payload else { continue }
            #expect(trades.contains(correction.userId + correction.tradeId))
            actions[correction.action, default: 0] += 1
        }
        #expect(actions[.amend, default: 0] > 0 && actions[.void, default: 0] > 0)
    }

    @Test func disorderMovesAndRepeatsButChangesNothing() throws {
        let calm = try sent(Self.options)
        var options = Self.options
        options.disorder = .hostile
        let stormy = try sent(options)
        #expect(Set(stormy.map(\.event.envelope.id)) == Set(calm.map(\.event.envelope.id)))
        #expect((1_000...1_700).contains(stormy.count - calm.count))
        #expect(stormy.contains { $0.event.payload.partitionKey != $0.key })
        let lateness = stormy.map { $0.now.microseconds - $0.event.envelope.time.microseconds }
        #expect(lateness.allSatisfy { $0 >= 0 })
        #expect(lateness.contains { $0 > 60 * 60_000_000 })
        options.disorder = .real
        #expect(try sent(options).allSatisfy { $0.event.payload.partitionKey == $0.key })
    }

    /// Many events of few people are trades and ticks: nobody sets alerts all day.
    @Test(arguments: [5, 20]) func peopleHaveOnlySoMuchToDoBesideTrading(symbols: Int) throws {
        let options = SimulatorOptions(events: 60_000, users: 10, symbols: symbols, seed: 3, kind: .days, days: 2)
        var deeds = 0
        for one in try sent(options) {
            switch one.event.payload {
            case .alertChanged, .ruleChanged, .watchlistChanged, .cartChanged, .paymentReceived: deeds += 1
            default: break
            }
        }
        // Four each in the open markets' hours, up to as many in the others', and the first deposit.
        #expect(deeds > 50 && deeds < 200, "\(deeds)")
    }

    @Test func smallWorldsDoNotTrap() throws {
        for (events, users, symbols, days) in [(1, 1, 1, 1), (300, 1, 1, 5), (500, 2, 3, 40), (50, 9, 100, 2)] {
            let options = SimulatorOptions(events: events, users: users, symbols: symbols, kind: .days, days: days)
            #expect(try sent(options).count == events)
        }
    }
}
