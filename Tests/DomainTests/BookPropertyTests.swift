import Domain
import TestKit
import Testing

@Suite("Books: any sequence of trades, late, amended or void, equals the oracle")
struct BookPropertyTests {
    @Test(arguments: 0..<40)
    func anySequence(seed: Int) throws {
        for round in 0..<50 { try run(seed: UInt64(seed * 50 + round)) }
    }

    private func run(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var (fast, naive) = (FastBookRig(), NaiveBook())
        let style = TradeStyle(&random)
        var known: [Fill] = []
        for index in 0..<Int.random(in: 1...40, using: &random) {
            switch Int.random(in: 0..<20, using: &random) {
            case 0 where !known.isEmpty:
                let victim = known.remove(at: Int.random(in: 0..<known.count, using: &random))
                try fast.void(victim.tradeId)
                naive.void(victim.tradeId)
            case 1 where !known.isEmpty:
                let place = Int.random(in: 0..<known.count, using: &random)
                known[place] = style.fill(id: known[place].tradeId, index: index, &random)
                try fast.record(known[place])
                naive.record(known[place])
            case 2:
                try fast.storeAndLoad()
            default:
                let fill = style.fill(id: "t\(random.next() % 1_000)-\(index)", index: index, &random)
                known.append(fill)
                try fast.record(fill)
                naive.record(fill)
            }
            let (got, wanted) = (try fast.answer(), try naive.answer())
            #expect(got == wanted, "seed \(seed), step \(index)")
            if got != wanted { return }
        }
        try checkInvariants(of: fast, naive)
    }

    private func checkInvariants(of fast: FastBookRig, _ naive: NaiveBook) throws {
        let answer = try naive.answer()
        let closedFees = answer.closures.reduce(Int128(0)) { $0 + $1.fees.units }
        #expect(closedFees + answer.openFees.units == answer.fees.units)
        let signed = naive.fills.reduce(Int64(0)) { $0 + ($1.side == .buy ? $1.quantity.units : -$1.quantity.units) }
        #expect(answer.quantity.units == signed)
        let effects = fast.effects.compactMap(\.closedTrade)
        #expect(effects.map(\.closureCount) == answer.closedTrades.map(\.count))
        #expect(
            effects.map(\.realizedPnl.units)
                == answer.closedTrades.map { $0.reduce(0) { $0 + $1.grossPnl.units - $1.fees.units } })
    }
}

/// What a random sequence's trades look like: whole lots or dust, spread times or few, fees or none.
private struct TradeStyle {
    private let isDust: Bool
    private let hasFees: Bool
    private let minutes: Int
    private let lateness: Int
    private let multiplier: Fixed8

    init(_ random: inout SeededRandom) {
        isDust = random.next() % 3 == 0
        hasFees = random.next() % 3 != 0
        minutes = random.next() % 2 == 0 ? 1 : 30
        lateness = Int(random.next() % 3) * 5
        multiplier = random.next() % 4 == 0 ? Fixed8(units: 2_500_000_000) : .one
    }

    func fill(id: String, index: Int, _ random: inout SeededRandom) -> Fill {
        let minute = max(0, index * minutes / 10 - (lateness == 0 ? 0 : Int(random.next() % UInt64(lateness))))
        return Fill(
            tradeId: id, executedAt: Timestamp(microseconds: Int64(minute) * Timestamp.microsecondsPerMinute),
            side: random.next() % 2 == 0 ? .buy : .sell,
            quantity: Quantity(
                units: isDust ? 1 + Int64(random.next() % 9) : Int64(1 + random.next() % 20) * 100_000_000),
            price: Price(units: Int64(random.next() % 1_000_000_000_000)),
            fees: hasFees ? Amount(units: Int128(random.next() % (isDust ? 20 : 10_000_000_000))) : .zero,
            multiplier: multiplier)
    }
}
