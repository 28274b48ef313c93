import Engine
import Foundation

/// What fault-simulator's main.swift calls.
package enum FaultProgram {
    private static let defaultSeeds: UInt64 = 1_000
    private static let progressEvery = 1_000

    private static let help = """
        fault-simulator: the engine over a log and a database in memory, with faults between any two steps.

          --seeds N      run N seeds (1000)
          --first N      the first of them (1)
          --view NAME    of this view only: \(Scenario.all.map(\.name).joined(separator: ", "))
          --mutation M   with a safeguard taken away: \(Mutation.allCases.map(\.rawValue).joined(separator: ", "))
          --replay SEED  run one seed and print every step

        Exit codes: 0 all well, 1 a seed failed, 2 wrong usage.
        """

    private struct Options {
        var seeds = FaultProgram.defaultSeeds
        var first: UInt64 = 1
        var scenarios = Scenario.all
        var mutation: Mutation?
        var replay: UInt64?
    }

    private struct Usage: Error {
        let reason: String
    }

    /// - Returns: the exit code.
    package static func run(arguments: [String]) -> Int32 {
        if arguments.contains("--help") || arguments.contains("-h") {
            print(help)
            return 0
        }
        do {
            let options = try parse(arguments.dropFirst())
            if let seed = options.replay { return replay(seed, options) }
            return sweep(options)
        } catch let usage as Usage {
            complain("\(usage.reason); see --help")
            return 2
        } catch {
            complain("\(error)")
            return 1
        }
    }

    private static func parse(_ arguments: ArraySlice<String>) throws -> Options {
        var options = Options()
        var rest = arguments
        while let name = rest.popFirst() {
            guard let value = rest.popFirst() else { throw Usage(reason: "\(name) needs a value") }
            switch name {
            case "--seeds": options.seeds = try number(name, value)
            case "--first": options.first = try number(name, value)
            case "--replay": options.replay = try number(name, value)
            case "--view":
                guard let scenario = Scenario.named(value) else { throw Usage(reason: "there is no view \(value)") }
                options.scenarios = [scenario]
            case "--mutation":
                guard let mutation = Mutation(rawValue: value) else {
                    throw Usage(reason: "there is no mutation \(value)")
                }
                options.mutation = mutation
            default: throw Usage(reason: "there is no option \(name)")
            }
        }
        return options
    }

    private static func number(_ name: String, _ value: String) throws -> UInt64 {
        guard let number = UInt64(value) else { throw Usage(reason: "\(name) \(value) is not a number") }
        return number
    }

    private static func sweep(_ options: Options) -> Int32 {
        let begun = ContinuousClock.now
        let outcome = FaultSweep.run(
            seeds: options.first..<options.first + options.seeds, of: options.scenarios, mutation: options.mutation
        ) { done in
            if done.isMultiple(of: progressEvery) { complain("\(done) of \(options.seeds) seeds") }
        }
        let seconds = (ContinuousClock.now - begun).components.seconds
        print("\(outcome.runs) runs of \(outcome.steps) steps in \(seconds) s")
        for fault in Fault.allCases { print("  \(fault.rawValue) \(outcome.counts[fault] ?? 0)") }
        guard let failure = outcome.failures.first else { return 0 }
        print("seed \(failure.seed) of view \(failure.view): \(failure.problem ?? "")")
        print("again, with every step: \(replayCommand(failure, options))")
        return 1
    }

    private static func replayCommand(_ failure: FaultRun, _ options: Options) -> String {
        let mutation = options.mutation.map { " --mutation \($0.rawValue)" } ?? ""
        return "make faults ARGS=\"\(failure.replayArguments)\(mutation)\""
    }

    private static func replay(_ seed: UInt64, _ options: Options) -> Int32 {
        Log.divert { event, fields in
            print("        log: \(event) \(fields.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })")
        }
        defer { Log.divert(nil) }
        let scenario = FaultSweep.scenario(of: seed, options.scenarios)
        let run = FaultRun.run(scenario, seed: seed, mutation: options.mutation) { print($0) }
        print("seed \(seed) of view \(run.view), digest \(run.digest): \(run.problem ?? "all is well")")
        return run.problem == nil ? 0 : 1
    }

    private static func complain(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
}
