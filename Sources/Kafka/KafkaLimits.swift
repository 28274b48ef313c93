/// Every bound of this module. Those that are librdkafka properties can be overridden through
/// ``KafkaConfiguration/properties``.
public enum KafkaLimits {
    // MARK: Consumer

    /// Bytes of fetched but unconsumed messages a lane queue may hold before fetching pauses.
    public static let laneQueueKilobytes = 8_192
    /// Messages a lane queue may hold before fetching pauses.
    public static let laneQueueMessages = 100_000
    /// How long fetching pauses once a lane queue is full. librdkafka's default of 1 s stalls catch-up.
    public static let fetchQueueBackoffMilliseconds = 5
    /// How long the broker may hold a fetch open when it has nothing new.
    public static let fetchWaitMilliseconds = 20
    /// Where librdkafka lacks that property, fetching is prodded this often while a lane catches up,
    static let fetchWakeMilliseconds = 5
    /// after at least this many messages
    static let fetchWakeMessages = 256
    /// or bytes were taken.
    static let fetchWakeBytes = 65_536
    public static let fetchErrorBackoffMilliseconds = 100
    /// Bytes of one partition in one fetch response.
    public static let fetchPartitionBytes = 1_048_576
    public static let sessionTimeoutMilliseconds = 6_000
    public static let heartbeatMilliseconds = 500
    /// A worker whose main thread does not poll for this long loses its lanes.
    public static let maximumPollIntervalMilliseconds = 300_000
    /// Errors and statistics waiting for `poll`; the oldest are dropped. Rebalances are never dropped.
    public static let queuedEvents = 256
    /// Largest batch a single `consumeBatch` may ask for.
    public static let batchMessages = 100_000
    public static let closeTimeoutMilliseconds: Int32 = 5_000

    // MARK: Producer

    public static let lingerMilliseconds = 5
    /// How long a message may wait for its acknowledgement, retries included.
    public static let deliveryTimeoutMilliseconds = 30_000
    public static let producerQueueMessages = 200_000
    public static let producerQueueKilobytes = 131_072
    /// How long one `send` may wait for room in the producer's queue.
    public static let sendWaitMilliseconds = 30_000
    /// One wait for room; delivery reports are served meanwhile.
    public static let sendRetryMilliseconds: Int32 = 10
    /// Delivery reports are served every so many sends.
    public static let sendsBetweenPolls: UInt64 = 256

    // MARK: Both

    public static let statisticsIntervalMilliseconds = 5_000
    public static let requestTimeoutMilliseconds: Int32 = 10_000
    public static let topicsInOneRequest = 4
    /// A topic that was given more partitions is noticed within this.
    public static let metadataRefreshMilliseconds = 10_000
    public static let reconnectBackoffMilliseconds = 50
    /// librdkafka's default of 10 s makes recovery after a broker restart slow.
    public static let maximumReconnectBackoffMilliseconds = 500
    public static let maximumMessageBytes = 4_194_304
}
