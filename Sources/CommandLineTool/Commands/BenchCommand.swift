import Benchmarks
import Foundation

/// `tapefold bench`.
enum BenchCommand {
    static let command = Command(
        "bench", "Measure every stage beside its floor, on a broker and a database of its own.",
        discussion: """
            Prints a table (or JSON) and, with --results, stores both under the commit's name. The machine should have nothing else
            to do; figures are only comparable with others of the same run.
            """,
        options: [
            OptionDefinition(
                "events", .integer("N", 1_000...100_000_000), "Trades, and as many ticks.", default: "2000000"),
            OptionDefinition("users", .integer("U", 1...1_000_000), "How many users.", default: "10000"),
            OptionDefinition("symbols", .integer("S", 1...10_000), "How many symbols.", default: "50"),
            OptionDefinition("seed", .integer("X", 0...Int.max), "Another seed, other events.", default: "1"),
            OptionDefinition(
                "stages", .text("LIST"), "Only these, with commas between.",
                default: BenchOptions.Stage.allCases.map(\.rawValue).joined(separator: ",")),
            OptionDefinition("results", .text("DIR"), "Store the results there."),
            OptionDefinition("commit", .text("ID"), "What to call the revision.", default: "unknown"),
            .json,
        ],
        examples: ["tapefold bench", "tapefold bench --stages decode,fold --json"], run: run)

    private static func run(_ invocation: Invocation) throws -> ExitStatusCode {
        let report = try Bench.run(try options(invocation)) { invocation.console.note("bench: \($0) …") }
        if let directory = invocation.arguments.text("results") { try store(report, in: directory) }
        if invocation.wantsJSON {
            invocation.console.line(try report.json)
        } else {
            invocation.console.line(report.markdown)
        }
        return .done
    }

    private static func options(_ invocation: Invocation) throws -> BenchOptions {
        let broker = try Programs.path("embedded-broker", environment: invocation.environment)
        let work = FileManager.default.temporaryDirectory.path + "/tapefold-bench-\(getpid())"
        var options = BenchOptions(programs: (broker as NSString).deletingLastPathComponent, workDirectory: work)
        options.events = invocation.arguments.integer("events") ?? options.events
        options.users = invocation.arguments.integer("users") ?? options.users
        options.symbols = invocation.arguments.integer("symbols") ?? options.symbols
        options.seed = UInt64(invocation.arguments.integer("seed") ?? 1)
        options.commit = invocation.arguments.text("commit") ?? options.commit
        if let list = invocation.arguments.text("stages") { options.stages = try stages(list) }
        return options
    }

    private static func stages(_ list: String) throws -> Set<BenchOptions.Stage> {
        var stages: Set<BenchOptions.Stage> = []
        for name in list.split(separator: ",") {
            guard let stage = BenchOptions.Stage(rawValue: String(name)) else {
                let known = BenchOptions.Stage.allCases.map(\.rawValue).joined(separator: ", ")
                throw UsageError("there is no stage \"\(name)\"; stages: \(known)")
            }
            stages.insert(stage)
        }
        return stages
    }

    private static func store(_ report: BenchReport, in directory: String) throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let path = "\(directory)/\(report.commit)"
        try report.json.write(toFile: path + ".json", atomically: true, encoding: .utf8)
        try report.markdown.write(toFile: path + ".md", atomically: true, encoding: .utf8)
    }
}
