import Engine
import Foundation
import Simulation
import Supervision
import Testing

/// The engine under seeded faults. A seed that fails is run again, with every step, by the command in its message.
@Suite struct FaultTests {
    private static let seeds: Range<UInt64> = 1..<1_001
    /// So many seeds must be enough to notice that a safeguard is gone.
    private static let mutationSeeds: Range<UInt64> = 1..<301

    @Test func everySeedEndsAsOneCleanFold() {
        let outcome = FaultSweep.run(seeds: Self.seeds)
        for run in outcome.failures {
            Issue.record(
                "seed \(run.seed) of \(run.view): \(run.problem ?? ""); see every step by make faults ARGS=\"\(run.replayArguments)\""
            )
        }
        #expect(outcome.runs == Self.seeds.count)
        for fault in Fault.allCases { #expect(outcome.counts[fault] ?? 0 > 0, "\(fault) never came") }
    }

    @Test(arguments: Mutation.allCases) func missingSafeguardIsNoticed(mutation: Mutation) {
        let outcome = FaultSweep.run(seeds: Self.mutationSeeds, mutation: mutation)
        #expect(!outcome.failures.isEmpty, "\(mutation) went unnoticed for \(outcome.runs) seeds")
    }

    /// Another process hashes otherwise: nothing may depend on the order of a dictionary.
    @Test func sameSeedDoesTheSameInEveryProcess() throws {
        let runs = try (0..<2).map { _ in try replay(["--view", "orders", "--replay", "17"]) }
        #expect(runs[0] == runs[1])
        #expect(runs[0].contains("commits lane"))
        #expect(runs[0].hasSuffix("all is well\n"))
    }

    private func replay(_ arguments: [String]) throws -> String {
        let folder = ProcessInfo.processInfo.environment["TAPEFOLD_BIN_DIR"] ?? ".build/release"
        let path = FileManager.default.temporaryDirectory.path + "/tapefold-faults-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        var description = ChildProcessDescription(
            name: "fault-simulator", executable: folder + "/fault-simulator", arguments: arguments)
        description.logPath = path
        #expect(try ChildProcess.start(description).wait(timeoutMilliseconds: 60_000) == .exited(0))
        return try String(contentsOfFile: path, encoding: .utf8)
    }

    @Test func sameSeedDoesTheSame() {
        Log.divert { _, _ in }
        defer { Log.divert(nil) }
        for scenario in Scenario.all {
            var traces: [[String]] = [[], []]
            let runs = traces.indices.map { index in
                FaultRun.run(scenario, seed: 11) { traces[index].append($0) }
            }
            #expect(runs[0].digest == runs[1].digest)
            #expect(traces[0] == traces[1])
            #expect(!traces[0].isEmpty)
        }
    }
}
