/// What a bench runs.
public struct BenchOptions: Sendable {
    public enum Stage: String, Sendable, CaseIterable {
        case decode, fold, analytics, positions, market, latency
        case rules, http, streams
    }

    /// Simulated trades, and as many ticks.
    public var events = 2_000_000
    public var users = 10_000
    public var symbols = 50
    public var seed: UInt64 = 1
    public var stages: Set<Stage> = Set(Stage.allCases)
    /// Where the programs are.
    public var programs: String
    /// Where broker and database keep their data while the bench runs; it is removed at the end.
    public var workDirectory: String
    /// The revision that the results are stored under.
    public var commit = "unknown"

    public init(programs: String, workDirectory: String) {
        self.programs = programs
        self.workDirectory = workDirectory
    }
}

/// The bench's own limits.
enum BenchLimits {
    /// Events held in memory for the stages without a broker.
    static let memoryEvents = 200_000
    static let rounds = 8
    static let foldTrades = 5_000_000
    static let foldKeys = 500_000
    /// Executions that open a book.
    static let foldOpenings = 3
    static let watches = 100_000
    static let watchedSymbols = 50
    static let watchTicks = 5_000_000
    static let analyticsTrades = 2_000_000
    /// Days that these trades lie on.
    static let analyticsDays = 20
    static let latencyEventsPerSecond = 5_000
    static let latencySeconds = 10
    static let catchUpSeconds = 600
    static let producerFlushMilliseconds: Int32 = 60_000
    static let startMilliseconds = 30_000
    static let httpConnections = 64
    static let httpThreads = 2
    static let httpSeconds = 8
    static let httpWarmUpSeconds = 2
    static let httpEvents = 100_000
    static let httpConstantBytes = 1_024
    static let streamClients = 10_000
    static let streamSlowClients = 50
    static let streamSymbols = 50
    static let streamSymbolsPerClient = 5
    static let streamTicksPerSecond = 1_000
    static let streamWarmUpSeconds = 5
    static let streamSeconds = 20
    /// Older than this counts as this.
    static let streamAgeMilliseconds = 30_000
}
