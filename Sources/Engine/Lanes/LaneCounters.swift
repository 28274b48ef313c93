import Synchronization

/// A count that one thread raises and others read.
public final class Counter: Sendable {
    private let value = Atomic<Int>(0)

    public func add(_ amount: Int) {
        if amount != 0 { value.add(amount, ordering: .relaxed) }
    }

    public var current: Int { value.load(ordering: .relaxed) }
}

/// What the lanes of a worker did since it started.
public final class LaneCounters: Sendable {
    public let folded = Counter()
    public let duplicates = Counter()
    public let skipped = Counter()
    public let parked = Counter()
    /// Parked events that folded when they were tried again.
    public let retried = Counter()
    /// Left out because an operator decided so.
    public let discarded = Counter()
    public let misplaced = Counter()
    public let rerouted = Counter()
    /// Records below the checkpoint: folded before.
    public let dropped = Counter()
    /// Numbers of market data with more than eight decimals.
    public let rounded = Counter()
    public let statements = Counter()
    public let commits = Counter()
    public let fenced = Counter()

    public init() {}

    var fields: [String: String] {
        [
            "folded": "\(folded.current)", "duplicates": "\(duplicates.current)", "skipped": "\(skipped.current)",
            "parked": "\(parked.current)", "retried": "\(retried.current)", "discarded": "\(discarded.current)",
            "misplaced": "\(misplaced.current)", "rerouted": "\(rerouted.current)",
            "dropped": "\(dropped.current)", "rounded": "\(rounded.current)", "statements": "\(statements.current)",
            "commits": "\(commits.current)", "fenced": "\(fenced.current)",
        ]
    }
}
