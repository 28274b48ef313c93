import Domain
import TestKit
import Testing

private let leanFile = "vectors/lean_trade_builder_fifo_lifo.json"
private let beancountFile = "vectors/beancount_fifo_lifo_lots.json"

@Suite("Books against other people's vectors")
struct BookVectorTests {
    @Test(
        "LEAN's FIFO trades", .enabled(if: SharedData.isPresent(leanFile), "needs ../shared/data"),
        arguments: BookKind.allCases)
    func lean(kind: BookKind) throws {
        let cases = try SharedData.json(leanFile, as: LeanFile.self).cases.filter { $0.matching == "FIFO" }
        var checked = 0
        for example in cases where example.grouping != "FlatToFlat" {
            let answer = try kind.fold(example.fills())
            let groups =
                example.grouping == "FillToFill" ? answer.closures.map { [$0] } : answer.closedTrades
            let got = try groups.map { try LeanTrade($0) }
            let wanted = example.expected_trades.sorted { $0.sortKey < $1.sortKey }
            for (one, other) in zip(got.sorted { $0.sortKey < $1.sortKey }, wanted) {
                #expect(one.matches(other), "\(example.name) \(example.grouping): \(one) is not \(other)")
            }
            #expect(got.count == wanted.count)
            // LEAN books a fee whole on the first trade it touches; we share it. The sums agree once all is closed.
            if answer.quantity.isZero {
                #expect(answer.fees.units == wanted.reduce(0) { $0 + (Int128($1.TotalFees) ?? 0) * 100_000_000 })
            }
            checked += 1
        }
        #expect(checked >= 34)
    }

    @Test(
        "beancount's lots, given out of date order",
        .enabled(if: SharedData.isPresent(beancountFile), "needs ../shared/data"),
        arguments: BookKind.allCases)
    func beancount(kind: BookKind) throws {
        let cases = try SharedData.json(beancountFile, as: BeancountFile.self).cases.filter { $0.method == "FIFO" }
        #expect(cases.count == 7)
        for example in cases {
            var rig = kind.rig()
            for lot in example.inventory_before { try rig.record(lot.fill()) }
            let reduction = try #require(example.reduction.first)
            let sold = try Quantity(whole: -reduction.units)
            try rig.record(
                Fill(
                    tradeId: "sale", executedAt: Timestamp(parsing: "2016-01-01T00:00:00Z"), side: .sell,
                    quantity: sold, price: .one))
            let answer = try rig.answer()
            let left = answer.lots.map(\.summary).sorted()
            if example.error == nil {
                let booked = try example.booked.map { try $0.summary() }
                let after = try example.inventory_after.map { try $0.summary() }
                #expect(answer.closures.map { "\(-$0.quantity) \($0.entryPrice)" } == booked)
                #expect(left == after.sorted())
            } else {
                // There a sale beyond the holdings is refused; here it closes all of them and opens a short.
                let held = example.inventory_before.reduce(0) { $0 + $1.units }
                #expect(answer.closures.count == example.inventory_before.count)
                #expect(try answer.quantity == Quantity(whole: held + reduction.units))
                #expect(answer.lots.map(\.tradeId) == ["sale"])
            }
        }
    }
}

private struct LeanFile: Decodable {
    struct Event: Decodable {
        var type: String
        var order_id: Int?
        var minute: Int?
        var side: String?
        var quantity: String?
        var price: String
        var fee: String?
    }

    struct Case: Decodable {
        var name: String
        var grouping: String
        var matching: String
        var multiplier: Int
        var events: [Event]
        var expected_trades: [LeanTrade]

        func fills() throws -> [Fill] {
            try events.filter { $0.type == "fill" }.map { event in
                let side = event.side == "BUY" ? "B" : "S"
                return try trade(
                    "\(side)\(event.quantity ?? "")@\(event.price) fee \(event.fee ?? "0") x \(multiplier)",
                    id: "\(event.order_id ?? 0)", minute: event.minute ?? 0)
            }
        }
    }

    var cases: [Case]
}

private struct LeanTrade: Decodable {
    var EntryTime: Int
    /// One case leaves it open.
    var EntryPrice: String?
    var Direction: String
    var Quantity: String
    var ExitTime: Int
    var ExitPrice: String
    var ProfitLoss: String
    var TotalFees: String
    var OrderIds: [Int]

    init(_ closures: [NaiveClosure]) throws {
        let first = try #require(closures.first)
        let quantity = closures.reduce(Int64(0)) { $0 + $1.quantity.units }
        let value = closures.reduce(Int128(0)) { $0 + Int128($1.entryPrice.units) * Int128($1.quantity.units) }
        EntryTime = Int(first.entryAt.microseconds / Timestamp.microsecondsPerMinute)
        EntryPrice = Price(units: Int64(value / Int128(quantity))).description
        Direction = first.isShort ? "Short" : "Long"
        Quantity = Domain.Quantity(units: quantity).description
        ExitTime = Int(first.exitAt.microseconds / Timestamp.microsecondsPerMinute)
        ExitPrice = first.exitPrice.description
        ProfitLoss = Amount(units: closures.reduce(0) { $0 + $1.grossPnl.units }).description
        TotalFees = ""
        OrderIds = (closures.map(\.entryTradeId) + [first.exitTradeId]).compactMap { Int($0) }
    }

    var sortKey: String { "\(1_000 + ExitTime) \(1_000 + EntryTime)" }

    func matches(_ other: LeanTrade) -> Bool {
        func number(_ text: String) -> Amount? { try? Amount(parsing: text) }
        return EntryTime == other.EntryTime && Direction == other.Direction && ExitTime == other.ExitTime
            && number(Quantity) == number(other.Quantity) && number(ExitPrice) == number(other.ExitPrice)
            && number(ProfitLoss) == number(other.ProfitLoss) && Set(OrderIds) == Set(other.OrderIds)
            && (other.EntryPrice.map { number($0) == EntryPrice.flatMap(number) } ?? true)
    }
}

private struct BeancountFile: Decodable {
    struct Entry: Decodable {
        var units: Int
        var cost: String?
        var date: String?

        func fill() throws -> Fill {
            Fill(
                tradeId: date ?? "", executedAt: try Timestamp(parsing: "\(date ?? "")T00:00:00Z"), side: .buy,
                quantity: try Quantity(whole: units), price: try Price(parsing: cost ?? ""))
        }

        func summary() throws -> String { "\(units) \(try Price(parsing: cost ?? ""))" }
    }

    struct Case: Decodable {
        var method: String
        var inventory_before: [Entry]
        var reduction: [Entry]
        var booked: [Entry]
        var inventory_after: [Entry]
        var error: String?
    }

    var cases: [Case]
}

extension NaiveLot {
    fileprivate var summary: String { "\(quantity) \(price)" }
}
