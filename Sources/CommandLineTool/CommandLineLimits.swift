/// Every limit of the command line.
public enum CommandLineLimits {
    /// Edits between what was typed and what is suggested.
    static let suggestionDistance = 3
    static let helpColumnCharacters = 30

    /// One line of input to `produce`: Kafka's default for a message.
    static let maximumLineBytes = 1_048_576
    static let readChunkBytes = 256 * 1024
    /// Problems printed of one input; the rest is counted.
    public static let reportedProblems = 100
    /// Topics named by one check; the rest is counted.
    static let namedFaults = 4

    /// How long a command waits for the first answer of Kafka or the database.
    static let connectTimeoutMilliseconds: Int32 = 8_000
    /// How long an event that a command sends may wait for its acknowledgement: as long as a Kafka producer's, for nobody
    /// sends it again by itself.
    static let eventTimeoutMilliseconds = 120_000
    /// How long the last events may take to be acknowledged or to fail.
    static let deliveryTimeoutMilliseconds = 150_000
    static let deliveryPollMilliseconds: Int32 = 100

    static let consumeBatchMessages = 1_000
    static let consumeWaitMilliseconds: Int32 = 100

    static let defaultTokenSeconds = 30 * 86_400
    static let maximumTokenSeconds = 3_650 * 86_400
    static let secretBytes = 32

    /// How long `up` waits for all its parts; a first start makes a database cluster.
    public static let readyTimeoutMilliseconds = 120_000
    public static let readyPollMilliseconds = 50
    /// How long a few topics may take on a machine that is busy with other things too.
    static let firstTopicsMilliseconds: Int32 = 60_000
    /// `up` says this often which parts it still waits for.
    static let readyNoteMilliseconds = 20_000
    /// One look whether the broker answers.
    static let probeMilliseconds: Int32 = 1_000
    /// A part that ends this often before it is ready keeps `up` from starting.
    static let startAttempts = 3
    /// `status --watch` reads this often; its rates are over the readings of so long.
    static let statusMilliseconds = 1_000
    static let rateWindowMilliseconds = 30_000
    /// How long `status` waits for the records whose times it compares, and of how many partitions.
    static let eventTimeMilliseconds = 1_500
    static let eventTimePartitions = 256
    /// How often `up` looks whether a part was given up.
    static let watchMilliseconds = 500
    /// How long the parts of an `up` that was killed may take to stop.
    static let leftoverGraceMilliseconds = 15_000
    /// A rebuild's progress is shown this often on a terminal, and this often in a log.
    static let progressMilliseconds = 200
    static let progressLogMilliseconds = 3_000
    /// How many times as fast as real `simulate` may play events.
    static let simulatedSpeeds = 1...1_000_000
    /// Of a stretch without events, as a night, this much is played.
    static let simulatedQuietMicroseconds: Int64 = 10 * 60_000_000
    /// A paced loop runs ahead of its clock by less than this.
    static let paceBurstMilliseconds = 2
    /// Of prices or contracts to settle.
    static let settlementFileBytes = 16_777_216
    /// How long `settle` waits for the views that it reads.
    static let settlementWaitMilliseconds = 30_000
    static let postgresConnections = 200
    static let httpTimeoutMilliseconds = 2_000
    static let maximumHTTPAnswerBytes = 1_048_576
    static let logTailLines = 12

    static let dlqListLines = 100
    /// How long `dlq retry` and `dlq drop` wait for the lanes' workers.
    static let dlqWaitSeconds = 30
    static let dlqPollMilliseconds = 100

    /// How long `demo` waits for the views to catch up without any of them moving.
    static let stalledTimeoutMilliseconds = 60_000
    static let catchUpPollMilliseconds = 200
    static let defaultDemoEvents = 200_000
}
