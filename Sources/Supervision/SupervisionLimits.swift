/// Every limit of this module, each with its unit in its name.
public enum SupervisionLimits {
    /// How long a child may take to end after it was asked, unless told otherwise.
    public static let stopGraceMilliseconds = 10_000
    /// How often a wait looks again.
    public static let pollMilliseconds = 20
    /// How long a child may take until its readiness probe succeeds.
    public static let readinessTimeoutMilliseconds = 60_000
    /// First pause before a crashed child is started again.
    public static let restartFirstDelayMilliseconds = 200
    /// Longest pause before a crashed child is started again.
    public static let restartMaximumDelayMilliseconds = 10_000
    /// A child that ran this long starts again at the first pause.
    public static let restartForgivenAfterMilliseconds = 60_000
    /// Crashes in a row (each sooner than forgiven) after which a child is given up.
    public static let maximumConsecutiveRestarts = 20
    /// A log file above this is renamed to `.1` when its child starts.
    public static let maximumLogBytes = 64 * 1024 * 1024
    /// What an error quotes of a log's end.
    public static let logTailBytes = 4_000
    /// How long initdb may take.
    public static let initdbTimeoutMilliseconds = 120_000
    /// How long PostgreSQL may take to accept connections, recovery after a crash included.
    public static let postgresStartTimeoutMilliseconds = 300_000
    /// How long a fast shutdown of PostgreSQL may take before an immediate one.
    public static let postgresStopGraceMilliseconds = 60_000
    /// Where free ports are looked for: Linux gives 32 768 and above to outgoing connections.
    public static let freePorts = 16_384...32_767
    static let freePortAttempts = 100
    /// How often the start is tried when a port that was free is taken meanwhile.
    public static let postgresPortAttempts = 5
    /// How long the start waits for the sessions of a server that was killed to end.
    static let postgresLeftoversMilliseconds = 10_000
}
