/// How far a rebuild is.
public struct ReplayProgress: Sendable {
    public enum Phase: String, Sendable {
        /// Folding the log in bulk.
        case folding
        /// Building the ledgers' indexes.
        case indexing
        /// Folding anew what did not come in order.
        case finishing
        /// Following the live build.
        case catchingUp = "catching up"
        /// Going live.
        case swapping
        case comparing
        case done
    }

    public let phase: Phase
    public let build: String
    public let records: Int
    public let total: Int
    /// Records a second since the start of the rebuild.
    public let rate: Double
    /// Seconds left at this rate; nil when it can't be told.
    public let secondsLeft: Double?

    /// 0…1.
    public var fraction: Double { total > 0 ? min(1, Double(records) / Double(total)) : 1 }
}

public typealias ReplayObserver = @Sendable (ReplayProgress) -> Void
