import Telemetry

/// What the lanes of a worker did since it started.
public final class LaneCounters: Sendable {
    public let folded = Counter()
    public let duplicates = Counter()
    public let skipped = Counter()
    public let parked = Counter()
    public let misplaced = Counter()
    public let rerouted = Counter()
    /// Records below the checkpoint: folded before.
    public let dropped = Counter()
    /// Numbers of market data with more than eight decimals.
    public let rounded = Counter()
    public let statements = Counter()
    public let commits = Counter()
    public let fenced = Counter()
    /// New events that the broker took.
    public let effects = Counter()

    public init() {}

    var fields: [String: String] {
        [
            "folded": "\(folded.current)", "duplicates": "\(duplicates.current)", "skipped": "\(skipped.current)",
            "parked": "\(parked.current)", "misplaced": "\(misplaced.current)", "rerouted": "\(rerouted.current)",
            "dropped": "\(dropped.current)", "rounded": "\(rounded.current)", "statements": "\(statements.current)",
            "commits": "\(commits.current)", "fenced": "\(fenced.current)",
            "effects": "\(effects.current)",
        ]
    }
}
