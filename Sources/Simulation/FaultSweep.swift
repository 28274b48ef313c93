import Dispatch
import Engine
import Synchronization

/// Many runs, on all cores.
package enum FaultSweep {
    package struct Outcome: Sendable {
        package var runs = 0
        package var steps = 0
        package var counts: [Fault: Int] = [:]
        /// The first few, by seed.
        package var failures: [FaultRun] = []
    }

    private static let failuresKept = 10

    /// Runs each seed on the scenario that it falls to; stops early when enough have failed.
    package static func run(
        seeds: Range<UInt64>, of scenarios: [Scenario] = Scenario.all, mutation: Mutation? = nil,
        stopAfterFailures: Int = 1, progress: @escaping @Sendable (Int) -> Void = { _ in }
    ) -> Outcome {
        Log.divert { _, _ in }
        defer { Log.divert(nil) }
        let outcome = SharedOutcome()
        DispatchQueue.concurrentPerform(iterations: seeds.count) { index in
            guard outcome.failureCount < stopAfterFailures else { return }
            let seed = seeds.lowerBound + UInt64(index)
            progress(outcome.add(FaultRun.run(scenario(of: seed, scenarios), seed: seed, mutation: mutation)))
        }
        return outcome.sorted(keeping: failuresKept)
    }

    /// The scenario that a seed falls to.
    package static func scenario(of seed: UInt64, _ scenarios: [Scenario] = Scenario.all) -> Scenario {
        scenarios[Int(seed % UInt64(scenarios.count))]
    }

    private final class SharedOutcome: Sendable {
        private let state = Mutex(Outcome())

        var failureCount: Int { state.withLock { $0.failures.count } }

        func add(_ run: FaultRun) -> Int {
            state.withLock {
                $0.runs += 1
                $0.steps += run.steps
                $0.counts.merge(run.counts, uniquingKeysWith: +)
                if run.problem != nil { $0.failures.append(run) }
                return $0.runs
            }
        }

        func sorted(keeping count: Int) -> Outcome {
            state.withLock {
                var outcome = $0
                outcome.failures = Array(outcome.failures.sorted { $0.seed < $1.seed }.prefix(count))
                return outcome
            }
        }
    }
}
