/// Every limit of this module.
public enum DeliveryLimits {
    /// Attempts that a worker makes side by side, and how many of them for the same user: one whose webhook hangs must
    /// not keep the others waiting.
    static let slots = 8
    static let slotsPerUser = 2
    /// Due notifications that are looked at for each free slot, to find some of users who have a slot left.
    static let looksPerSlot = 16
    /// Notifications that are noted from the view in one statement.
    static let notedAtOnce = 1_000
    /// Outcomes that are produced together.
    static let reportedAtOnce = 500
    /// How often the worker looks for work when there was none.
    static let lookMilliseconds = 500
    /// How long the end of attempts is awaited that are told to stop.
    static let stopMilliseconds = 5_000
    /// After an error of the database or the broker.
    static let retryMilliseconds = 1_000
    /// Connecting, and the whole of one attempt.
    static let connectTimeoutMilliseconds = 10_000
    static let attemptTimeoutMilliseconds = 30_000
    /// How long the broker has to take outcomes; then they are tried again.
    static let reportTimeoutMilliseconds = 5_000
    /// How long a claim holds: an attempt may take half of it at most.
    static let leaseMilliseconds = 60_000
    /// The pause before the second attempt; it doubles from attempt to attempt.
    static let firstPauseMilliseconds = 5_000
    static let longestPauseMilliseconds = 3_600_000
    /// About four hours.
    static let attempts = 12
    /// What a server's Retry-After may ask for.
    static let retryAfterSeconds = 86_400
    /// How much older than its sighting a notification may be.
    static let maximumAgeHours = 24
    /// Records of deliveries that are over and told; older notifications would not be sent anyway.
    static let keptDays = 90
    static let prunedAtOnce = 10_000
    static let pruneMilliseconds = 3_600_000
    /// Of a template file, and how many.
    static let templateBytes = 262_144
    static let templates = 1_000
    /// What is kept of an error for people.
    static let reasonCharacters = 300
    /// Of a server's answer that nobody reads.
    static let answerBytes = 65_536
    static let secretMinimumBytes = 16
}
