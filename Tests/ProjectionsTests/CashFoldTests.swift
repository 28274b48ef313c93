import Domain
import Events
import TestKit
import Testing

@testable import Projections

/// Given payments, executions and corrections, then this ledger; always balanced, and the oracle's.
@Suite struct CashFoldTests {
    private func payment(
        _ id: String, _ kind: PaymentKind, _ amount: String, _ status: PaymentStatus = .completed, at time: Int = 0
    ) throws -> DecodedEvent {
        let payment = PaymentReceived(
            paymentId: id, userId: "u1", kind: kind, amount: try Fixed8(parsing: amount), currency: "INR",
            status: status)
        return DecodedEvent(.paymentReceived(payment), id: "\(id)-\(status)", time: minute(time))
    }

    private func bought(_ id: String, fees: String = "1.25") throws -> DecodedEvent {
        let trade = TradeExecuted(
            tradeId: id, userId: "u1", exchange: "NSE", symbol: "A", side: .buy, quantity: try Quantity(whole: 10),
            price: try Price(whole: 100), executedAt: minute(1), fees: try Fixed8(parsing: fees))
        return DecodedEvent(.tradeExecuted(trade), id: "e-\(id)", time: minute(1))
    }

    @Test func depositsBuysAndFeesBalance() throws {
        try Given([payment("p1", .deposit, "5000"), bought("t1"), executed("t2", "S4@110.5", at: 2)])
            .whenEveryWay(CashFold.self)
            .then(
                "cash_balances",
                [
                    "user_id": "u1", "currency": "INR", "cash": "4440.75", "external": "-5000", "trading": "558",
                    "fees": "1.25", "charges": "0", "held": "0", "updated_at": minute(2).description,
                ])
    }

    @Test func aCorrectionReversesAndBooksAnewExactly() throws {
        let events = [
            try bought("t1"), amended("t1", at: 5) { $0.price = Price(units: 9_950_000_000) }, voided("t1", at: 7),
        ]
        try Given(events).whenEveryWay(CashFold.self)
            .then(
                "cash_entries",
                [
                    "ordinal": "0", "entry": "buy", "account": "cash", "amount": "-1001.25",
                    "booked_at": minute(1).description,
                ],
                [
                    "ordinal": "0", "entry": "buy", "account": "trading", "amount": "1000",
                    "booked_at": minute(1).description,
                ],
                [
                    "ordinal": "0", "entry": "buy", "account": "fees", "amount": "1.25",
                    "booked_at": minute(1).description,
                ],
                [
                    "ordinal": "1", "entry": "reversal", "account": "cash", "amount": "1001.25",
                    "booked_at": minute(5).description,
                ],
                [
                    "ordinal": "1", "entry": "reversal", "account": "trading", "amount": "-1000",
                    "booked_at": minute(5).description,
                ],
                [
                    "ordinal": "1", "entry": "reversal", "account": "fees", "amount": "-1.25",
                    "booked_at": minute(5).description,
                ],
                [
                    "ordinal": "2", "entry": "buy", "account": "cash", "amount": "-996.25",
                    "booked_at": minute(5).description,
                ],
                [
                    "ordinal": "2", "entry": "buy", "account": "trading", "amount": "995",
                    "booked_at": minute(5).description,
                ],
                [
                    "ordinal": "2", "entry": "buy", "account": "fees", "amount": "1.25",
                    "booked_at": minute(5).description,
                ],
                [
                    "ordinal": "3", "entry": "reversal", "account": "cash", "amount": "996.25",
                    "booked_at": minute(7).description,
                ],
                [
                    "ordinal": "3", "entry": "reversal", "account": "trading", "amount": "-995",
                    "booked_at": minute(7).description,
                ],
                [
                    "ordinal": "3", "entry": "reversal", "account": "fees", "amount": "-1.25",
                    "booked_at": minute(7).description,
                ]
            )
            .then("cash_balances", ["cash": "0", "trading": "0", "fees": "0", "external": "0"])
    }

    @Test func whatIsAnnouncedIsHeldUntilItsOutcome() throws {
        let announced = [
            try payment("p1", .deposit, "100"), try payment("w1", .withdrawal, "30", .pending, at: 1),
            try payment("d2", .deposit, "900", .pending, at: 1),
        ]
        try Given(announced).whenEveryWay(CashFold.self).then("cash_balances", ["cash": "100", "held": "30"])
        try Given(announced + [payment("w1", .withdrawal, "30", .failed, at: 2)]).whenEveryWay(CashFold.self)
            .then("cash_balances", ["cash": "100", "held": "0"])
        try Given(announced + [payment("w1", .withdrawal, "30", at: 2)]).whenEveryWay(CashFold.self)
            .then("cash_balances", ["cash": "70", "held": "0"])
    }

    @Test func anotherPaymentUnderTheSameIdIsRefused() throws {
        try Given([payment("p1", .deposit, "100"), payment("p1", .deposit, "101", at: 3)]).when(CashFold.self)
            .thenRefused(2, "conflicting_duplicate")
            .then("cash_balances", ["cash": "100"])
    }

    @Test func aSumBeyondItsRangeIsRefusedWhole() throws {
        let huge = TradeExecuted(
            tradeId: "t", userId: "u1", exchange: "NSE", symbol: "A", side: .buy, quantity: Quantity(units: .max),
            price: Price(units: .max), executedAt: minute(1), multiplier: Fixed8(units: .max))
        try Given(DecodedEvent(.tradeExecuted(huge), id: "e", time: minute(1))).when(CashFold.self)
            .thenRefused(1, "cash_out_of_range").then("cash_balances").then("cash_bookings").then("cash_entries")
    }

    @Test(arguments: UInt64(1)...6) func everyWayIsTheOraclesAndSumsToZero(seed: UInt64) throws {
        let tape = CashTape.make(seed: seed, count: 140)
        let folded = try Given(tape.events.map(\.decoded), inputs: CashTape.inputs)
            .whenEveryWay(CashFold.self, seeds: 1...3)
        let oracle = try NaiveCash(tape.events.map(\.decoded))
        expectEqual(Set(try folded.rows("cash_entries")), oracle.entries, "seed \(seed), entries")
        var sets: [[String?]: Amount] = [:]
        for row in try folded.rows("cash_entries") {
            let key = ["user_id", "kind", "reference", "ordinal"].map { row[$0] }
            let amount = try Amount(parsing: row["amount"] ?? "")
            sets[key] = try (sets[key] ?? .zero) + amount
        }
        #expect(sets.values.allSatisfy(\.isZero) && !sets.isEmpty, "seed \(seed): a set does not sum to zero")
        let rows = try folded.rows("cash_balances")
        #expect(rows.count == oracle.balances.count)
        for row in rows {
            let key = ["user_id", "currency"].compactMap { row[$0] }
            let sums = try #require(oracle.balances[key])
            var total = Amount.zero
            for (account, sum) in sums {
                #expect(row[account] == sum.description, "seed \(seed), \(row)")
                if account != "held" { total = try total + sum }
            }
            #expect(total.isZero, "seed \(seed), \(row)")
        }
    }

    @Test func aCacheOfOneRowChangesNothing() throws {
        let given = Given(CashTape.make(seed: 9, count: 120).events.map(\.decoded), inputs: CashTape.inputs)
        let small = try given.inBatches(of: 3).when(CashFold.self) { mode in
            let fold = CashFold(mode: mode, lane: 0)
            fold.maximumCachedRows = 1
            return fold
        }
        try small.thenSame(as: given.when(CashFold.self))
    }
}
