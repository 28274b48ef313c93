import Domain
import Events
import Foundation
import TestKit
import Testing

@testable import Projections

/// Carts: what is in them, what a checkout orders, which rules a line that leaves arms again.
@Suite struct CartTests {
    private typealias Fold = CombinedFold<CartView>
    private static let seeds: [UInt64] = Array(1...20)

    private func change(
        _ id: String, _ action: CartAction, _ symbol: String? = nil, quantity: String? = nil, price: String? = nil,
        rule: String? = nil
    ) throws -> DecodedEvent {
        DecodedEvent(
            .cartChanged(
                CartChanged(
                    userId: "u1", instrument: symbol.map { InstrumentKey(exchange: "NSE", symbol: $0) }, action: action,
                    quantity: try quantity.map { try Quantity(parsing: $0) },
                    price: try price.map { try Price(parsing: $0) }, isAutomatic: rule != nil, ruleId: rule)),
            id: id, time: minute(1))
    }

    private func effects(_ events: [DecodedEvent]) throws -> [EventPayload] {
        try FoldRunner<Fold>.run(EventTape(CartTape.inputs, events)).effects.map(\.payload)
    }

    @Test func addsAddUpAndTheLastPriceCounts() throws {
        try Given(
            [
                try change("a", .add, "A", quantity: "2", price: "100.5", rule: "r1"),
                try change("b", .add, "A", quantity: "0.5", price: "99", rule: "r2"),
                try change("c", .add, "B"), try change("d", .remove, "A", quantity: "1"),
            ], inputs: CartTape.inputs
        ).whenEveryWay(Fold.self)
            .then(
                "carts",
                [
                    "user_id": "u1",
                    "lines":
                        #"[{"added_at_us":60000000,"exchange":"NSE","price_e8":9900000000,"quantity_e8":150000000,"#
                        + #""rules":["r1","r2"],"symbol":"A","updated_at_us":60000000},"#
                        + #"{"added_at_us":60000000,"exchange":"NSE","quantity_e8":100000000,"rules":[],"symbol":"B","#
                        + #""updated_at_us":60000000}]"#,
                ]
            )
            .then("rule_firings", ["rule_id": "r1", "times": "1"], ["rule_id": "r2", "times": "1"])
    }

    @Test func aCheckoutOrdersEachLineAndArmsItsRules() throws {
        let told = try effects([
            try change("a", .add, "A", quantity: "2", price: "100.5", rule: "r1"),
            try change("b", .add, "B", quantity: "3"), try change("c", .checkout), try change("d", .checkout),
        ])
        #expect(
            told == [
                .orderPlaced(
                    OrderPlaced(
                        orderId: "cart:/test:c:NSE:A", userId: "u1", exchange: "NSE", symbol: "A", side: .buy,
                        quantity: try Quantity(parsing: "2"), orderType: .limit, price: try Price(parsing: "100.5"))),
                .orderPlaced(
                    OrderPlaced(
                        orderId: "cart:/test:c:NSE:B", userId: "u1", exchange: "NSE", symbol: "B", side: .buy,
                        quantity: try Quantity(parsing: "3"), orderType: .market)),
                .ruleRearmed(
                    RuleRearmed(
                        ruleId: "r1", userId: "u1", instrument: InstrumentKey(exchange: "NSE", symbol: "A"),
                        isActive: true)),
            ])
    }

    /// What does not fit is left out and told; what follows goes on.
    @Test func anAddThatDoesNotFitParksNothing() throws {
        let huge = "80000000000"
        let events = [
            try change("a", .add, "A", quantity: huge), try change("b", .add, "A", quantity: huge, rule: "r1"),
            try change("c", .checkout), try change("d", .add, "B"),
        ]
        let run = try FoldRunner<Fold>.run(EventTape(CartTape.inputs, events))
        #expect(run.outcomes.allSatisfy { $0 == .folded })
        let oracle = NaiveCart(events)
        #expect(oracle.told == ["left out u1 NSE:A", "order u1 NSE:A 8000000000000000000 -1"])
        #expect(run.effects.compactMap(text) == oracle.told)
        let lines = try #require(CartCodec.decode(run.store.presented("carts").first?["lines"] ?? ""))
        #expect(lines.map(\.instrument.symbol) == ["B"])
    }

    private func event(_ decoded: DecodedEvent) -> FoldEvent { FoldEvent(decoded: decoded, input: 0, offset: 0) }

    @Test func aFullCartTakesNoMoreAndCanBeEmptied() throws {
        let table = CartTable()
        var cart = Cart(updatedAt: minute(0))
        cart.lines = (0..<ProjectionLimits.maximumCartLines).map {
            Cart.Line(
                instrument: InstrumentKey(exchange: "NSE", symbol: "S\($0)"), quantity: .one, addedAt: minute(0),
                updatedAt: minute(0))
        }
        let full = cart
        let more = event(try change("more", .add, "ONE MORE", rule: "r2"))
        table.fold(more, into: &cart)
        #expect(cart.lines.count == ProjectionLimits.maximumCartLines)
        guard case .notificationSend(let told)? = table.effects(of: more, before: full, after: cart).first else {
            Issue.record("nothing was told")
            return
        }
        #expect(told.notificationId == "cart:/test:more")
        #expect(told.title == "NSE:ONE MORE was not put into your cart")
        #expect(
            told.body == "NSE:ONE MORE was not put into your cart: it has 5000 lines, the most that a cart may have")
        #expect(told.data == #"{"code":"cart_full","ruleId":"r2","symbol":"NSE:ONE MORE"}"#)
        let again = event(try change("again", .add, "S7"))
        table.fold(again, into: &cart)
        #expect(cart.lines[7].quantity.description == "2")
        table.fold(event(try change("out", .clear)), into: &cart)
        #expect(cart.lines.isEmpty)
    }

    @Test func aLineIsFilledBySoManyRules() throws {
        var cart = Cart(updatedAt: minute(0))
        cart.lines = [
            Cart.Line(
                instrument: InstrumentKey(exchange: "NSE", symbol: "A"), quantity: .one,
                rules: (0..<ProjectionLimits.maximumRulesPerCartLine).map { "r\($0)" }, addedAt: minute(0),
                updatedAt: minute(0))
        ]
        for (rule, code) in [("r3", nil), ("new", "too_many_rules")] as [(String, String?)] {
            guard case .cartChanged(let add) = try change("x", .add, "A", rule: rule).payload else { continue }
            #expect(cart.refusal(of: add)?.code == code)
        }
    }

    @Test(arguments: seeds) func itIsWhatTheOracleSaysEveryWay(seed: UInt64) throws {
        let tape = CartTape.make(seed: seed, count: 200)
        let oracle = NaiveCart(tape.events.map(\.decoded))
        let run = try FoldRunner<Fold>.run(tape, .live(9))
        var carts: [String: [NaiveCart.Line]] = [:]
        for row in try run.store.presented("carts") {
            let lines = try #require(CartCodec.decode(row["lines"] ?? ""))
            carts[row["user_id"] ?? ""] = lines.map {
                NaiveCart.Line(
                    instrument: $0.instrument, quantity: $0.quantity.units, price: $0.price?.units, rules: $0.rules)
            }
        }
        #expect(carts == oracle.carts)
        #expect(run.effects.compactMap(text) == oracle.told)
        guard seed < 4 else { return }
        try Given(tape.events.map(\.decoded), inputs: CartTape.inputs).whenEveryWay(Fold.self)
    }

    @Test(arguments: seeds) func crashesAndRebuildsTellNothingTwice(seed: UInt64) throws {
        let tape = CartTape.make(seed: seed, count: 150)
        let expected = try FoldRunner<Fold>.run(tape, .live(1)).effects
        #expect(
            try FoldRunner<Fold>.run(tape, FoldOptions(batchSizes: [11, 30], crashesAfter: [3, 50, 51])).effects
                == expected)
        let first = Dictionary(grouping: tape.events.suffix(40), by: \.input).mapValues { $0.map(\.offset).min() ?? 0 }
        #expect(
            try FoldRunner<Fold>.run(tape, .rebuild(tail: 40, 9)).effects
                == expected.filter { $0.offset >= first[$0.input] ?? .max })
    }

    private func text(_ effect: Effect) -> String? {
        switch effect.payload {
        case .orderPlaced(let order):
            "order \(order.userId) \(order.exchange):\(order.symbol) \(order.quantity.units) \(order.price?.units ?? -1)"
        case .notificationSend(let told):
            "left out \(told.userId) \(told.title.components(separatedBy: " was not put").first ?? "")"
        case .ruleRearmed(let rule): "rearmed \(rule.userId) \(rule.instrument) \(rule.ruleId)"
        default: nil
        }
    }
}
