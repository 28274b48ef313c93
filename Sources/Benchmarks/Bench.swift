import Foundation

/// Measures every stage beside its floor in one run.
public enum Bench {
    public static func run(_ options: BenchOptions, note: (String) -> Void) throws -> BenchReport {
        var report = BenchReport(
            commit: options.commit, date: ISO8601DateFormatter().string(from: Date()),
            cores: ProcessInfo.processInfo.activeProcessorCount, events: options.events, users: options.users,
            symbols: options.symbols, figures: [])
        if options.stages.contains(.decode) {
            note("decoding")
            report.figures += DecodeStage.run(options)
        }
        if options.stages.contains(.fold) {
            note("folding")
            report.figures += FoldStage.run(options)
        }
        guard !options.stages.isDisjoint(with: [.positions, .market, .latency]) else { return report }
        note("starting a broker and a database")
        let stack = try BenchStack(options)
        defer { stack.close() }
        if options.stages.contains(.positions) { report.figures += try PositionsStage.run(stack, note: note) }
        if options.stages.contains(.market) { report.figures += try MarketStage.run(stack, note: note) }
        if options.stages.contains(.latency) { report.figures += try LatencyStage.run(stack, note: note) }
        return report
    }
}
