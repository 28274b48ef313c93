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
        if options.stages.contains(.rules) {
            note("folding ticks past rules and alerts")
            report.figures += RulesStage.run(options)
        }
        if options.stages.contains(.analytics) {
            note("folding analytics")
            report.figures += AnalyticsStage.run(options)
        }
        // Steady traffic is measured before the bulk stages fill the disk's queue with their gigabytes.
        if options.stages.contains(.latency) {
            report.figures += try withStack(options, note) { try LatencyStage.run($0, note: note) }
        }
        if options.stages.contains(.streams) {
            report.figures += try withStack(options, note) { try StreamsStage.run($0, note: note) }
        }
        if options.stages.contains(.positions) {
            report.figures += try withStack(options, note) { try PositionsStage.run($0, note: note) }
        }
        if options.stages.contains(.market) {
            report.figures += try withStack(options, note) { try MarketStage.run($0, note: note) }
        }
        if options.stages.contains(.http) {
            report.figures += try withStack(options, note) { try HTTPStage.run($0, note: note) }
        }
        return report
    }

    /// A broker and a database of the stage's own, so that no stage works on another's left-overs.
    private static func withStack(
        _ options: BenchOptions, _ note: (String) -> Void, _ stage: (BenchStack) throws -> [BenchFigure]
    ) throws -> [BenchFigure] {
        note("starting a broker and a database")
        let stack = try BenchStack(options)
        defer { stack.close() }
        return try stage(stack)
    }
}
