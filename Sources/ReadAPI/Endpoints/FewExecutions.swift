import HTTPServing
import Synchronization

/// Users who lately had few executions. Whoever is not among them is asked for as one who may have any number.
final class FewExecutions: Sendable {
    private let deadlines = Mutex<[String: UInt64]>([:])

    func contains(_ user: String, now: UInt64 = MonotonicClock.nanoseconds()) -> Bool {
        deadlines.withLock { deadlines in (deadlines[user] ?? 0) > now }
    }

    /// Where there are too many all are forgotten: each comes back with its next request.
    func insert(_ user: String, now: UInt64 = MonotonicClock.nanoseconds()) {
        deadlines.withLock { deadlines in
            if deadlines.count >= ReadAPILimits.rememberedUsers { deadlines.removeAll(keepingCapacity: true) }
            deadlines[user] = now + ReadAPILimits.fewExecutionsSeconds * 1_000_000_000
        }
    }
}
