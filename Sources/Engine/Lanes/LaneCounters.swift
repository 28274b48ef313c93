import Projections
import Synchronization
import Telemetry

/// What the lanes of a worker did since it started.
public final class LaneCounters: Sendable {
    public let folded = Counter()
    public let duplicates = Counter()
    /// By the fold: nothing to do for them.
    public let skipped = Counter()
    /// Could not be folded, under the policy that skips such events.
    public let refusedSkipped = Counter()
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
    /// New events that the broker took.
    public let effects = Counter()
    /// Tries again after the database refused or was lost, and after a misplaced record could not be produced.
    public let databaseRetries = Counter()
    public let rerouteRetries = Counter()
    /// From the fence's way to the database until COMMIT's answer.
    public let commitTime = Histogram.durations()
    public let batchRecords = Histogram(unit: .one, bounds: [1, 10, 50, 100, 250, 500, 1_000, 2_000, 4_000])
    private let lanes = Mutex<[Int: LaneFigures]>([:])

    private let badRecordsTold: Int
    private let badRecords = Counter()

    /// - Parameter badRecordsTold: how many bad records are told of one by one.
    public init(badRecordsTold: Int = .max) { self.badRecordsTold = badRecordsTold }

    /// Counts a bad record; says whether it is to be told of.
    func tellsOfBadRecord() -> Bool {
        badRecords.add(1)
        return badRecords.current <= badRecordsTold
    }

    /// Sums up what was not told of one by one.
    func tellOfBadRecords(view: String) {
        guard badRecords.current > badRecordsTold else { return }
        Log.warning(
            "bad_records",
            [
                "view": view, "records": "\(badRecords.current)", "parked": "\(parked.current)",
                "skipped": "\(refusedSkipped.current)", "told": "\(badRecordsTold)",
            ])
    }

    /// A lane's own figures, the same ones however often the lane is claimed.
    func lane(_ lane: Int, inputs: Int) -> LaneFigures {
        lanes.withLock { lanes in
            if let figures = lanes[lane] { return figures }
            let made = LaneFigures(inputs: inputs)
            lanes[lane] = made
            return made
        }
    }

    var byLane: [(lane: Int, figures: LaneFigures)] {
        lanes.withLock { lanes in lanes.sorted { $0.key < $1.key }.map { (lane: $0.key, figures: $0.value) } }
    }

    var fields: [String: String] {
        [
            "folded": "\(folded.current)", "duplicates": "\(duplicates.current)",
            "skipped": "\(skipped.current + refusedSkipped.current)", "parked": "\(parked.current)",
            "retried": "\(retried.current)", "discarded": "\(discarded.current)",
            "misplaced": "\(misplaced.current)", "rerouted": "\(rerouted.current)", "dropped": "\(dropped.current)",
            "rounded": "\(rounded.current)", "statements": "\(statements.current)", "commits": "\(commits.current)",
            "fenced": "\(fenced.current)", "effects": "\(effects.current)",
        ]
    }
}

/// What one lane did, and where it is.
final class LaneFigures: Sendable {
    /// Of one topic.
    final class Input: Sendable {
        let folded = Counter()
        /// The offset behind the last commit; -1 before the lane was claimed.
        let next = Gauge(-1)
        /// Event time of the last event folded, microseconds since the Unix epoch; 0 before the first one.
        let eventMicroseconds = Gauge()
    }

    let epoch = Gauge()
    let inputs: [Input]

    init(inputs: Int) { self.inputs = (0..<inputs).map { _ in Input() } }

    func claimed(_ claim: LaneClaim, _ view: ViewConfiguration) {
        epoch.set(Int(claim.epoch))
        moved(to: claim.offsets(of: view))
    }

    func folded(_ events: ArraySlice<FoldEvent>) {
        var counts = [Int](repeating: 0, count: inputs.count)
        for event in events { counts[event.input] += 1 }
        for (input, count) in zip(inputs, counts) { input.folded.add(count) }
        // The last of each topic in the batch: going back from its end mostly finds them at once.
        var missing = counts.count { $0 > 0 }
        for event in events.reversed() where missing > 0 && counts[event.input] > 0 {
            inputs[event.input].eventMicroseconds.set(Int(event.decoded.envelope.time.microseconds))
            counts[event.input] = 0
            missing -= 1
        }
    }

    /// By input, the offsets behind the last commit.
    func moved(to next: [Int64]) {
        for (input, offset) in zip(inputs, next) { input.next.set(Int(offset)) }
    }
}
