import Synchronization

/// How often values fell below each of some bounds. Any thread may observe; meant for once a batch, not once an event.
public final class Histogram: Sendable {
    /// What the observed integers count.
    public enum Unit: Sendable {
        case nanoseconds
        case one
    }

    public struct Reading: Sendable {
        /// By bound, not cumulated.
        public var counts: [Int]
        public var count = 0
        public var sum = 0
    }

    public let bounds: [Int]
    public let unit: Unit
    private let state: Mutex<Reading>

    public init(unit: Unit, bounds: [Int]) {
        self.unit = unit
        self.bounds = bounds
        state = Mutex(Reading(counts: Array(repeating: 0, count: bounds.count)))
    }

    /// From half a millisecond to ten seconds: a round trip to the database, a group sync of files.
    public static func durations() -> Histogram {
        Histogram(
            unit: .nanoseconds,
            bounds: [
                500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000, 100_000_000, 250_000_000,
                500_000_000, 1_000_000_000, 2_500_000_000, 5_000_000_000, 10_000_000_000,
            ])
    }

    public func observe(_ value: Int) {
        let index = bounds.firstIndex { value <= $0 }
        state.withLock { state in
            state.count += 1
            state.sum += value
            if let index { state.counts[index] += 1 }
        }
    }

    public var reading: Reading { state.withLock { $0 } }
}
