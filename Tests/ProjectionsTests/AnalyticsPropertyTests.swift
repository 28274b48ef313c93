import Domain
import Events
import Projections
import TestKit
import Testing

/// Whatever way the same events are folded, the rows are the same, and they and all figures are the oracle's.
@Suite struct AnalyticsPropertyTests {
    static let seeds: ClosedRange<UInt64> = 1...6

    private func tape(_ seed: UInt64) -> EventTape { AnalyticsTape.make(seed: seed, count: 120) }

    @Test(arguments: seeds) func rowsEqualTheOracle(seed: UInt64) throws {
        let tape = tape(seed)
        let decoded = tape.events.map(\.decoded)
        let oracle = try NaiveAnalytics(decoded)
        let positions = try NaivePositions(decoded).rows()
        for options in [FoldOptions.live(17), .rebuild(17), .rebuild(tail: 50, 17)] {
            let store = try FoldRunner<AnalyticsFold>.run(tape, options).store
            let what = "seed \(seed), \(options)"
            expectEqual(try rows(store, "days", NaiveAnalytics.dayColumns), oracle.dayRows(), "\(what) days")
            expectEqual(
                try rows(store, "payments", NaiveAnalytics.paymentColumns), oracle.paymentRows(), "\(what) payments")
            expectEqual(
                try rows(store, "trades", NaivePositions.tradeColumns), positions.trades, "\(what) trades")
        }
    }

    @Test(arguments: seeds) func everyWayLeadsToTheSameRows(seed: UInt64) throws {
        try Given(tape(seed).events.map(\.decoded), inputs: AnalyticsTape.inputs)
            .whenEveryWay(AnalyticsFold.self, ignoring: ["log_offset"])
    }

    @Test(arguments: seeds) func figuresEqualTheOracle(seed: UInt64) throws {
        let tape = tape(seed)
        let calendar = try ExchangeCalendar.standard()
        let oracle = try NaiveAnalytics(tape.events.map(\.decoded))
        let store = try FoldRunner<AnalyticsFold>.run(tape, .live(40)).store
        for user in ["u1", "u2", "nobody"] {
            for (from, through) in [(-719_162, 2_932_896), (5, 20), (0, 0), (12, 12)] as [(Int32, Int32)] {
                let range = CivilDate(dayNumber: from)...CivilDate(dayNumber: through)
                let wanted = oracle.figures(
                    user: user, in: range, currency: "INR", riskFreeRate: 0.05, calendar: calendar)
                let got = try StoredAnalytics(store, user: user, currency: "INR", calendar: calendar)
                    .figures(in: range, riskFreeRate: 0.05)
                expectSame(got, wanted, "seed \(seed), \(user), \(range)")
            }
        }
    }

    private func expectSame(_ got: NaiveFigures, _ wanted: NaiveFigures, _ what: String) {
        #expect(got.exact == wanted.exact, "\(what)")
        #expect(Set(got.ratios.keys) == Set(wanted.ratios.keys), "\(what)")
        for (name, value) in wanted.ratios {
            let ratio = got.ratios[name] ?? .infinity
            #expect(abs(ratio - value) <= 1e-9 * max(1, abs(value)), "\(what) \(name): \(ratio) ≠ \(value)")
        }
    }
}
