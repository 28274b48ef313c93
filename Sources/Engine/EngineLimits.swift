/// The engine's limits, each declared once with its unit in its name.
public enum EngineLimits {
    /// Records that a lane folds and commits together.
    public static let batchRecords = 4_000
    /// How long a lane waits for a first record before it looks at its stop flag.
    public static let batchWaitMilliseconds: Int32 = 100
    /// How long the worker's main thread waits for an event of the consumer.
    public static let eventWaitMilliseconds: Int32 = 50
    /// How long claiming a lane waits for the row's lock before it tries again.
    public static let claimLockMilliseconds = 1_000
    /// How often a worker of another fold than the live build's looks whether a swap has made one of its own live.
    public static let standbyMilliseconds = 500
    /// How often one replay begins, when operators drop what it has folded or its connections break.
    public static let rebuildAttempts = 5
    /// How often a database asks whether the client of a session is still there, and how often it asks in vain.
    public static let databaseKeepaliveSeconds = 10
    public static let databaseKeepaliveProbes = 3
    /// How long a replay waits for the database to be there again, and for its own lock to be free.
    public static let rebuildReconnectMilliseconds = 120_000
    /// The wait between two tries of anything that the database or Kafka refused.
    public static let retryMilliseconds = 200
    public static let maximumRetryMilliseconds = 5_000
    /// A transaction that stands still this long is ended by the database.
    public static let idleInTransactionMilliseconds = 10_000
    public static let databaseTimeoutMilliseconds = 10_000
    /// Group offsets are committed for lag displays this often.
    public static let groupCommitMilliseconds = 1_000
    /// How often a worker looks which lanes are to stand still, and how often it counts parked events for its metrics.
    public static let pauseLookMilliseconds = 500
    public static let watchedFiguresMilliseconds = 5_000
    /// An exchange without a tick for so long within its session has a silent feed; a symbol is told of after so long.
    public static let silentFeedSeconds = 60
    public static let silentSymbolSeconds = 300
    /// Exchanges without a tick for so long are not watched.
    public static let watchedFeedDays = 7
    public static let quietSymbolsNamed = 5
    /// How old a pause must be before a repartition trusts that every worker obeys it.
    public static let pauseSettleMilliseconds: Int64 = 5_000
    /// A name of static membership: Kafka takes 249 with what is put before it.
    public static let instanceIdCharacters = 200
    /// Shutdown, from the signal to the exit.
    public static let shutdownMilliseconds = 8_000
    /// How often a process looks whether its workers are done.
    static let crewLookMilliseconds = 20
    /// How long a process that is to stop waits for its workers; then it ends without them.
    static let crewStopMilliseconds = 9_500
    /// Partitions of one table of a build: readers of the whole table lock each of them. Rows beyond go to the rest.
    public static let partitionsPerTable = 800
    /// Partitions made ahead of the newest.
    public static let partitionsAhead = 3
    /// How often, and how long each time, dropping a partition waits for its readers.
    public static let dropAttempts = 20
    public static let dropLockMilliseconds = 300
    /// Parked events of one key, and of one view.
    public static let parkedEventsPerKey = 100_000
    public static let parkedEventsPerView = 1_000_000
    /// Parked events that are tried again and committed together.
    public static let parkedPageEvents = 1_000
    /// How often a lane looks for what operators ask of its parking lot.
    public static let parkingLookMilliseconds = 500
    /// A lane that stopped because no more can be parked looks again this often whether there is room.
    public static let fullLotRetryMilliseconds = 1_000
    /// How long it serves them before it takes the next batch.
    public static let parkingTurnMilliseconds = 500
    /// Requests that a lane serves before it takes the next batch.
    public static let parkingRequestsAtOnce = 100
    /// Finished requests are kept this long.
    public static let parkingRequestDays = 7
    /// How long the read API knows by itself that an id of a client's was used.
    public static let commandIdentityKeptDays: Int64 = 400
    /// Copies of parked events that are produced together.
    public static let copiesAtOnce = 500
    /// How long the copier waits before it tries again what Kafka refused.
    public static let copyRetryMilliseconds = 10_000
    /// How long a worker that stops waits for the copies in hand.
    public static let copyStopMilliseconds = 1_000
    /// Effects that an owner before left behind are published in pieces of this size.
    public static let outboxPieceRecords = 2_000
    /// Whose rows changed is told to streams for this long, and looked at this often for what is older.
    public static let viewChangeKeepSeconds = 3_600
    public static let viewChangePruneSeconds = 60
    /// So many new rows of a table in one commit go by COPY, fewer as arrays.
    public static let leastCopiedRows = 500
    /// Rows in one statement.
    public static let statementRows = 10_000
    /// A rebuild's ledger rows go to the database in pieces of this size.
    public static let rebuildChunkBytes = 8_388_608
    public static let rebuildBatchRecords = 2_000
    /// A rebuild's state is flushed this often where it is little, see ``FlushInterval``.
    public static let rebuildFlushMilliseconds = 10_000
    /// So many changed rows of state put a lane's flush off by a second.
    public static let rebuildFlushRowsPerSecond = 5_000
    /// A rebuild's state is flushed at least this often, however much of it there is.
    public static let rebuildFlushMostMilliseconds = 60_000
    /// Memory that the database may use to sort for one index of a rebuild: about what a cache holds, as sorting by text waits for
    /// memory. Runs of this size are merged.
    public static let rebuildIndexMegabytes = 24
    /// Indexes of a rebuild that are made at the same time, each in a session of its own: more of them throw one another's
    /// runs out of the cache.
    public static let rebuildIndexesAtOnce = 3
    /// Memory that the database may use for one step of a rebuild's queries.
    public static let rebuildSortMegabytes = 256
    /// Books or other keys that a rebuild folds anew in one go.
    public static let rebuildFollowUpKeys = 1_000
    /// What a rebuild remembers in all its lanes before it goes on with indexes: 32 million identities.
    public static let rebuildMegabytes = 1_536
    /// Identities are told by a hash table that is half full or more.
    public static let bytesPerIdentity = 48
    /// State that changed since it was last written, in days, books or whatever a fold counts: more than this in all
    /// lanes is flushed before its time.
    public static let rebuildUnflushedKeys = 8_000
    /// Builds that were live and are kept when another one goes live.
    public static let keptBuilds = 1
    /// The name of a copy, so that its schema's name stays below PostgreSQL's 63 bytes.
    public static let copyNameCharacters = 40
    /// The longest that one sleep of a throttled lane lasts.
    static let paceMilliseconds = 100
    /// Bad records that a rebuild tells of one by one, before it only counts them.
    public static let badRecordsTold = 5
    /// A rebuild goes live when every lane is within so many records of the live build.
    public static let swapDistanceRecords: Int64 = 1_000
    public static let swapLockMilliseconds = 2_000
    /// Rounds of catching up in which the live build's lead did not halve, before its lanes are held.
    static let swapRoundsWithoutGain = 3
    /// How long live lanes are held at most while a rebuild folds what they are ahead. Below the limits on idle
    /// transactions and on a worker's shutdown.
    public static let swapHoldMilliseconds = 5_000
    /// Progress of a rebuild is told this often.
    public static let progressMilliseconds = 500
    /// How long a swap waits for the last records before it lets the lanes go again.
    public static let swapTailMilliseconds = 3_000
    /// Differences that verify names.
    public static let differencesShown = 20
}
