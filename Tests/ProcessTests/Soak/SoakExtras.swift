import Foundation
import TestKit

/// What comes with some of a soak's trades, so that views have something to do that follow other topics: a correction, a
/// payment, a change of the cart, a rule.
struct SoakExtras {
    struct Event {
        let topic: String
        let key: String
        var value: String
    }

    private let text: String
    private let user: String
    private let time: String
    private let symbol: String

    /// - Parameter trade: an execution of the simulator's, as text.
    init?(of trade: UnsafeRawBufferPointer) {
        text = String(decoding: trade, as: UTF8.self)
        guard let user = Self.field("userId", text), let time = Self.field("time", text),
            let symbol = Self.field("symbol", text)
        else { return nil }
        (self.user, self.time, self.symbol) = (user, time, symbol)
    }

    /// A text field of the one object that an event of the simulator is.
    private static func field(_ name: String, _ text: String) -> String? {
        guard let start = text.range(of: "\"\(name)\":\"") else { return nil }
        return String(text[start.upperBound...].prefix { $0 != "\"" })
    }

    func events(_ random: inout SeededRandom) -> [Event] {
        var events: [Event] = []
        if random.chance(perMille: SoakSettings.correctedPerMille) { events += correction(&random) }
        if random.chance(perMille: SoakSettings.paidPerMille) { events += payment(&random) }
        if random.chance(perMille: SoakSettings.cartPerMille) { events.append(cartChange(&random)) }
        if random.chance(perMille: SoakSettings.rulesPerMille) { events.append(rule(&random)) }
        return events
    }

    private func event(_ topic: String, key: String, _ random: inout SeededRandom, _ data: String) -> Event {
        Event(
            topic: topic, key: key,
            value: """
                {"specversion":"1.0","id":"soak-\(random.next())","source":"/soak",\
                "type":"com.tapefold.\(topic).v1","time":"\(time)","subject":"\(key)","data":{\(data)}}
                """)
    }

    private func correction(_ random: inout SeededRandom) -> [Event] {
        guard let trade = Self.field("tradeId", text) else { return [] }
        let change =
            switch random.below(4) {
            case 0: #""action":"void""#
            case 1: #""action":"amend","price":"\#(100 + random.below(900)).05""#
            case 2: #""action":"amend","quantity":"\#(1 + random.below(90))""#
            default: #""action":"amend","fees":"\#(random.below(20)).5""#
            }
        return [
            event("trades.corrected", key: user, &random, #""tradeId":"\#(trade)","userId":"\#(user)",\#(change)"#)
        ]
    }

    /// Half of them are pending first.
    private func payment(_ random: inout SeededRandom) -> [Event] {
        let kind = ["deposit", "deposit", "withdrawal", "charge", "refund"][random.below(5)]
        let payment = """
            "paymentId":"p\(random.next())","userId":"\(user)","kind":"\(kind)","amount":"\(1 + random.below(90_000)).25",\
            "currency":"INR"
            """
        var steps = [["completed", "completed", "failed"][random.below(3)]]
        if random.chance(perMille: 500) { steps.insert("pending", at: 0) }
        return steps.map { event("payments.received", key: user, &random, payment + #","status":"\#($0)""#) }
    }

    private func cartChange(_ random: inout SeededRandom) -> Event {
        let (user, symbol) = (#""userId":"\#(user)""#, #""symbol":"NSE:\#(symbol)""#)
        let data =
            switch random.below(20) {
            case 0: #"\#(user),"action":"clear""#
            case 1: #"\#(user),"action":"checkout""#
            case 2...5: #"\#(user),"action":"remove",\#(symbol)"#
            default:
                #"\#(user),"action":"add",\#(symbol),"quantity":"\#(1 + random.below(9))","price":"\#(1 + random.below(999)).5""#
            }
        return event("cart.changed", key: self.user, &random, data)
    }

    private func rule(_ random: inout SeededRandom) -> Event {
        let low = 100 + random.below(2_000)
        return event(
            "rules.changed", key: symbol, &random,
            """
            "ruleId":"r\(random.next())","userId":"\(user)","symbol":"NSE:\(symbol)","active":true,"minPrice":"\(low)",\
            "maxPrice":"\(low + 200)","quantity":"2"
            """)
    }
}
