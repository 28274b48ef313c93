/// Every limit of this module, each with its unit in its name.
public enum PostgresLimits {
    /// How long opening one connection may take.
    public static let connectTimeoutMilliseconds = 10_000
    /// How long sent bytes may stay unacknowledged before TCP gives the connection up. The kernel counts so, too, how long a
    /// server takes no more bytes since it is busy with the statement before: no statement of a pipeline may take longer.
    public static let tcpUserTimeoutMilliseconds = 120_000
    /// Silence before the first keepalive probe.
    public static let keepaliveIdleSeconds = 10
    /// Time between keepalive probes.
    public static let keepaliveIntervalSeconds = 5
    /// Probes without an answer before the connection counts as lost.
    public static let keepaliveProbeCount = 3
    /// How often a connect that waits looks at its stop flag.
    public static let connectPollSliceMilliseconds = 100
    /// First pause between two attempts to connect.
    public static let reconnectFirstDelayMilliseconds = 50
    /// Longest pause between two attempts to connect.
    public static let reconnectMaximumDelayMilliseconds = 2_000
    /// Parameters of one statement (a 16-bit count on the wire).
    public static let maximumParameterCount = 65_535
    /// All parameters of one statement (the server takes messages below 1 GiB).
    public static let maximumStatementBytes = 1_000_000_000
    /// Prepared statements that one connection keeps for `cachedQuery` and pipelines.
    public static let statementCacheCount = 128
    /// Bytes a COPY writer gathers before it hands them to libpq.
    public static let copyChunkBytes = 64 * 1024
    /// One CopyData message; larger writes are split.
    public static let maximumCopyMessageBytes = 16 * 1024 * 1024
    /// First size of a byte buffer.
    public static let byteBufferInitialBytes = 256
    /// First size of an array builder's buffer.
    public static let arrayInitialBytes = 4096
    /// Connections of a pool unless told otherwise.
    public static let poolConnectionCount = 8
    /// How long a pool's caller waits for a free connection unless told otherwise.
    public static let poolCheckoutTimeoutMilliseconds = 5_000
    /// Advisory lock that two migration runners contend for ("tapefold" in ASCII).
    public static let migrationAdvisoryLockKey: Int64 = 0x7461_7065_666F_6C64
    /// Pause between two tries for the migration lock.
    public static let migrationLockPollMilliseconds = 50
    /// How long a migration runner waits for another one to finish.
    public static let migrationLockTimeoutMilliseconds = 120_000
    /// One migration file.
    public static let maximumMigrationBytes = 4 * 1024 * 1024
}
