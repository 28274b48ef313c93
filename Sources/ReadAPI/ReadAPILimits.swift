/// Every bound of the read API, in one place.
public enum ReadAPILimits {
    /// Words of one search for instruments.
    static let searchWords = 8
    /// Executions shown with one order.
    static let fillsPerOrder = 1_000
    // A request
    public static let tokenBytes = 8 * 1_024
    public static let jsonNesting = 16

    // A query
    public static let parameterBytes = 512
    public static let pageRows = 500
    public static let defaultPageRows = 100
    public static let symbolsPerRequest = 500
    public static let positionsPerRequest = 256
    public static let cursorBytes = 2_048
    public static let closuresPerTrade = 10_000
    /// Closed trades that one report takes in.
    public static let closedTradesPerReport = 300_000
    /// Executions that one valuation of each day's open lots takes in.
    public static let executionsPerValuation = 300_000
    /// A century of days.
    public static let daysPerCurve = 36_525
    /// Symbols, categories or strategies that a report tells apart, the most profitable first.
    public static let groupsPerBreakdown = 500
    /// Best and worst symbols of a report.
    public static let rankedSymbols = 5

    // Answering
    public static let queryThreads = 4
    public static let queuedRequests = 1_024
    /// Requests that share one snapshot and one round trip when several wait at once.
    public static let requestsPerSnapshot = 8
    /// Tries of one request at a database that breaks the connection or drops a schema meanwhile.
    public static let queryAttempts = 3
    public static let statementMilliseconds = 5_000
    public static let lockMilliseconds = 1_000
    public static let databaseConnectSeconds = 3
    /// After a failed connect, requests are refused at once for so long instead of each waiting for the next attempt.
    public static let databaseRetryMilliseconds = 500
    public static let databaseProbeMilliseconds = 1_000
    public static let waitingRequests = 256
    public static let waitMilliseconds = 5_000
    public static let waitPollMilliseconds = 10
    public static let retryAfterSeconds = 1
    public static let gzipMinimumBytes = 1_024
    public static let gzipLevel: Int32 = 1

    // Tokens
    public static let secretMinimumBytes = 32
    public static let secretMaximumBytes = 4_096
    public static let clockLeewaySeconds: Int64 = 30
    public static let corsMaximumAgeSeconds = 600
}
