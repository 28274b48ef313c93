/// Every bound the broker works within, with its unit in its name.
public enum EmbeddedBrokerLimits {
    // Network
    /// The largest request frame read from a client; Kafka's own default.
    public static let maximumRequestBytes = 104_857_600
    /// The largest frame of any request that carries no records.
    public static let maximumControlRequestBytes = 8_388_608
    /// Elements in one array of a request.
    public static let maximumArrayElements = 100_000
    /// Connections open at once; a further one is closed at once.
    public static let maximumConnections = 4_096
    /// Request bytes buffered over all connections; the connection that goes beyond is closed.
    public static let maximumBufferedBytes = 1_073_741_824
    /// Requests of one connection that wait for their answers; beyond it the connection is not read.
    public static let maximumInFlightRequests = 64
    /// Answer bytes held in memory for one connection; beyond it the connection is not read.
    public static let maximumPendingResponseBytes = 8_388_608
    public static let initialReceiveBytes = 65_536
    /// Receive buffers larger than this are given back once they are empty.
    public static let retainedReceiveBytes = 4_194_304
    /// Bytes taken from one connection before the others get their turn.
    public static let receiveTurnBytes = 4_194_304
    /// Bytes given to one connection before the others get their turn.
    public static let sendTurnBytes = 8_388_608
    public static let idleConnectionMilliseconds: Int64 = 600_000
    public static let idleSweepMilliseconds: Int64 = 30_000
    /// How long nothing is accepted once the process has run out of descriptors.
    public static let acceptPauseMilliseconds: Int64 = 1_000
    public static let listenBacklog: Int32 = 1_024
    public static let eventsPerWait = 256

    /// A line of the broker's own log is cut here.
    public static let maximumLogLineCharacters = 1_000

    // Log
    /// The least time from one group fsync to the next; an idle log is synced at once.
    public static let fsyncIntervalMilliseconds: Int64 = 2
    /// Threads beside the first that sync the files of one group.
    public static let syncHelperThreads = 7
    public static let defaultSegmentBytes = 134_217_728
    public static let minimumSegmentBytes = 4_096
    public static let maximumSegmentBytes = 1_073_741_824
    /// The largest batch accepted when the topic does not say otherwise.
    public static let defaultMaximumBatchBytes = 16_777_216
    /// One index entry at most every so many bytes of log.
    public static let indexIntervalBytes = 8_192
    /// Batches remembered a producer and partition to recognise a retry, as Kafka does.
    public static let batchesPerProducer = 5
    public static let maximumProducersPerPartition = 20_000
    public static let retentionCheckMilliseconds: Int64 = 5_000
    public static let producerIdBlock: Int64 = 1_000

    /// A new segment leaves this part, as 1/n, of the open files that the system allows: for connections, and for the next start.
    public static let descriptorShareOfStarts = 16
    /// New partitions, which are asked for many at a time, leave more.
    public static let descriptorShareOfGrowth = 4

    // Topics
    public static let maximumTopics = 10_000
    public static let maximumPartitionsPerTopic = 1_024
    public static let maximumTopicNameBytes = 249
    public static let defaultPartitions = 1

    // Fetch
    public static let maximumFetchBytes = 134_217_728
    public static let maximumFetchWaitMilliseconds: Int64 = 60_000

    // Groups
    public static let minimumSessionTimeoutMilliseconds = 500
    public static let maximumSessionTimeoutMilliseconds = 1_800_000
    public static let maximumRebalanceTimeoutMilliseconds = 86_400_000
    public static let maximumGroups = 2_000
    public static let maximumGroupMembers = 1_000
    public static let maximumGroupProtocols = 64
    /// A member's metadata for one protocol, or its assignment.
    public static let maximumMemberMetadataBytes = 262_144
    public static let maximumCommitMetadataBytes = 4_096
    public static let maximumCommittedOffsets = 1_000_000
    /// The offset log is rewritten when it has grown to this and to four times what it holds.
    public static let offsetLogCompactionBytes = 16_777_216
}
