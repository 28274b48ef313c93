import Domain
import Events
import TestKit
import Testing

@testable import Projections

/// The reactors decide what an oracle decides that looks at everything with every tick, whatever happens to the worker.
@Suite struct ReactorPropertyTests {
    private static let seeds: [UInt64] = Array(1...12)

    private func rules(_ effects: [Effect]) -> [NaiveTriggers.Decision] {
        effects.compactMap {
            guard case .cartChanged(let change) = $0.payload else { return nil }
            return .init(
                userId: change.userId, id: change.ruleId ?? "", symbol: change.instrument?.symbol ?? "",
                offset: $0.offset)
        }
    }

    private func alerts(_ effects: [Effect]) -> [NaiveTriggers.Decision] {
        effects.compactMap {
            guard case .alertTriggered(let alert) = $0.payload else { return nil }
            return .init(
                userId: alert.userId, id: alert.alertId, symbol: alert.instrument.symbol, offset: $0.offset)
        }
    }

    @Test(arguments: seeds) func rulesFireWhenTheOracleSaysSo(seed: UInt64) throws {
        let tape = TriggersTape.rules(seed: seed, count: 600)
        let expected = NaiveTriggers(tape.events, calendar: .ofProcess).decisions
        #expect(expected.count > 5)
        let run = try FoldRunner<ReactorFold<RulesReactor>>.run(tape, .live(600))
        #expect(rules(run.effects) == expected)
        try check(ReactorFold<RulesReactor>.self, tape, run)
    }

    @Test(arguments: seeds) func alertsFireWhenTheOracleSaysSo(seed: UInt64) throws {
        let tape = TriggersTape.alerts(seed: seed, count: 600)
        let expected = NaiveTriggers(tape.events, calendar: .ofProcess).decisions
        #expect(expected.count > 5)
        let run = try FoldRunner<ReactorFold<AlertsReactor>>.run(tape, .live(600))
        #expect(alerts(run.effects) == expected)
        try check(ReactorFold<AlertsReactor>.self, tape, run)
    }

    /// Batches, crashes and a cache that keeps nothing lead to the same decisions, in the same order, and the same rows.
    private func check<R: Reactor>(_: ReactorFold<R>.Type, _ tape: EventTape, _ expected: FoldRun) throws {
        let ways: [FoldOptions] = [
            .live(1), .live(7, 40, 3), FoldOptions(batchSizes: [11, 30], crashesAfter: [3, 50, 51, 300, 599]),
        ]
        for options in ways {
            for limit in [0, ProjectionLimits.maximumCachedWatches] {
                let run = try FoldRunner<ReactorFold<R>>.run(tape, options) { mode in
                    let fold = ReactorFold<R>(mode: mode, lane: 0)
                    fold.maximumCachedWatches = limit
                    return fold
                }
                #expect(run.effects == expected.effects)
                #expect(try run.store.difference(from: expected.store) == nil)
            }
        }
    }
}
