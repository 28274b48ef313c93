/// Every bound of the read API, in one place.
public enum ReadAPILimits {
    /// Words of one search for instruments.
    static let searchWords = 8
    /// Executions shown with one order.
    static let fillsPerOrder = 1_000
    // A request
    public static let tokenBytes = 8 * 1_024
    public static let subjectBytes = 512
    public static let jsonNesting = 16

    // A query
    public static let parameterCharacters = 512
    public static let pageRows = 500
    public static let defaultPageRows = 100
    public static let symbolsPerRequest = 500
    public static let positionsPerRequest = 256
    public static let cursorBytes = 2_048
    /// Of a position: what Kafka allows a topic's name, and digits that always fit.
    static let topicBytes = 249
    static let partitionDigits = 9
    static let offsetDigits = 18
    public static let fieldsBytes = 2_048
    public static let closuresPerTrade = 10_000
    /// Executions of a user that a list reads and sorts whole; of one with more it reads each instrument's next page.
    static let sortedExecutions = 1_000
    /// How long a user who had no more is taken to have no more.
    static let fewExecutionsSeconds: UInt64 = 60
    static let rememberedUsers = 10_000
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
    public static let requestsPerSnapshot = 32
    /// A snapshot that takes longer no longer holds up what came after it.
    static let slowSnapshotMicroseconds: UInt64 = 20_000
    /// Tries of one request at a database that breaks the connection or drops a schema meanwhile.
    public static let queryAttempts = 3
    public static let statementMilliseconds = 5_000
    /// Of a snapshot that requests share, longer than a lock is waited for; who takes longer is asked again apart.
    public static let sharedStatementMilliseconds = 1_500
    /// Snapshots of one user's requests alone that took longer have them read apart for so long.
    static let slowReadMicroseconds: UInt64 = 250_000
    static let slowReadsSeconds: UInt64 = 10
    static let rememberedSlowReads = 1_000
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

    // Work that writes, or takes long
    /// What clocks and zones may differ by.
    static let executionAheadMicroseconds: Int64 = 86_400_000_000
    public static let commandThreads = 8
    public static let queuedCommands = 512
    public static let importThreads = 2
    public static let queuedImports = 8
    public static let slowReadThreads = 2
    public static let queuedSlowReads = 256
    public static let sessionThreads = 2
    public static let queuedSessions = 256
    public static let passwordThreads = 2
    public static let queuedPasswords = 32
    /// Whoever has waited for a thread so long is refused: clients give up about then.
    public static let queuedWorkMilliseconds = 5_000

    // Rates: token buckets, each process for itself
    public static let userRequestsPerSecond = 200
    public static let userRequestsBurst = 1_000
    public static let addressRequestsPerSecond = 1_000
    public static let addressRequestsBurst = 5_000
    public static let userCommandsPerSecond = 20
    public static let userCommandsBurst = 100
    /// An address gets one more attempt to sign in every so often.
    public static let loginSeconds = 3
    public static let loginsBurst = 20
    /// Users or addresses with a bucket of their own; the rest share one.
    public static let rateBuckets = 100_000

    // Tickets for streams
    public static let ticketSeconds = 30
    static let secretRandomBytes = 32

    // Keys of others: JWK sets
    public static let keysRefreshSeconds = 300
    /// The shortest time between two reads, whatever tokens ask for.
    public static let keysPauseSeconds = 10
    public static let keysFetchMilliseconds = 5_000
    public static let keySetBytes = 256 * 1_024
    public static let keysPerSet = 64
    public static let rsaMinimumBits = 2_048
    public static let rsaMaximumBits = 8_192

    // Signing in
    public static let accessTokenSeconds: Int64 = 900
    public static let refreshTokenSeconds: Int64 = 7 * 86_400
    /// bcrypt: 2^12 rounds, about 0.2 s.
    public static let passwordCost: UInt = 12
    public static let passwordMinimumBytes = 10
    /// bcrypt looks at no more.
    public static let passwordMaximumBytes = 72
    public static let userIdBytes = 128
    /// After so many failures in a row a name is locked, for a minute, then two, four … up to the longest.
    public static let loginFailures = 5
    public static let loginLockSeconds: Int64 = 60
    public static let longestLoginLockSeconds: Int64 = 900
    public static let loginFailuresKeptHours: Int64 = 24

    // Commands
    public static let importBytes = 8 * 1_024 * 1_024
    public static let importRows = 100_000
    /// Events sent and waited for together.
    public static let importBatch = 1_000
    public static let importProblems = 100
    public static let idempotencyKeyBytes = 255
    /// How long a repeated Idempotency-Key is known.
    public static let commandKeptHours: Int64 = 24
    /// How long a command waits for Kafka's acknowledgement.
    public static let produceMilliseconds = 5_000

    // Tokens
    public static let secretMinimumBytes = 32
    public static let secretMaximumBytes = 4_096
    /// Tokens whose signature is remembered as right, of so many bytes each at most.
    static let keptTokens = 10_000
    static let keptTokenBytes = 1_024
    public static let clockLeewaySeconds: Int64 = 30
    public static let corsMaximumAgeSeconds = 600
}
