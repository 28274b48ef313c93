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

    private let badRecordsTold: Int
    private let badRecords = Counter()

    /// - Parameter badRecordsTold: how many bad records are told of one by one.
    public init(badRecordsTold: Int = .max) { self.badRecordsTold = badRecordsTold }

    /// Counts a bad record; says whether it is to be told of.
    func tellsOfBadRecord() -> Bool {
        badRecords.add(1)
        return badRecords.current <= badRecordsTold
    }

    /// Bad records that were left, as the view's policy says.
    var leftOut: Int { max(0, badRecords.current - parked.current) }

    /// Sums up what was not told of one by one.
    func tellOfBadRecords(view: String) {
        guard badRecords.current > badRecordsTold else { return }
        Log.warning(
            "bad_records",
            [
                "view": view, "records": "\(badRecords.current)", "parked": "\(parked.current)",
                "skipped": "\(leftOut)", "told": "\(badRecordsTold)",
            ])
    }

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
