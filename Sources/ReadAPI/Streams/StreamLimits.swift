/// Every bound of the live streams, in one place.
public enum StreamLimits {
    // Clients
    public static let clients = 20_000
    public static let clientsPerUser = 20
    public static let loopThreads = 2
    public static let channelsPerClient = 100
    public static let channelBytes = 128
    /// The lanes of ten views with 64 partitions; in a URL it lies below `HTTPLimits.requestTargetBytes`.
    public static let positionBytes = 7 * 1_024
    /// A message from a client, whole.
    public static let messageBytes = 16 * 1_024
    public static let messagesPerSecond = 10
    public static let messagesAtOnce = 30

    // Sending
    /// At most one tick of a symbol goes out in this time.
    public static let tickMilliseconds: Int64 = 200
    /// Changes of a user's rows are gathered for so long.
    public static let changeMilliseconds = 100
    public static let heartbeatSeconds = 15
    /// A client that has taken nothing for so long is dropped; until then its ticks are conflated further.
    public static let stallSeconds = 20
    /// How long a closed client may take to say that it has understood.
    public static let closeSeconds = 2
    /// Replies and changes that wait for one client, beyond what the socket has taken.
    public static let queuedBytes = 64 * 1_024
    /// What the kernel holds of one client's unsent bytes, so that what waits is conflated here.
    static let socketSendBytes: Int32 = 32 * 1_024
    static let unsentBytes: Int32 = 16 * 1_024
    static let framesPerWrite = 64

    // Reading
    static let readBytes = 16 * 1_024
    static let readsPerTurn = 4

    // Feeds
    /// Half of them at most by clients alone, without a tick.
    public static let symbols = 65_536
    /// The tape is read from so long before the start on, so that a symbol's last tick is at hand.
    static let tapeTailMilliseconds: Int64 = 60_000
    static let tapeBatchRecords = 1_000
    static let tapeWaitMilliseconds: Int32 = 10
    static let feedRetryMilliseconds = 1_000
    /// For one answer of Kafka: what is asked cannot be interrupted, and a stop waits for it.
    static let kafkaMilliseconds: Int32 = 2_000
    static let partitionLookSeconds = 30
    /// The ends of the logs are asked for this often while somebody has asked for them in a while, and shown until they are
    /// too old.
    static let logEndsSeconds: UInt64 = 2
    static let logEndsAskedSeconds: UInt64 = 15
    static let logEndsStaleSeconds: UInt64 = 10
    /// Batches of changes read from one lane at a time.
    static let changeBatches = 50
    /// Batches looked through for clients that come back; beyond, they are told to reload.
    static let resumeBatches = 2_000
}
