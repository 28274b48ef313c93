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

    @Test func aQuantityOutOfRangeIsRefusedAndLeavesTheCart() throws {
        try Given(
            [try change("a", .add, "A", quantity: "80000000000"), try change("b", .add, "A", quantity: "80000000000")],
            inputs: CartTape.inputs
        ).when(Fold.self).thenRefused(2, "quantity_out_of_range").then("carts", ["user_id": "u1"])
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
        case .ruleRearmed(let rule): "rearmed \(rule.userId) \(rule.instrument) \(rule.ruleId)"
        default: nil
        }
    }
}
